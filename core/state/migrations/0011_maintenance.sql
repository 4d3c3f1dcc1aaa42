-- Whether visitors see a page in place of the app.
ALTER TABLE apps ADD COLUMN maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1));
