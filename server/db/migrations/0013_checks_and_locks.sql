-- What the last check that came to an end found, by which job, and how much of the data it read
-- (JSON; NULL: the structure only).
ALTER TABLE repositories ADD COLUMN last_check_job_id TEXT;
ALTER TABLE repositories ADD COLUMN last_check_read_data TEXT;
-- Who holds locks in the repository (JSON, at most eight), and when the agent looked.
ALTER TABLE repositories ADD COLUMN locks TEXT;
ALTER TABLE repositories ADD COLUMN locks_at_ms INTEGER;
