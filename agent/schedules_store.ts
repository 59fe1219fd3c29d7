import type { DatabaseSync } from "node:sqlite";
import type { AgentSchedule } from "../server/protocol/server_messages.ts";

/** A schedule and up to which moment its runs are dealt with, in ms since the epoch. */
export interface KeptSchedule {
  schedule: AgentSchedule;
  handled_until_ms: number;
}

/** The schedules in force, and which of their runs are done. */
export class SchedulesStore {
  readonly #all;
  readonly #put;
  readonly #remove;
  readonly #setHandled;
  constructor(db: DatabaseSync) {
    this.#all = db.prepare("SELECT body, handled_until_ms FROM schedules ORDER BY id");
    this.#put = db.prepare(
      "INSERT INTO schedules (id, body, handled_until_ms) VALUES (?, ?, ?) " +
        "ON CONFLICT (id) DO UPDATE SET body = excluded.body, handled_until_ms = excluded.handled_until_ms",
    );
    this.#remove = db.prepare("DELETE FROM schedules WHERE id = ?");
    this.#setHandled = db.prepare("UPDATE schedules SET handled_until_ms = ? WHERE id = ?");
  }
  all(): KeptSchedule[] {
    const rows = this.#all.all() as unknown as { body: string; handled_until_ms: number }[];
    return rows.map((row) => ({
      schedule: JSON.parse(row.body) as AgentSchedule,
      handled_until_ms: row.handled_until_ms,
    }));
  }
  put({ schedule, handled_until_ms }: KeptSchedule): void {
    this.#put.run(schedule.id, JSON.stringify(schedule), handled_until_ms);
  }
  remove(id: string): void {
    this.#remove.run(id);
  }
  setHandled(id: string, handled_until_ms: number): void {
    this.#setHandled.run(handled_until_ms, id);
  }
}
