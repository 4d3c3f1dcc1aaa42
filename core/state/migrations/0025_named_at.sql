-- When an app got the name that it has; NULL: when it was made. What happened under the name before is another app's.
ALTER TABLE apps ADD COLUMN named_at INTEGER;
