-- What goes first. Somebody waits for what came with `awaited_seq`; `refused` is what found the budget used up, as a
-- place in the order of priorities, 0 where nothing goes before it. The index is the order in which rows are begun.
ALTER TABLE due ADD COLUMN awaited_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE due ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
CREATE INDEX due_turn ON due (installation, (due_at - CASE WHEN lowers_seq > done_seq THEN 600000
    WHEN kind = 'group' THEN 300000 WHEN awaited_seq > done_seq THEN 120000 ELSE 0 END))
    WHERE lease IS NULL AND due_at IS NOT NULL;
