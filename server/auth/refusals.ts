/**
 * @module Refused attempts in the audit log. Anybody can make them, so that their rows are bounded:
 * past the first few of a span the others are counted, and the count is written at its end.
 */
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Actor } from "./permissions.ts";

const SPAN_MS = 10 * 60 * 1000;
const ROWS_PER_SPAN = 10;

export type RefusedAction = "session.refused" | "server.set_up_refused" | "host.enrol_refused";

interface Span {
  ends_at_ms: number;
  rows: number;
  more: number;
}

export interface RefusalsDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
}

export class Refusals {
  readonly #deps: RefusalsDeps;
  readonly #spans = new Map<RefusedAction, Span>();

  constructor(deps: RefusalsDeps) {
    this.#deps = deps;
  }

  /** Records an attempt by its address alone: what was typed may be a password in the wrong field. */
  record(action: RefusedAction, ip: string): void {
    this.flush();
    const now_ms = this.#deps.clock.now_ms();
    const span = this.#spans.get(action) ?? { ends_at_ms: now_ms + SPAN_MS, rows: 0, more: 0 };
    this.#spans.set(action, span);
    if (span.rows >= ROWS_PER_SPAN) {
      span.more++;
      return;
    }
    span.rows++;
    this.#write(action, ip, {});
  }

  /** Writes the counts of spans that are over. Called once a minute. */
  flush(): void {
    const now_ms = this.#deps.clock.now_ms();
    for (const [action, span] of [...this.#spans]) {
      // A span that began "in the future" is over too: the clock was set back.
      if (now_ms < span.ends_at_ms && span.ends_at_ms - now_ms <= SPAN_MS) continue;
      this.#spans.delete(action);
      if (span.more > 0) this.#write(action, null, { more: span.more });
    }
  }

  #write(action: RefusedAction, ip: string | null, payload: Record<string, unknown>): void {
    const { db, audit } = this.#deps;
    const actor: Actor = { kind: "system", id: null, name: "refused", role: null, ip };
    const target_kind = action.split(".")[0]!;
    db.transaction(() => audit.record(actor, { action, target_kind, target_id: null, payload }));
  }
}
