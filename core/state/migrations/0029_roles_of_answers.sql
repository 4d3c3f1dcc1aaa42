-- The role of whoever an answer was given to: an administrator's is not given again to who is none
-- any more. Answers from before this column count as an administrator's.
ALTER TABLE request_keys ADD COLUMN role TEXT NOT NULL DEFAULT 'admin' CHECK (role IN ('admin', 'member'));
