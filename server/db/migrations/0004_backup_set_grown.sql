-- When the backup set got more to back up than the last good backup holds; NULL once one took it.
ALTER TABLE hosts ADD COLUMN backup_set_grown_at_ms INTEGER;
