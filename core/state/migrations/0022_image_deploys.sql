-- Deploys of an image that was built elsewhere. SQLite changes a CHECK only with a new table.
CREATE TABLE deploys_anew (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('push', 'rebuild', 'config_change', 'restart', 'rollback',
    'scale', 'stop', 'start', 'image')),
  stage TEXT NOT NULL CHECK (stage IN ('queued', 'detecting', 'building', 'releasing', 'starting',
    'checking', 'switching', 'retiring', 'succeeded', 'failed', 'cancelled', 'superseded')),
  commit_oid TEXT,
  ref TEXT NOT NULL,
  ref_old TEXT,
  release INTEGER,
  image TEXT NOT NULL,
  config_before INTEGER,
  actor TEXT NOT NULL,
  note TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  FOREIGN KEY (app_id, release) REFERENCES releases (app_id, number)
) STRICT;

INSERT INTO deploys_anew
SELECT id, app_id, kind, stage, commit_oid, ref, ref_old, release, image, config_before, actor,
  note, reason, created_at, finished_at
FROM deploys;

-- Ids of deploys whose app is gone are not given away again either.
DELETE FROM sqlite_sequence WHERE name = 'deploys_anew';
INSERT INTO sqlite_sequence (name, seq)
SELECT 'deploys_anew', seq FROM sqlite_sequence WHERE name = 'deploys';

DROP TABLE deploys;
ALTER TABLE deploys_anew RENAME TO deploys;

CREATE INDEX deploys_of_app ON deploys (app_id, id);
CREATE INDEX deploys_of_release ON deploys (app_id, release);
CREATE INDEX deploys_unfinished ON deploys (id) WHERE finished_at IS NULL;
