-- Storage of apps: volumes of the engine. app_id is NULL once the app is gone: the data stays, and app_name
-- says whose it was. path: where containers have it, NULL when they do not. ready: 0 until the folder was given
-- to the app's user.
CREATE TABLE volumes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id INTEGER REFERENCES apps (id) ON DELETE SET NULL,
  app_name TEXT NOT NULL,
  name TEXT NOT NULL,
  volume TEXT NOT NULL UNIQUE,
  path TEXT,
  ready INTEGER NOT NULL DEFAULT 0 CHECK (ready IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX volumes_of_app ON volumes (app_id, name) WHERE app_id IS NOT NULL;
CREATE UNIQUE INDEX one_volume_per_path ON volumes (app_id, path)
WHERE app_id IS NOT NULL AND path IS NOT NULL;

CREATE TRIGGER volumes_follow_their_app
AFTER UPDATE OF name ON apps
BEGIN
  UPDATE volumes SET app_name = NEW.name WHERE app_id = NEW.id;
END;

-- Where a volume was before the deploy that changes it: a failed one takes its change back.
CREATE TABLE volume_changes (
  deploy_id INTEGER NOT NULL,
  volume_id INTEGER NOT NULL REFERENCES volumes (id) ON DELETE CASCADE,
  path_before TEXT,
  PRIMARY KEY (deploy_id, volume_id)
) STRICT, WITHOUT ROWID;
