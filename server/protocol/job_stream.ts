/**
 * @module What a browser receives on WS `/api/jobs/:id/stream`: the job messages in the agent's own
 * shape (without their report key), and the job's row when it changed. Always starts with `job`.
 */
import * as z from "zod";
import { Job, LogLine } from "./entities.ts";
import { JobFinished, JobProgress, JobStarted } from "./agent_messages.ts";

export const JobStreamMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("job"), job: Job }),
  JobStarted.omit({ report: true }),
  JobProgress,
  z.object({ type: z.literal("log.stream"), job_id: z.uuid(), lines: z.array(LogLine) }),
  JobFinished.omit({ report: true }),
  z.object({
    type: z.literal("resync"),
    after_seq: z.int().meta({ description: "Lines after this were skipped: read them over REST" }),
  }),
]);
export type JobStreamMessage = z.infer<typeof JobStreamMessage>;
