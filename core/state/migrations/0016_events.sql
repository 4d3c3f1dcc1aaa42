-- Who has done what. Rows are only ever added; `tag` is a keyed hash over the row and the tag before it.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  credential TEXT NOT NULL,
  peer TEXT NOT NULL,
  app TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  result TEXT NOT NULL,
  tag BLOB NOT NULL
) STRICT;

CREATE INDEX events_of_app ON events (app, seq);

CREATE TRIGGER events_never_change
BEFORE UPDATE ON events
BEGIN
  SELECT RAISE(ABORT, 'an event never changes');
END;

CREATE TRIGGER events_stay
BEFORE DELETE ON events
BEGIN
  SELECT RAISE(ABORT, 'an event is never removed');
END;
