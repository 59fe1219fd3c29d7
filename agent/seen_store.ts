import type { DatabaseSync } from "node:sqlite";

/** How long the ids of commands are remembered; commands expire within a day. */
const REMEMBER_MS = 30 * 86_400_000;

/** Which commands arrived, the highest counter and epoch, and single facts by name. */
export class SeenStore {
  readonly #has;
  readonly #add;
  readonly #forget;
  readonly #fact;
  readonly #setFact;
  constructor(db: DatabaseSync) {
    this.#has = db.prepare("SELECT 1 FROM commands WHERE id = ?");
    this.#add = db.prepare("INSERT INTO commands (id, seen_at_ms) VALUES (?, ?)");
    this.#forget = db.prepare("DELETE FROM commands WHERE seen_at_ms < ?");
    this.#fact = db.prepare("SELECT value FROM facts WHERE name = ?");
    this.#setFact = db.prepare(
      "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
  }
  has(command_id: string): boolean {
    return this.#has.get(command_id) !== undefined;
  }
  add(command_id: string, counter: number, now_ms: number): void {
    this.#add.run(command_id, now_ms);
    this.setFact("command_counter", String(counter));
    this.#forget.run(now_ms - REMEMBER_MS);
  }
  /** The highest counter seen in the present epoch. */
  get command_counter(): number {
    return Number(this.fact("command_counter") ?? 0);
  }
  get epoch(): number {
    return Number(this.fact("epoch") ?? 0);
  }
  /** Enters a newer epoch: its counters start anew. */
  enterEpoch(epoch: number): void {
    this.setFact("epoch", String(epoch));
    this.setFact("command_counter", "0");
  }
  fact(name: string): string | undefined {
    const row = this.#fact.get(name) as { value: string } | undefined;
    return row?.value;
  }
  setFact(name: string, value: string): void {
    this.#setFact.run(name, value);
  }
}
