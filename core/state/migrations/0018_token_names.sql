-- Names of tokens are their owners' own. Which one a name means is asked with its owner.
CREATE TABLE tokens_by_owner (
  prefix TEXT PRIMARY KEY,
  secret_hash BLOB NOT NULL,
  name TEXT NOT NULL,
  user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
  file_key TEXT,
  owner TEXT NOT NULL,
  scope TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  CHECK ((user_id IS NULL) <> (file_key IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO tokens_by_owner (prefix, secret_hash, name, user_id, file_key, owner, scope, created_at, expires_at, last_used_at)
SELECT prefix, secret_hash, name, user_id, file_key, owner, scope, created_at, expires_at, last_used_at FROM tokens;

DROP TABLE tokens;

ALTER TABLE tokens_by_owner RENAME TO tokens;

CREATE UNIQUE INDEX token_names_of_users ON tokens (user_id, name) WHERE user_id IS NOT NULL;

CREATE UNIQUE INDEX token_names_of_file_keys ON tokens (file_key, name) WHERE file_key IS NOT NULL;
