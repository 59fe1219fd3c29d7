-- Cancelling a job, or finding that it expired, looks for its commands.
CREATE INDEX commands_by_job ON commands (job_id);
