-- Limits that were chosen for an app. process: '' is all of its containers. A column that is NULL, and a
-- row that is not there, leave the limit to the app's row or to the settings.
CREATE TABLE resources (
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  process TEXT NOT NULL,
  memory_bytes INTEGER CHECK (memory_bytes > 0),
  cpus REAL CHECK (cpus > 0),
  pids INTEGER CHECK (pids > 0),
  PRIMARY KEY (app_id, process)
) STRICT, WITHOUT ROWID;
