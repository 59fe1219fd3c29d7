import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

/** Agent runs remembered per host: reports of older ones can no longer be in an outbox. */
const RUNS_KEPT = 64;

/** SQL of agent_runs: the highest committed report of each agent run. */
export class AgentRunsStore {
  #raise: StatementSync;
  #begin: StatementSync;
  #prune: StatementSync;

  constructor(db: Database) {
    this.#raise = db.prepare(
      `UPDATE agent_runs SET last_seq = :seq, updated_at_ms = :now_ms
       WHERE host_id = :host_id AND run_id = :run_id AND last_seq < :seq`,
    );
    this.#begin = db.prepare(
      `INSERT OR IGNORE INTO agent_runs (host_id, run_id, last_seq, updated_at_ms)
       VALUES (:host_id, :run_id, :seq, :now_ms)`,
    );
    this.#prune = db.prepare(
      `DELETE FROM agent_runs WHERE host_id = :host_id AND run_id NOT IN (
         SELECT run_id FROM agent_runs WHERE host_id = :host_id
         ORDER BY updated_at_ms DESC, run_id DESC LIMIT ${RUNS_KEPT})`,
    );
  }

  /** Raises the high-water mark. False if it was there already: the report is a duplicate. */
  advance(host_id: string, report: { run_id: string; seq: number }, now_ms: number): boolean {
    const mark = { host_id, run_id: report.run_id, seq: report.seq, now_ms };
    if (this.#raise.run(mark).changes === 1) return true;
    if (this.#begin.run(mark).changes === 0) return false;
    // Whoever makes up a run for each report must not fill the table.
    this.prune(host_id);
    return true;
  }

  /** Forgets all but the newest runs of a host. */
  prune(host_id: string): void {
    this.#prune.run({ host_id });
  }
}
