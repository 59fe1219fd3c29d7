import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";
import type { AgentNotice } from "./agent_notices.ts";

/** SQL of agent_notices. */
export class AgentNoticesStore {
  #all: StatementSync;
  #put: StatementSync;
  #remove: StatementSync;

  constructor(db: Database) {
    this.#all = db.prepare(
      "SELECT host_id, kind, since_ms, last_at_ms, facts FROM agent_notices",
    );
    this.#put = db.prepare(
      `INSERT INTO agent_notices (host_id, kind, since_ms, last_at_ms, facts)
       VALUES (:host_id, :kind, :since_ms, :last_at_ms, :facts)
       ON CONFLICT (host_id, kind) DO UPDATE SET since_ms = excluded.since_ms,
         last_at_ms = excluded.last_at_ms, facts = excluded.facts`,
    );
    this.#remove = db.prepare(
      "DELETE FROM agent_notices WHERE host_id = :host_id AND kind = :kind",
    );
  }

  all(): { host_id: string; notice: AgentNotice }[] {
    return this.#all.all().map(({ host_id, facts, ...row }) => ({
      host_id: host_id as string,
      notice: { ...row, facts: JSON.parse(facts as string) } as AgentNotice,
    }));
  }

  put(host_id: string, { kind, since_ms, last_at_ms, facts }: AgentNotice): void {
    this.#put.run({ host_id, kind, since_ms, last_at_ms, facts: JSON.stringify(facts) });
  }

  remove(host_id: string, kind: string): void {
    this.#remove.run({ host_id, kind });
  }
}
