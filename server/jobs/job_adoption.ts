/**
 * @module Jobs that the server has lost: its database is an earlier copy that was put back, and an
 * agent reports on a job that was started after that copy. Only then: an agent that names jobs
 * nobody knows of is refused otherwise.
 */
import type { Clock } from "../clock.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { JobFinished, JobStarted } from "../protocol/agent_messages.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { SYSTEM } from "../auth/permissions.ts";
import { within } from "./job_outcome.ts";
import type { JobRow, JobsStore } from "./jobs_store.ts";

export interface JobAdoptionDeps {
  clock: Clock;
  hosts: Hosts;
  repositories: Repositories;
  store: JobsStore;
}

export class JobAdoption {
  readonly #deps: JobAdoptionDeps;

  constructor(deps: JobAdoptionDeps) {
    this.#deps = deps;
  }

  /**
   * Makes the row of a job that was lost; undefined if nothing was. What was backed up is not known
   * any more, so its success proves nothing of the host. Call it in a transaction.
   */
  adopt(host_id: string, message: JobStarted | JobFinished): JobRow | undefined {
    const { clock, hosts, repositories, store } = this.#deps;
    if (hosts.agent_notices.of(host_id).server_restored === undefined) return undefined;
    const repository = repositories.forHost(SYSTEM, host_id);
    if (repository === undefined) return undefined;
    const queued_at_ms = within(message.started_at ?? now(message), 0, clock.now_ms());
    store.insert({
      id: message.job_id,
      host_id,
      repository_id: repository.id,
      kind: message.kind,
      actor_kind: "agent",
      actor_id: host_id,
      actor_name: hosts.nameOf(host_id),
      ...{ schedule_id: null, due_at_ms: null, is_catch_up: false },
      options: { backup_set: null, bandwidth: {} },
      queued_at_ms,
      expires_at_ms: queued_at_ms,
    });
    store.setDispatched(message.job_id, queued_at_ms);
    return store.byId(message.job_id);
  }
}

function now(message: JobStarted | JobFinished): string {
  return message.type === "job.started" ? message.started_at : message.finished_at;
}
