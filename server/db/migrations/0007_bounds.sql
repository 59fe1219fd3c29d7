-- What can be large goes in steps, after what it belonged to: the two largest tables lose their
-- foreign key, and triggers write down whose rows are left to remove.
CREATE TABLE left_logs (job_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE left_snapshots (repository_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE job_logs_new (
  job_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  ts_ms INTEGER NOT NULL,
  stream TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO job_logs_new SELECT job_id, seq, ts_ms, stream, payload FROM job_logs;
DROP TABLE job_logs;
ALTER TABLE job_logs_new RENAME TO job_logs;

CREATE TABLE snapshots_new (
  repository_id TEXT NOT NULL,
  id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  hostname TEXT NOT NULL,
  username TEXT,
  paths_id INTEGER NOT NULL,
  tags_id INTEGER NOT NULL,
  parent TEXT,
  program_version TEXT,
  size_bytes INTEGER,
  file_count INTEGER,
  added_bytes INTEGER,
  UNIQUE (repository_id, id)
) STRICT; -- with rowid: ids are random, and rows in their order would touch a page each
INSERT INTO snapshots_new SELECT repository_id, id, host_id, time_ms, hostname, username, paths_id,
  tags_id, parent, program_version, size_bytes, file_count, added_bytes FROM snapshots;
DROP TABLE snapshots;
ALTER TABLE snapshots_new RENAME TO snapshots;
CREATE INDEX snapshots_by_host ON snapshots (host_id, time_ms, paths_id, tags_id);

-- Lines that the log's limit left out, and when a whole log was removed.
ALTER TABLE jobs ADD COLUMN log_dropped_lines INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN log_dropped_from INTEGER;
ALTER TABLE jobs ADD COLUMN log_removed_at_ms INTEGER;
-- The oldest logs first, and what they take.
CREATE INDEX jobs_with_log ON jobs (finished_at_ms, log_bytes)
  WHERE finished_at_ms IS NOT NULL AND log_lines > 0 AND log_removed_at_ms IS NULL;
-- Removing a repository looks for its jobs.
CREATE INDEX jobs_by_repository ON jobs (repository_id);
CREATE INDEX commands_by_expiry ON commands (expires_at_ms);

CREATE TRIGGER jobs_leave_log AFTER DELETE ON jobs WHEN old.log_lines > 0
BEGIN INSERT OR IGNORE INTO left_logs VALUES (old.id); END;
CREATE TRIGGER repositories_leave_snapshots AFTER DELETE ON repositories
BEGIN INSERT OR IGNORE INTO left_snapshots VALUES (old.id); END;
