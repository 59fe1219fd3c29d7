-- A job is looked up by its short id, the last eight digits (docs/decisions/006).
CREATE INDEX jobs_by_short_id ON jobs (substr(id, -8));
