-- The one-time code with which the first administrator lets their key in: its hash.
CREATE TABLE claims (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  code_hash BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
