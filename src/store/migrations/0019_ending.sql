-- What GitHub would not take of us beside the check run, as JSON.
ALTER TABLE pull ADD COLUMN refused TEXT;

-- Until when time leaves a green check as it is, and what the check says from then on. The index is the order in which
-- rows are begun: what time ends is as urgent then as what an event takes away.
ALTER TABLE due ADD COLUMN green_until BIGINT;
ALTER TABLE due ADD COLUMN green_then TEXT;
DROP INDEX due_turn;
CREATE INDEX due_turn ON due (installation, (CASE WHEN lowers_seq > done_seq THEN due_at - 600000
    WHEN green_until <= due_at + 300000 THEN green_until - 600000
    WHEN kind = 'group' THEN due_at - 300000 WHEN awaited_seq > done_seq THEN due_at - 120000 ELSE due_at END))
    WHERE lease IS NULL AND due_at IS NOT NULL;
