-- What is odd about the agent of a host, one row of each kind: two machines with its identity, a
-- protocol that is not spoken here, a server that knows less than its agents. `facts` is JSON.
CREATE TABLE agent_notices (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL
    CHECK (kind IN ('duplicate_identity', 'protocol_refused', 'server_restored')),
  since_ms INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (host_id, kind)
) STRICT, WITHOUT ROWID;

-- A host's own epoch, where it is above the server's: its agent had seen more than this database.
CREATE TABLE agent_epochs (
  host_id TEXT PRIMARY KEY REFERENCES hosts (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
