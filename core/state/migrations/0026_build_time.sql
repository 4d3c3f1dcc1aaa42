-- How long the image was built, in microseconds, whether that succeeded or not; NULL: nothing was built.
ALTER TABLE deploys ADD COLUMN build_time INTEGER;
