-- Tokens of the HTTP API. Of the secret only a hash is kept; `prefix` is its public part.
-- The owner is a user, or an administrator whose key is in the admin_keys file.
CREATE TABLE tokens (
  prefix TEXT PRIMARY KEY,
  secret_hash BLOB NOT NULL,
  name TEXT NOT NULL UNIQUE,
  user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
  file_key TEXT,
  owner TEXT NOT NULL,
  scope TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  CHECK ((user_id IS NULL) <> (file_key IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX tokens_of_user ON tokens (user_id);
