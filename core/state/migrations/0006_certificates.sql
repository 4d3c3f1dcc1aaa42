-- Certificates with their keys: what people sent, and what an authority has signed.
CREATE TABLE certificates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  source TEXT NOT NULL CHECK (source IN ('added', 'auto')),
  -- Host names, separated by blanks.
  names TEXT NOT NULL,
  issuer TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  -- PEM of certificate, chain and key, encrypted.
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX certificates_of_app ON certificates (app_id, id);

-- Apps whose certificates are fetched from the authority.
CREATE TABLE auto_certificates (
  app_id INTEGER PRIMARY KEY REFERENCES apps (id) ON DELETE CASCADE
) STRICT;

-- Host names for which the authority gave none at the last attempt, and when it is asked again.
CREATE TABLE certificate_failures (
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  next_at INTEGER NOT NULL,
  PRIMARY KEY (app_id, host)
) STRICT, WITHOUT ROWID;
