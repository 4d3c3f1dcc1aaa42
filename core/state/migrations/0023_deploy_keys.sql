-- The key by which an app's repository elsewhere lets MinPaas in. sealed: the private key, encrypted. known_hosts: keys
-- of the servers that it was used at, as ssh writes them.
CREATE TABLE deploy_keys (
  app_id INTEGER PRIMARY KEY REFERENCES apps (id) ON DELETE CASCADE,
  public_key TEXT NOT NULL,
  sealed BLOB NOT NULL,
  known_hosts TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL
) STRICT;
