/** @module Which noun takes which message. Exhaustive: a new message does not compile unhandled. */
import type { Commands } from "../commands/commands.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { AgentMessage, Hello } from "../protocol/agent_messages.ts";
import type { Repositories } from "../repositories/repositories.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";

export interface DispatchTargets {
  jobs: Jobs;
  snapshots: Snapshots;
  repositories: Repositories;
  commands: Commands;
  hosts: Hosts;
}

/** What the session itself answers: hello and heartbeat never get here. */
export type DispatchedMessage = Exclude<AgentMessage, Hello | { type: "heartbeat" }>;

/** Hands a message to its noun. False if it spoke of something that is not this host's. */
export function dispatch(
  targets: DispatchTargets,
  host_id: string,
  message: DispatchedMessage,
): boolean {
  switch (message.type) {
    case "ack":
      targets.commands.acknowledge(host_id, message.command_ids);
      return true;
    case "config.ack":
      targets.hosts.recordConfigApplied(host_id, message.config_version);
      return true;
    case "job.started":
    case "job.progress":
    case "log.stream":
    case "job.finished":
      return targets.jobs.apply(host_id, message);
    case "snapshots.report":
      targets.snapshots.applyPage(host_id, message);
      return true;
    case "repo.stats":
      targets.repositories.applyStats(host_id, message);
      return true;
    case "repository.probed":
      targets.repositories.applyProbe(host_id, message);
      return true;
    default:
      return assertNever(message);
  }
}

function assertNever(value: never): never {
  throw new TypeError(`Cannot handle ${JSON.stringify(value)}`);
}
