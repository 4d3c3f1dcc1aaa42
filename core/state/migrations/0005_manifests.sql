-- What the app.json of a release said, as an app.json (docs/app_json.md).
ALTER TABLE releases ADD COLUMN manifest TEXT NOT NULL DEFAULT '{}';

DROP TRIGGER releases_never_change;

CREATE TRIGGER releases_never_change
BEFORE UPDATE OF app_id, number, image, commit_oid, config_version, runtime, internal_port,
  description, actor, created_at, manifest ON releases
BEGIN
  SELECT RAISE(ABORT, 'a release never changes but for its state');
END;
