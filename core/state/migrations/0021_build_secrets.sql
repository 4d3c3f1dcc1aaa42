-- What builds may read and nothing else: encrypted like config vars, and never given out again.
CREATE TABLE build_secrets (
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  sealed BLOB NOT NULL,
  set_at INTEGER NOT NULL,
  set_by TEXT NOT NULL,
  PRIMARY KEY (app_id, key)
) STRICT, WITHOUT ROWID;
