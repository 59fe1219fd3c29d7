-- When hosts back themselves up. Agents keep a copy and fire from it, with or without the server.
CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  cron TEXT NOT NULL,
  timezone TEXT NOT NULL,
  jitter_seconds INTEGER NOT NULL,
  catch_up INTEGER NOT NULL CHECK (catch_up IN (0, 1)),
  -- JSON; NULL stands for the host's default set, as it is at the time
  backup_set TEXT,
  bandwidth TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  -- when its times, or its being enabled, last changed: what was due before was never its own
  since_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  changed_by TEXT,
  changed_in_version INTEGER NOT NULL
) STRICT;
CREATE INDEX schedules_by_host ON schedules (host_id, created_at_ms);

-- What the host's agent should have in force, and what it said it has; NULL if it keeps none.
ALTER TABLE hosts ADD COLUMN schedule_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN applied_schedule_version INTEGER;
ALTER TABLE hosts ADD COLUMN schedules_changed_at_ms INTEGER;
ALTER TABLE hosts ADD COLUMN schedule_refused TEXT;
ALTER TABLE hosts ADD COLUMN paused_until_ms INTEGER;
ALTER TABLE hosts ADD COLUMN paused_by TEXT;
ALTER TABLE hosts ADD COLUMN pause_reason TEXT;

-- The schedule that a job is of; due_at_ms is there where the agent started it by itself.
ALTER TABLE jobs ADD COLUMN schedule_id TEXT;
ALTER TABLE jobs ADD COLUMN due_at_ms INTEGER;
ALTER TABLE jobs ADD COLUMN is_catch_up INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_by_schedule ON jobs (schedule_id, queued_at_ms) WHERE schedule_id IS NOT NULL;
