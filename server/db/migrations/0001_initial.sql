-- Times are integer milliseconds since the epoch, UTC. Lists are JSON text. *_sealed columns hold
-- AES-256-GCM envelopes bound to their table, row and column (server/secrets/seal.ts).

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  username TEXT NOT NULL COLLATE NOCASE UNIQUE,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at_ms INTEGER NOT NULL,
  last_login_at_ms INTEGER
) STRICT;

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at_ms INTEGER NOT NULL,
  last_used_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE audit_log (
  seq INTEGER PRIMARY KEY,
  ts_ms INTEGER NOT NULL,
  actor TEXT NOT NULL CHECK (actor IN ('user', 'agent', 'system')),
  user_id TEXT,
  actor_name TEXT,
  ip TEXT,
  action TEXT NOT NULL,
  target_kind TEXT NOT NULL,
  target_id TEXT,
  payload TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_target ON audit_log (target_id, seq);
CREATE INDEX audit_by_action ON audit_log (action, seq);
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

CREATE TABLE hosts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,
  os TEXT NOT NULL CHECK (os IN ('linux', 'windows')),
  os_version TEXT,
  arch TEXT,
  agent_hostname TEXT,
  agent_version TEXT,
  restic_version TEXT,
  restic_error TEXT,
  protocol_version INTEGER,
  clock_skew_ms INTEGER,
  tags TEXT NOT NULL DEFAULT '[]',
  backup_set TEXT NOT NULL,
  goal_seconds INTEGER NOT NULL DEFAULT 93600,
  created_at_ms INTEGER NOT NULL,
  enrolled_at_ms INTEGER,
  connected_at_ms INTEGER,
  last_seen_at_ms INTEGER,
  bearer_hash TEXT UNIQUE,
  repository_id TEXT,
  config_version INTEGER NOT NULL DEFAULT 1,
  applied_config_version INTEGER NOT NULL DEFAULT 0,
  command_counter INTEGER NOT NULL DEFAULT 0,
  -- projections, refreshed when a job ends or a report arrives
  current_job_id TEXT,
  last_backup_at_ms INTEGER,
  last_backup_status TEXT,
  last_backup_job_id TEXT,
  last_good_backup_at_ms INTEGER,
  snapshot_count INTEGER NOT NULL DEFAULT 0,
  repo_size_bytes INTEGER
) STRICT;
CREATE INDEX hosts_by_repository ON hosts (repository_id);

CREATE TABLE host_days (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  day TEXT NOT NULL,
  succeeded INTEGER NOT NULL DEFAULT 0,
  warning INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  last_status TEXT NOT NULL,
  PRIMARY KEY (host_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX host_days_by_day ON host_days (day);

CREATE TABLE credentials (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('rest', 'repository')),
  username TEXT,
  secret_sealed TEXT NOT NULL,
  rotated_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE repositories (
  id TEXT PRIMARY KEY,
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('rest')),
  append_only INTEGER NOT NULL CHECK (append_only IN (0, 1)),
  credential_id TEXT REFERENCES credentials (id),
  password_secret_id TEXT REFERENCES credentials (id),
  restic_repository_id TEXT,
  initialised_at_ms INTEGER,
  probe_state TEXT NOT NULL DEFAULT 'unknown',
  probe_error TEXT,
  probed_at_ms INTEGER,
  size_bytes INTEGER,
  snapshot_count INTEGER NOT NULL DEFAULT 0,
  dedup_ratio REAL,
  compression_ratio REAL,
  stats_at_ms INTEGER,
  last_check_at_ms INTEGER,
  last_check_status TEXT,
  lock_state TEXT NOT NULL DEFAULT 'unknown',
  credential_changed_at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX repositories_by_host ON repositories (host_id);

CREATE TABLE enrollment_tokens (
  id TEXT PRIMARY KEY,
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,
  credentials_sealed TEXT,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER,
  revoked_at_ms INTEGER
) STRICT;
CREATE INDEX enrollment_tokens_by_host ON enrollment_tokens (host_id);

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  repository_id TEXT NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN
    ('queued', 'dispatched', 'running', 'succeeded', 'warning', 'failed', 'cancelled', 'interrupted')),
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'schedule', 'agent', 'system')),
  actor_id TEXT,
  actor_name TEXT,
  options TEXT NOT NULL,
  queued_at_ms INTEGER NOT NULL,
  dispatched_at_ms INTEGER,
  started_at_ms INTEGER,
  finished_at_ms INTEGER,
  expires_at_ms INTEGER NOT NULL,
  cancel_requested_at_ms INTEGER,
  exit_code INTEGER,
  error_class TEXT,
  error TEXT,
  stats TEXT,
  log_lines INTEGER NOT NULL DEFAULT 0,
  log_bytes INTEGER NOT NULL DEFAULT 0,
  log_truncated INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_by_host ON jobs (host_id, queued_at_ms);
CREATE INDEX jobs_by_time ON jobs (queued_at_ms);
CREATE INDEX jobs_by_end ON jobs (finished_at_ms, status) WHERE finished_at_ms IS NOT NULL;
CREATE INDEX jobs_open ON jobs (repository_id, queued_at_ms)
  WHERE status IN ('queued', 'dispatched', 'running');

CREATE TABLE job_logs (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  ts_ms INTEGER NOT NULL,
  stream TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
  repository_id TEXT NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
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
CREATE INDEX snapshots_by_host ON snapshots (host_id, time_ms, paths_id, tags_id);

-- Lists of paths and of tags, which many snapshots share. No foreign key: it would search all
-- snapshots for each list that goes; the store removes lists that nothing names any more.
CREATE TABLE snapshot_lists (
  id INTEGER PRIMARY KEY,
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  items TEXT NOT NULL,
  UNIQUE (host_id, items)
) STRICT;

-- What a listing has named so far. Its snapshots are rows already; once every page is there, those
-- that none of them named are removed.
CREATE TABLE snapshot_pages (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  listing_id TEXT NOT NULL,
  page INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  id_count INTEGER NOT NULL,
  ids TEXT NOT NULL,
  PRIMARY KEY (host_id, listing_id, page)
) STRICT, WITHOUT ROWID;

-- Commands to agents: stored before they are sent, kept until acknowledged. Never hold a secret.
CREATE TABLE commands (
  id TEXT PRIMARY KEY,
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  counter INTEGER NOT NULL,
  type TEXT NOT NULL,
  job_id TEXT,
  body TEXT NOT NULL,
  issued_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  acked_at_ms INTEGER,
  UNIQUE (host_id, counter)
) STRICT;
CREATE INDEX commands_waiting ON commands (host_id, counter) WHERE acked_at_ms IS NULL;

-- The highest report of each agent run that was committed: what comes again is a duplicate.
CREATE TABLE agent_runs (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  run_id TEXT NOT NULL,
  last_seq INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (host_id, run_id)
) STRICT, WITHOUT ROWID;
