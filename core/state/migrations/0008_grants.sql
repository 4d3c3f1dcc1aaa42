-- What members may do with which apps. Administrators need no row.
CREATE TABLE grants (
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  right_name TEXT NOT NULL CHECK (right_name IN ('read', 'deploy', 'admin')),
  granted_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (app_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_of_user ON grants (user_id);
