-- Reports of agents that could not be applied, with their whole text, so that they block none after
-- them and are not lost. Acknowledged like the others; each has a row in the audit log.
CREATE TABLE refused_reports (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  run_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  reason TEXT NOT NULL,
  text TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (host_id, run_id, seq)
) STRICT, WITHOUT ROWID;
