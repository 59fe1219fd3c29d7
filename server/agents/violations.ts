/**
 * @module What no honest agent sends: counted by host, told in the audit log within bounds, and cut
 * off when it goes on. A host that sends nonsense without end must fill neither log nor disk.
 */
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Log } from "../log.ts";
import type { Sender } from "./refused_reports.ts";

/** Why a frame was refused. */
export type Violation =
  | "unreadable"
  | "no_hello"
  | "hello_again"
  | "not_its_own"
  | "too_many_rows"
  | "not_text"
  | "too_big"
  | "too_much"
  | "too_slow"
  | "too_many_sockets";

/** So many within a minute, on however many sockets, are no accident. */
const PER_MINUTE_MAX = 10;
const MINUTE_MS = 60_000;
/** The first of a span get rows of their own; the others are counted in one at its end. */
const ROWS_PER_SPAN = 3;
const SPAN_MS = 10 * MINUTE_MS;

interface Tally {
  /** When each of the newest happened, oldest first; at most PER_MINUTE_MAX. */
  newest_ms: number[];
  began_ms: number;
  rows: number;
  /** Those without a row, by kind. */
  more: Map<Violation, number>;
  sender: Sender;
}

export interface ViolationsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  audit: Audit;
}

export class Violations {
  readonly #deps: ViolationsDeps;
  readonly #tallies = new Map<string, Tally>();

  constructor(deps: ViolationsDeps) {
    this.#deps = deps;
  }

  /**
   * Counts one. True when the host has sent ten within a minute: its socket is to be closed. Never
   * throws: who calls it is about to close a socket, also when the disk takes no row.
   */
  record(sender: Sender, violation: Violation): boolean {
    const { clock, log } = this.#deps;
    const now_ms = clock.now_ms();
    const tally = this.#tally(sender, now_ms);
    tally.newest_ms.push(now_ms);
    if (tally.newest_ms.length > PER_MINUTE_MAX) tally.newest_ms.shift();
    let has_row = false;
    if (tally.rows < ROWS_PER_SPAN) {
      tally.rows++;
      log.warn("agent broke the protocol", { host_id: sender.host.id, violation });
      has_row = this.#tryToWrite(sender, { violation });
    }
    if (!has_row) tally.more.set(violation, (tally.more.get(violation) ?? 0) + 1);
    return this.#inLastMinute(tally, now_ms) >= PER_MINUTE_MAX;
  }

  /** Writes the counts of spans that are over. Called once a minute. */
  flush(): void {
    const now_ms = this.#deps.clock.now_ms();
    for (const [host_id, tally] of [...this.#tallies]) {
      if (!isOver(tally, now_ms)) continue;
      this.#writeMore(tally);
      this.#tallies.delete(host_id);
    }
  }

  /** Writes every count, as when the server stops. */
  flushAll(): void {
    for (const tally of this.#tallies.values()) this.#writeMore(tally);
    this.#tallies.clear();
  }

  #tally(sender: Sender, now_ms: number): Tally {
    const before = this.#tallies.get(sender.host.id);
    if (before !== undefined && !isOver(before, now_ms)) return before;
    const newest_ms = before?.newest_ms ?? [];
    const more = before?.more ?? new Map();
    if (more.size > 0 && this.#tryToWrite(sender, { more: Object.fromEntries(more) })) more.clear();
    const fresh = { newest_ms, began_ms: now_ms, rows: 0, more, sender };
    this.#tallies.set(sender.host.id, fresh);
    return fresh;
  }

  /** One "in the future" counts too: the clock was set back. */
  #inLastMinute({ newest_ms }: Tally, now_ms: number): number {
    return newest_ms.filter((at_ms) => now_ms - at_ms < MINUTE_MS).length;
  }

  #writeMore({ sender, more }: Tally): void {
    if (more.size > 0) this.#write(sender, { more: Object.fromEntries(more) });
  }

  #tryToWrite(sender: Sender, payload: Record<string, unknown>): boolean {
    try {
      this.#write(sender, payload);
      return true;
    } catch (error) {
      const host_id = sender.host.id;
      this.#deps.log.error("cannot audit what an agent broke", { host_id, error });
      return false;
    }
  }

  #write({ host, ip }: Sender, payload: Record<string, unknown>): void {
    const { db, audit } = this.#deps;
    // Its fault may be swallowed above: then nothing of it may stay in a transaction around it.
    db.part(() =>
      audit.record({ kind: "agent", id: host.id, name: host.name, role: null, ip }, {
        action: "agent.violation",
        target_kind: "host",
        target_id: host.id,
        payload,
      })
    );
  }
}

function isOver({ began_ms }: Tally, now_ms: number): boolean {
  return Math.abs(now_ms - began_ms) >= SPAN_MS;
}
