import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

/** SQL of agent_epochs: hosts whose epoch is above the server's. */
export class EpochsStore {
  #get: StatementSync;
  #highest: StatementSync;
  #put: StatementSync;

  constructor(db: Database) {
    this.#get = db.prepare("SELECT epoch FROM agent_epochs WHERE host_id = :host_id");
    this.#highest = db.prepare("SELECT coalesce(max(epoch), 0) AS epoch FROM agent_epochs");
    this.#put = db.prepare(
      `INSERT INTO agent_epochs (host_id, epoch) VALUES (:host_id, :epoch)
       ON CONFLICT (host_id) DO UPDATE SET epoch = excluded.epoch`,
    );
  }

  /** 0 if the host has none of its own. */
  get(host_id: string): number {
    return Number(this.#get.get({ host_id })?.epoch ?? 0);
  }

  /** The highest of all; 0 if no host has one of its own. */
  highest(): number {
    return Number(this.#highest.get()!.epoch);
  }

  put(host_id: string, epoch: number): void {
    this.#put.run({ host_id, epoch });
  }
}
