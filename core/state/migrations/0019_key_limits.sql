-- What a key may do, from where and until when; as tokens have it. Empty and NULL: no limit.
ALTER TABLE keys ADD COLUMN scope TEXT NOT NULL DEFAULT '';

ALTER TABLE keys ADD COLUMN sources TEXT NOT NULL DEFAULT '';

ALTER TABLE keys ADD COLUMN expires_at INTEGER;
