-- Which certificates of the server a host's agent talks to, as pushed to it (JSON, empty: any that it
-- trusts), and what the agent said is wrong with itself (JSON).
ALTER TABLE hosts ADD COLUMN cert_pins TEXT NOT NULL DEFAULT '[]';
ALTER TABLE hosts ADD COLUMN agent_problems TEXT NOT NULL DEFAULT '[]';
