-- All that a list of apps reads of their live releases: without it, a page of the table for each app.
-- state stands in it for SQLite, which else looks the condition up in the table.
CREATE INDEX live_releases ON releases (app_id, number, runtime, state) WHERE state = 'live';
