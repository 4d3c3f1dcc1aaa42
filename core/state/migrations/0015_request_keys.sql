-- Requests of the HTTP API that carried an Idempotency-Key, with their answers, for a day.
-- `id` is a hash of token and key. Without a status the request is at work.
CREATE TABLE request_keys (
  id BLOB PRIMARY KEY,
  request_hash BLOB NOT NULL,
  status INTEGER,
  answer BLOB,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX request_keys_by_age ON request_keys (created_at);
