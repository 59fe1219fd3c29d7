/**
 * @module Which version of its schedules a host should have, which its agent has, and until when
 * they are paused. The schedules themselves are the noun `schedules`.
 */
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { Hello, ScheduleAck } from "../protocol/agent_messages.ts";
import type { BackupSet } from "../protocol/entities.ts";
import { SCHEDULES_MAX_CHARS } from "../protocol/limits.ts";
import { HostSchedulesStore } from "./host_schedules_store.ts";

export interface HostSchedulesDeps {
  db: Database;
  clock: Clock;
  link: AgentLink;
  changes: ChangeFeed;
}

/** Text of a schedule beside its backup set: id, times, limits. */
const SCHEDULE_FRAME_CHARS = 800;

export class HostSchedules {
  readonly #deps: HostSchedulesDeps;
  readonly #store: HostSchedulesStore;

  constructor(deps: HostSchedulesDeps) {
    this.#deps = deps;
    this.#store = new HostSchedulesStore(deps.db);
  }

  /** What the agent should have in force; 0 before there was anything, undefined without a host. */
  version(host_id: string): number | undefined {
    return this.#store.version(host_id);
  }

  /** Until when the last pause was or is; null if there was none. */
  pausedUntil(host_id: string): number | null {
    return this.#store.pausedUntil(host_id);
  }

  /**
   * Something changed of what the agent is sent: it hears of it after COMMIT. Answers the version.
   * Call it in the transaction of the change. @throws {AppError} not_found
   */
  raise(host_id: string): number {
    const { db, clock, link, changes } = this.#deps;
    const version = this.#store.raise(host_id, clock.now_ms());
    if (version === undefined) throw new AppError("not_found", "There is no such host");
    db.afterCommit(() => {
      link.wake(host_id);
      changes.publish({ host_id });
    });
    return version;
  }

  /** Until when no schedule fires. Call it in a transaction, with {@link raise}. */
  setPause(host_id: string, pause: { until_ms: number; by: string; reason: string }): void {
    this.#store.pause(host_id, pause);
  }

  /** What an agent has in force as it connects. */
  recordHello(host_id: string, hello: Hello): void {
    this.#store.applied(host_id, hello.schedule_version ?? null, null);
  }

  /** The agent applied a set, or says why it did not. */
  recordAck(host_id: string, { schedule_version, refused }: ScheduleAck): void {
    this.#store.applied(host_id, schedule_version, refused);
    this.#deps.changes.publish({ host_id });
  }

  /**
   * After a restore the same number may stand for other schedules: the host gets a number that its
   * agent does not have.
   */
  outnumber(host_id: string, agent_version: number): void {
    const { db } = this.#deps;
    if (agent_version === 0 && this.version(host_id) === 0) return;
    db.transaction(() => {
      if (this.raise(host_id) === agent_version) this.raise(host_id);
    });
  }

  /**
   * The host's default backup set changed: so did the schedules that use it. Call it in that
   * transaction. @throws {AppError} schedules_too_large
   */
  defaultSetChanged(host_id: string, backup_set: BackupSet): void {
    const { uses, total, own_chars } = this.#store.defaultSetUse(host_id);
    if (uses === 0) return;
    const set_chars = JSON.stringify(backup_set).length;
    const chars = total * SCHEDULE_FRAME_CHARS + own_chars + uses * set_chars;
    if (chars > SCHEDULES_MAX_CHARS) {
      const many = uses === 1 ? "a schedule uses it" : `${uses} schedules use it`;
      throw new AppError(
        "schedules_too_large",
        `This backup set is too large while ${many}: all schedules of a host together may have ` +
          `${SCHEDULES_MAX_CHARS.toLocaleString("en")} characters`,
        { field: "backup_set", hint: "Name folders rather than each file, or use fewer schedules" },
      );
    }
    this.raise(host_id);
  }
}
