-- What the clock, or a person, has run of an app.json's cron. entry is made of schedule and command, so that it stays the
-- same over releases. started_by: '' is the clock. status: what the command exited with, where it did.
CREATE TABLE cron_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  entry TEXT NOT NULL,
  schedule TEXT NOT NULL,
  command TEXT NOT NULL,
  started_by TEXT NOT NULL,
  release INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'exited', 'skipped', 'timed_out', 'cut', 'failed')),
  status INTEGER,
  output TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

CREATE INDEX cron_runs_of_app ON cron_runs (app_id, entry, id);
