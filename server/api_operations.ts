/**
 * @module THE table of REST operations: pattern × method → what goes in and what comes out, by the
 * schemas that validate. openapi_test.ts compares it with the files under routes/api.
 */
import * as z from "zod";
import { EnrollAnswer, EnrollRequest, IdentityAnswer } from "./protocol/enrollment.ts";
import * as rest from "./protocol/rest.ts";
import * as schedules from "./protocol/schedule_rest.ts";
import { User } from "./protocol/entities.ts";

export interface Operation {
  summary: string;
  query?: z.ZodObject;
  request?: z.ZodType;
  /** Absent: an answer without a body, or one that is no JSON. */
  answer?: z.ZodType;
  /** The status of success; 200 unless told. */
  status?: number;
  /** What the answer is when it is no JSON. */
  speaks?: "websocket" | "text/event-stream";
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const JobsOfHostQuery = rest.ListJobsQuery.omit({ host_id: true });
const AfterQuery = rest.ListLogsQuery.pick({ after_seq: true });

export const OPERATIONS: Record<string, Partial<Record<Method, Operation>>> = {
  "/api/auth/login": {
    POST: { summary: "Sign in", request: rest.LoginRequest, answer: rest.LoginAnswer },
  },
  "/api/auth/logout": { POST: { summary: "Sign out", status: 204 } },
  "/api/auth/session": {
    GET: { summary: "Who is signed in, and the token for changes", answer: rest.LoginAnswer },
  },
  "/api/account/sessions": {
    GET: { summary: "Where one is signed in", answer: rest.AccountSessionList },
  },
  "/api/account/sessions/:id": {
    DELETE: {
      summary: "End a session of one's own, and at once what it has open",
      status: 204,
    },
  },
  "/api/account/password": {
    POST: {
      summary: "Change one's own password; ends all other sessions",
      request: rest.ChangePasswordRequest,
      status: 204,
    },
  },
  "/api/users": {
    GET: { summary: "All accounts", answer: rest.UserList },
    POST: { summary: "Add an account", request: rest.AddUserRequest, answer: User, status: 201 },
  },
  "/api/audit": {
    GET: {
      summary: "The audit log, newest first",
      query: rest.ListAuditQuery,
      answer: rest.AuditList,
    },
  },
  "/api/fleet/summary": {
    GET: { summary: "Figures about all hosts", answer: rest.FleetSummary },
  },
  "/api/events": {
    GET: {
      summary: "Server-sent events: `changed` with the ids of hosts and jobs to read again",
      speaks: "text/event-stream",
    },
  },
  "/api/search": {
    GET: {
      summary: "Hosts, jobs, snapshots, pages and actions that match a text",
      query: rest.SearchQuery,
      answer: rest.SearchAnswer,
    },
  },
  "/api/openapi.json": {
    GET: { summary: "This document", answer: z.record(z.string(), z.unknown()) },
  },
  "/api/hosts": {
    GET: { summary: "Hosts, worst first", query: rest.ListHostsQuery, answer: rest.HostList },
    POST: {
      summary: "Add a host; the answer shows its secrets once",
      request: rest.AddHostRequest,
      answer: rest.AddHostAnswer,
      status: 201,
    },
  },
  "/api/hosts/:id": {
    GET: { summary: "One host", answer: rest.Host },
    PATCH: { summary: "Change a host", request: rest.EditHostRequest, answer: rest.Host },
    DELETE: { summary: "Remove a host; what it stored stays", status: 204 },
  },
  "/api/hosts/:id/enrollment-token": {
    POST: {
      summary: "A new enrolment token; older ones stop working",
      answer: rest.TokenAnswer,
      status: 201,
    },
  },
  "/api/hosts/:id/credentials": {
    PUT: {
      summary: "Change the repository's address or credentials; they are never answered",
      request: rest.EditCredentialsRequest,
      answer: rest.Repository,
    },
  },
  "/api/hosts/:id/repo": {
    GET: {
      summary: "The repository of a host, with its growth",
      answer: rest.RepositoryDetail,
    },
  },
  "/api/hosts/:id/repo/probe": {
    POST: {
      summary: "Have the agent look at the repository again, at once or when it is back",
      answer: rest.Repository,
      status: 202,
    },
  },
  "/api/hosts/:id/repo/accept": {
    POST: {
      summary: "Accept that another repository than before is at the address",
      answer: rest.Repository,
    },
  },
  "/api/hosts/:id/snapshots": {
    GET: {
      summary: "Snapshots of a host, newest first",
      query: rest.ListSnapshotsQuery,
      answer: rest.SnapshotList,
    },
  },
  "/api/hosts/:id/jobs": {
    GET: { summary: "Jobs of a host", query: JobsOfHostQuery, answer: rest.JobList },
    POST: {
      summary: "Start a job; `init` needs the role admin",
      request: rest.StartJobRequest,
      answer: rest.Job,
      status: 201,
    },
  },
  "/api/hosts/:id/schedules": {
    GET: { summary: "The schedules of a host", answer: schedules.ScheduleList },
    POST: {
      summary: "Add a schedule; its host keeps it and fires it also without the server",
      request: schedules.AddScheduleRequest,
      answer: schedules.ShownSchedule,
      status: 201,
    },
  },
  "/api/hosts/:id/pause": {
    PUT: {
      summary: "Let no schedule of the host fire until a time",
      request: schedules.PauseRequest,
      answer: rest.Host,
    },
    DELETE: { summary: "Let the schedules of the host fire again", answer: rest.Host },
  },
  "/api/schedules/:id": {
    GET: { summary: "One schedule", answer: schedules.ShownSchedule },
    PUT: {
      summary: "Change a schedule; what is not given stays",
      request: schedules.EditScheduleRequest,
      answer: schedules.ShownSchedule,
    },
    DELETE: { summary: "Remove a schedule; its jobs stay", status: 204 },
  },
  "/api/schedules/:id/run": {
    POST: {
      summary: "Start a job as the schedule would, now",
      answer: rest.Job,
      status: 201,
    },
  },
  "/api/schedules/:id/clone": {
    POST: {
      summary: "Give other hosts the same schedule; all of them or none",
      request: schedules.CloneScheduleRequest,
      answer: schedules.ScheduleList,
      status: 201,
    },
  },
  "/api/schedule-preview": {
    GET: {
      summary: "What a time means in words, and the next five runs",
      query: schedules.SchedulePreviewQuery,
      answer: schedules.SchedulePreview,
    },
  },
  "/api/jobs": {
    GET: { summary: "Jobs of all hosts", query: rest.ListJobsQuery, answer: rest.JobList },
  },
  "/api/jobs/:id": { GET: { summary: "One job", answer: rest.Job } },
  "/api/jobs/:id/logs": {
    GET: { summary: "Log lines of a job", query: rest.ListLogsQuery, answer: rest.LogPage },
  },
  "/api/jobs/:id/stream": {
    GET: {
      summary: "A job as it runs: job, progress and log messages, as JSON text frames",
      query: AfterQuery,
      speaks: "websocket",
    },
  },
  "/api/jobs/:id/cancel": {
    POST: {
      summary: "Cancel a job; a running one ends when its agent says so",
      answer: rest.Job,
      status: 202,
    },
  },
  "/api/agents/identity": {
    GET: {
      summary: "Proves who the server is, before a token is sent to it",
      query: z.object({ nonce: EnrollRequest.shape.nonce }),
      answer: IdentityAnswer,
    },
  },
  "/api/agents/enroll": {
    POST: {
      summary: "Turn a one-time token into an agent's credential",
      request: EnrollRequest,
      answer: EnrollAnswer,
    },
  },
  "/api/agents/socket": {
    GET: { summary: "The agents' connection (server/protocol/README.md)", speaks: "websocket" },
  },
};
