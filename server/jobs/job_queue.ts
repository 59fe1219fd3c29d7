/**
 * @module What goes when. Per repository one exclusive operation, first come first served; jobs of
 * different repositories never wait for each other, and a job for an absent host waits visibly.
 */
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import type { Database } from "../db/database.ts";
import type { AgentLink } from "../ports.ts";
import type { JobTransitions } from "./job_transitions.ts";
import type { JobRow, JobsStore } from "./jobs_store.ts";

export interface JobQueueDeps {
  db: Database;
  clock: Clock;
  commands: Commands;
  link: AgentLink;
  store: JobsStore;
  transitions: JobTransitions;
}

/** A cancel is worth delivering for as long as the job could still run. */
const CANCEL_TTL_MS = 30 * 86_400_000;
/** An agent that names a cancelled job again and again gets no command for each time. */
const CANCELS_PER_JOB_MAX = 3;

export class JobQueue {
  readonly #deps: JobQueueDeps;

  constructor(deps: JobQueueDeps) {
    this.#deps = deps;
  }

  /** Sends every queued job that nothing is in the way of. */
  dispatchAll(): void {
    this.#dispatch(this.#deps.store.open());
  }

  /** As {@link dispatchAll}, for one host. */
  dispatchHost(host_id: string): void {
    this.#dispatch(this.#deps.store.openOfHost(host_id));
  }

  /** Tells the agent to stop a job. Call it in a transaction. */
  issueCancel(row: Pick<JobRow, "id" | "host_id">): void {
    const { db, clock, commands, link } = this.#deps;
    const expires_at_ms = clock.now_ms() + CANCEL_TTL_MS;
    if (commands.cancelsOf(row.id) < CANCELS_PER_JOB_MAX) {
      commands.issue(row.host_id, { type: "command.cancel", job_id: row.id }, expires_at_ms);
    }
    db.afterCommit(() => link.wake(row.host_id));
  }

  /** Ends jobs that did not begin in time. */
  expire(): void {
    const { db, clock, commands, store, transitions } = this.#deps;
    db.transaction(() => {
      for (const row of store.overdue(clock.now_ms())) {
        // A command that was acknowledged is the agent's: reconcile() ends the job if it is lost.
        if (row.status === "dispatched" && !commands.withdraw(row.id)) continue;
        transitions.endedByServer(row, "cancelled", EXPIRED);
      }
    });
  }

  /**
   * After a hello: what the agent works on, or has still to report on, goes on. A running job that
   * it does not know is interrupted; a sent one waits while its command can still be delivered.
   */
  reconcile(host_id: string, known_job_ids: string[]): void {
    const { db, commands, store, transitions } = this.#deps;
    const known = new Set(known_job_ids);
    db.transaction(() => {
      const undelivered = new Set(commands.waiting(host_id, 1000).map((c) => c.job_id));
      for (const row of store.openOfHost(host_id)) {
        if (row.status === "queued" || known.has(row.id)) continue;
        if (row.status === "running") transitions.endedByServer(row, "interrupted", LOST);
        else if (undelivered.has(row.id)) continue;
        else if (row.due_at_ms === null && commands.withdraw(row.id)) {
          transitions.endedByServer(row, "cancelled", EXPIRED);
        } else transitions.endedByServer(row, "interrupted", LOST);
      }
      for (const job_id of known) {
        const row = store.byId(job_id);
        if (row?.host_id === host_id && row.status === "cancelled") this.issueCancel(row);
      }
    });
  }

  #dispatch(open: JobRow[]): void {
    const { db, commands, link, transitions } = this.#deps;
    const ready = open.filter((row) =>
      row.status === "queued" && row.blocked_by === null && link.connected(row.host_id)
    );
    for (const row of ready) {
      db.transaction(() => {
        const { backup_set, bandwidth, read_data } = row.options;
        commands.issue(row.host_id, {
          type: "command.run",
          job_id: row.id,
          kind: row.kind,
          args: { backup_set, bandwidth, ...(read_data && { read_data }) },
        }, row.expires_at_ms);
        transitions.dispatched(row);
        db.afterCommit(() => link.wake(row.host_id));
      });
    }
  }
}

const EXPIRED = {
  error_class: "expired",
  error: "The job expired before its host could begin. Nothing was done",
} as const;

const LOST = {
  error_class: "agent_restarted",
  error: "The agent came back without this job, so how it ended is not known",
} as const;
