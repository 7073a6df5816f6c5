-- Since when looks show a pull request with this head, with this description, and open and ready for review into this base.
ALTER TABLE pull ADD COLUMN seen_head TEXT;
ALTER TABLE pull ADD COLUMN head_at BIGINT;
ALTER TABLE pull ADD COLUMN body_hash TEXT;
ALTER TABLE pull ADD COLUMN body_at BIGINT;
ALTER TABLE pull ADD COLUMN ready_base TEXT;
ALTER TABLE pull ADD COLUMN ready_at BIGINT;

-- When a description was received; NULL where a former version kept GitHub's instant of it alone, `at`.
ALTER TABLE body_version ADD COLUMN received_at BIGINT;
