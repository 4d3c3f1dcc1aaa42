-- Keys of the administrators' file, which are kept there: when each was used last.
CREATE TABLE file_keys (
  fingerprint TEXT PRIMARY KEY,
  last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
