/** @module Which noun takes which message. Exhaustive: a new message does not compile unhandled. */
import type { Commands } from "../commands/commands.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { AgentMessage, Hello } from "../protocol/agent_messages.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Schedules } from "../schedules/schedules.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";

export interface DispatchTargets {
  jobs: Jobs;
  snapshots: Snapshots;
  repositories: Repositories;
  commands: Commands;
  hosts: Hosts;
  schedules: Schedules;
}

/** What the session itself answers never gets here. */
export type DispatchedMessage = Exclude<AgentMessage, Hello | { type: "heartbeat" | "pong" }>;

/**
 * All but `applied` changed nothing: it spoke of a job that is not known, of what is another host's,
 * or of more than is kept.
 */
export type Handed = "applied" | "unknown" | "foreign" | "too_many";

/** Hands a message to its noun. */
export function dispatch(
  targets: DispatchTargets,
  host_id: string,
  message: DispatchedMessage,
): Handed {
  const { commands, jobs } = targets;
  switch (message.type) {
    case "ack":
      return commands.acknowledge(host_id, message.command_ids) ? "applied" : "foreign";
    case "config.ack":
      targets.hosts.recordConfigApplied(host_id, message.config_version);
      return "applied";
    case "schedule.ack":
      targets.hosts.schedules.recordAck(host_id, message);
      return "applied";
    case "job.scheduled":
      return jobs.scheduled(host_id, message);
    case "job.started":
    case "job.progress":
    case "log.stream":
    case "job.finished":
      if (jobs.apply(host_id, message)) return "applied";
      return jobs.exists(message.job_id) ? "foreign" : "unknown";
    case "snapshots.report":
      return targets.snapshots.applyPage(host_id, message) ? "applied" : "too_many";
    case "repo.stats":
      targets.repositories.applyStats(host_id, message);
      return "applied";
    case "repository.probed":
      targets.repositories.applyProbe(host_id, message);
      return "applied";
    default:
      return assertNever(message);
  }
}

function assertNever(value: never): never {
  throw new TypeError(`Cannot handle ${JSON.stringify(value)}`);
}
