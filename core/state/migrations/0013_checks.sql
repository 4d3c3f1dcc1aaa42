-- What was chosen for the checks of a process type of an app. A column that is NULL, and a row that is not
-- there, leave it to the app.json of the release or to the settings.
CREATE TABLE checks (
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  process TEXT NOT NULL,
  path TEXT,
  deadline_seconds INTEGER CHECK (deadline_seconds > 0),
  timeout_seconds INTEGER CHECK (timeout_seconds > 0),
  attempts INTEGER CHECK (attempts > 0),
  wait_seconds INTEGER CHECK (wait_seconds > 0),
  PRIMARY KEY (app_id, process)
) STRICT, WITHOUT ROWID;
