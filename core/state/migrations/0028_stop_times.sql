-- How the processes of an app end, in seconds. NULL: as the server's settings say.
ALTER TABLE apps ADD COLUMN drain_timeout INTEGER;
ALTER TABLE apps ADD COLUMN stop_timeout INTEGER;
