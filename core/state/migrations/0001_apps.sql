-- Apps with their config, releases, deploys and containers. Times are microseconds since 1970, UTC.
-- "MPaa": a file that carries another mark is not ours.
PRAGMA application_id = 0x4d506161;

-- Ids are never used again (AUTOINCREMENT): an encrypted config value is bound to its app's id, and
-- a build log is named after its deploy's id.
CREATE TABLE apps (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  runtime TEXT NOT NULL DEFAULT '',
  deploy_branch TEXT NOT NULL DEFAULT '',
  port INTEGER NOT NULL UNIQUE CHECK (port BETWEEN 1 AND 65535),
  stopped INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;

-- A version is the whole set of an app's config vars at one moment; it may be empty.
CREATE TABLE config_versions (
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (app_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE config_vars (
  app_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  key TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (app_id, version, key),
  FOREIGN KEY (app_id, version) REFERENCES config_versions (app_id, version) ON DELETE CASCADE
) STRICT;

-- config_version 0 is "nothing was ever set" and has no row, so it is no foreign key.
CREATE TABLE releases (
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 1),
  state TEXT NOT NULL CHECK (state IN ('pending', 'live', 'superseded', 'failed')),
  image TEXT NOT NULL,
  commit_oid TEXT,
  config_version INTEGER NOT NULL CHECK (config_version >= 0),
  runtime TEXT NOT NULL,
  internal_port INTEGER NOT NULL,
  description TEXT NOT NULL,
  actor TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (app_id, number)
) STRICT;

CREATE UNIQUE INDEX one_live_release ON releases (app_id) WHERE state = 'live';

CREATE TRIGGER releases_never_change
BEFORE UPDATE OF app_id, number, image, commit_oid, config_version, runtime, internal_port,
  description, actor, created_at ON releases
BEGIN
  SELECT RAISE(ABORT, 'a release never changes but for its state');
END;

-- command: what the Procfile or the runtime says, NULL when it says nothing of this process type.
-- quantity: what the formation says, NULL when it says nothing of it.
CREATE TABLE release_processes (
  app_id INTEGER NOT NULL,
  release INTEGER NOT NULL,
  process TEXT NOT NULL,
  command TEXT,
  quantity INTEGER CHECK (quantity >= 0),
  PRIMARY KEY (app_id, release, process),
  FOREIGN KEY (app_id, release) REFERENCES releases (app_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TRIGGER release_processes_never_change
BEFORE UPDATE ON release_processes
BEGIN
  SELECT RAISE(ABORT, 'a release never changes but for its state');
END;

-- The journal: the row of a stage is committed before the stage's side effects.
CREATE TABLE deploys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('push', 'rebuild', 'config_change', 'restart')),
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

CREATE INDEX deploys_of_app ON deploys (app_id, id);
CREATE INDEX deploys_of_release ON deploys (app_id, release);
CREATE INDEX deploys_unfinished ON deploys (id) WHERE finished_at IS NULL;

CREATE TABLE containers (
  id TEXT PRIMARY KEY,
  app_id INTEGER NOT NULL,
  release INTEGER NOT NULL,
  process TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 1),
  FOREIGN KEY (app_id, release) REFERENCES releases (app_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX containers_of_release ON containers (app_id, release);

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
