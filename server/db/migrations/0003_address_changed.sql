-- When the repository got its present address: what ended before says nothing about it.
ALTER TABLE repositories ADD COLUMN address_changed_at_ms INTEGER NOT NULL DEFAULT 0;
