/** @module The columns of hosts about schedules: which version the agent should have, has, and a pause. */
import type { StatementSync } from "node:sqlite";
import { isoOrNull } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Host } from "../protocol/entities.ts";

/** What the two states of a host need to know of its schedules. */
export interface ScheduleFacts {
  schedule_count: number;
  schedule_version: number;
  applied_schedule_version: number | null;
  schedules_changed_at_ms: number | null;
  schedule_refused: string | null;
  paused_until_ms: number | null;
  connected_at_ms: number | null;
}

/** SQL of {@link ScheduleFacts}, for a statement that names hosts `h`. */
export const SCHEDULE_FACTS = `h.schedule_version, h.applied_schedule_version,
  h.schedules_changed_at_ms, h.schedule_refused, h.paused_until_ms, h.connected_at_ms,
  (SELECT count(*) FROM schedules s WHERE s.host_id = h.id) AS schedule_count`;

export class HostSchedulesStore {
  readonly #version: StatementSync;
  readonly #paused: StatementSync;
  readonly #raise: StatementSync;
  readonly #applied: StatementSync;
  readonly #pause: StatementSync;
  readonly #default_set_use: StatementSync;

  constructor(db: Database) {
    this.#version = db.prepare("SELECT schedule_version FROM hosts WHERE id = :id");
    this.#paused = db.prepare("SELECT paused_until_ms FROM hosts WHERE id = :id");
    this.#raise = db.prepare(
      `UPDATE hosts SET schedule_version = schedule_version + 1, schedule_refused = NULL,
         schedules_changed_at_ms = :at_ms WHERE id = :id RETURNING schedule_version`,
    );
    this.#applied = db.prepare(
      `UPDATE hosts SET applied_schedule_version = :version, schedule_refused = :refused
       WHERE id = :id`,
    );
    this.#pause = db.prepare(
      `UPDATE hosts SET paused_until_ms = :until_ms, paused_by = :by, pause_reason = :reason
       WHERE id = :id`,
    );
    this.#default_set_use = db.prepare(
      `SELECT count(*) - count(backup_set) AS uses, count(*) AS total,
         coalesce(sum(length(backup_set)), 0) AS own_chars
       FROM schedules WHERE host_id = :id`,
    );
  }

  /** Undefined if there is no such host. */
  version(id: string): number | undefined {
    return this.#version.get({ id })?.schedule_version as number | undefined;
  }

  pausedUntil(id: string): number | null {
    return (this.#paused.get({ id })?.paused_until_ms ?? null) as number | null;
  }

  /** Answers the new version; undefined if there is no such host. */
  raise(id: string, at_ms: number): number | undefined {
    return this.#raise.get({ id, at_ms })?.schedule_version as number | undefined;
  }

  /** What the agent has in force; null: it keeps no schedules. */
  applied(id: string, version: number | null, refused: string | null): void {
    this.#applied.run({ id, version, refused });
  }

  pause(id: string, { until_ms, by, reason }: {
    until_ms: number;
    by: string;
    reason: string;
  }): void {
    this.#pause.run({ id, until_ms, by, reason });
  }

  /** How many schedules use the host's default set, and how much text the sets of the others are. */
  defaultSetUse(id: string): { uses: number; total: number; own_chars: number } {
    const { uses, total, own_chars } = this.#default_set_use.get({ id })!;
    return { uses: Number(uses), total: Number(total), own_chars: Number(own_chars) };
  }
}

/** The facts of a row that has {@link SCHEDULE_FACTS}. */
export function toScheduleFacts(row: Record<string, unknown>): ScheduleFacts {
  const { schedule_count, schedule_version, applied_schedule_version, connected_at_ms } = row;
  const { schedules_changed_at_ms, schedule_refused, paused_until_ms } = row;
  return {
    ...{ schedule_count, schedule_version, applied_schedule_version, connected_at_ms },
    ...{ schedules_changed_at_ms, schedule_refused, paused_until_ms },
  } as ScheduleFacts;
}

/** What a host shows of its schedules, its pause also when that is over, of a row of hosts with {@link SCHEDULE_FACTS}. */
export function toShownSchedules(
  row: Record<string, unknown>,
): Pick<
  Host,
  "schedule_count" | "schedule_version" | "applied_schedule_version" | "schedule_refused" | "paused"
> {
  const { schedule_count, schedule_version, applied_schedule_version, schedule_refused } =
    toScheduleFacts(row);
  const until = isoOrNull(row.paused_until_ms as number | null);
  const by = row.paused_by as string;
  const reason = row.pause_reason as string;
  return {
    ...{ schedule_count, schedule_version, applied_schedule_version, schedule_refused },
    paused: until === null ? null : { until, by, reason },
  };
}
