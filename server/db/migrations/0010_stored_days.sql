-- By how much all repositories together grew or shrank on each day, for the fleet's growth: the sum
-- over every repository's own days would read a thousand times as many rows for the same line.
CREATE TABLE stored_days (
  day TEXT PRIMARY KEY,
  change_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO stored_days (day, change_bytes)
SELECT day, sum(change_bytes) FROM (
  SELECT day, size_bytes - coalesce(
    lag(size_bytes) OVER (PARTITION BY repository_id ORDER BY day), 0) AS change_bytes
  FROM repository_days)
GROUP BY day;
