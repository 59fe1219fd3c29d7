import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

/** Agent runs remembered per host: reports of older ones can no longer be in an outbox. */
const RUNS_KEPT = 64;

/** SQL of agent_runs: the highest committed report of each agent run. */
export class AgentRunsStore {
  #advance: StatementSync;
  #prune: StatementSync;

  constructor(db: Database) {
    this.#advance = db.prepare(
      `INSERT INTO agent_runs (host_id, run_id, last_seq, updated_at_ms)
       VALUES (:host_id, :run_id, :seq, :now_ms)
       ON CONFLICT (host_id, run_id) DO UPDATE
         SET last_seq = excluded.last_seq, updated_at_ms = excluded.updated_at_ms
         WHERE excluded.last_seq > agent_runs.last_seq`,
    );
    this.#prune = db.prepare(
      `DELETE FROM agent_runs WHERE host_id = :host_id AND run_id NOT IN (
         SELECT run_id FROM agent_runs WHERE host_id = :host_id
         ORDER BY updated_at_ms DESC, run_id DESC LIMIT ${RUNS_KEPT})`,
    );
  }

  /** Raises the high-water mark. False if it was there already: the report is a duplicate. */
  advance(host_id: string, report: { run_id: string; seq: number }, now_ms: number): boolean {
    return this.#advance.run({ host_id, ...report, now_ms }).changes === 1;
  }

  /** Forgets all but the newest runs of a host. */
  prune(host_id: string): void {
    this.#prune.run({ host_id });
  }
}
