/**
 * @module Every migration, in order. Text imports, so that a one-file build carries them. A released
 * migration is never edited: add the next number instead.
 */
import agent_notices from "./migrations/0006_agent_notices.sql" with { type: "text" };
import bounds from "./migrations/0007_bounds.sql" with { type: "text" };
import commands_by_job from "./migrations/0011_commands_by_job.sql" with { type: "text" };
import checks_and_locks from "./migrations/0013_checks_and_locks.sql" with { type: "text" };
import initial from "./migrations/0001_initial.sql" with { type: "text" };
import address_changed from "./migrations/0003_address_changed.sql" with { type: "text" };
import backup_set_grown from "./migrations/0004_backup_set_grown.sql" with { type: "text" };
import cert_pins from "./migrations/0008_cert_pins.sql" with { type: "text" };
import jobs_by_short_id from "./migrations/0009_jobs_by_short_id.sql" with { type: "text" };
import schedules from "./migrations/0012_schedules.sql" with { type: "text" };
import refused_reports from "./migrations/0002_refused_reports.sql" with { type: "text" };
import repository_days from "./migrations/0005_repository_days.sql" with { type: "text" };
import stored_days from "./migrations/0010_stored_days.sql" with { type: "text" };

export interface Migration {
  /** Becomes the database's user_version. 1, 2, 3 without gaps. */
  version: number;
  name: string;
  sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "initial", sql: initial },
  { version: 2, name: "refused reports", sql: refused_reports },
  { version: 3, name: "address changed", sql: address_changed },
  { version: 4, name: "backup set grown", sql: backup_set_grown },
  { version: 5, name: "repository days", sql: repository_days },
  { version: 6, name: "agent notices", sql: agent_notices },
  { version: 7, name: "bounds", sql: bounds },
  { version: 8, name: "certificate pins", sql: cert_pins },
  { version: 9, name: "jobs by short id", sql: jobs_by_short_id },
  { version: 10, name: "stored days", sql: stored_days },
  { version: 11, name: "commands by job", sql: commands_by_job },
  { version: 12, name: "schedules", sql: schedules },
  { version: 13, name: "checks and locks", sql: checks_and_locks },
];
