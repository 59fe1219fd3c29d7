-- What a repository held at the end of each day, for its growth over time.
CREATE TABLE repository_days (
  repository_id TEXT NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  day TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  snapshot_count INTEGER NOT NULL,
  dedup_ratio REAL,
  compression_ratio REAL,
  PRIMARY KEY (repository_id, day)
) STRICT, WITHOUT ROWID;
-- When another repository than before was found at the same address, and which it was before; NULL
-- again once somebody accepted it.
ALTER TABLE repositories ADD COLUMN replaced_at_ms INTEGER;
ALTER TABLE repositories ADD COLUMN replaced_restic_repository_id TEXT;
-- Who set the secret; NULL where it came with the enrolment.
ALTER TABLE credentials ADD COLUMN rotated_by TEXT;
