-- The value of minpaas.app on what the app has in the engine: its name when it was made, also after it was renamed.
ALTER TABLE apps ADD COLUMN label TEXT NOT NULL DEFAULT '';

UPDATE apps SET label = name;

CREATE UNIQUE INDEX app_labels ON apps (label);

-- Apps that have another name, and whose files may still be found under the one before.
CREATE TABLE renames (
  app_id INTEGER PRIMARY KEY REFERENCES apps (id) ON DELETE CASCADE,
  old_name TEXT NOT NULL
) STRICT;
