-- Whether containers of two releases of the app may run at the same time: not where its storage takes one writer.
ALTER TABLE apps ADD COLUMN overlap INTEGER NOT NULL DEFAULT 1 CHECK (overlap IN (0, 1));
