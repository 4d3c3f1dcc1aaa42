-- Host names that were added to apps, in lower case; `*.example.com` is one, too. The name that every app
-- has by itself has no row.
CREATE TABLE domains (
  host TEXT PRIMARY KEY,
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX domains_of_app ON domains (app_id, host);
