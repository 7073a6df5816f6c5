-- Commands that people gave in comments, each as the event of the comment's making told it: kept once and for ever. `head` is
-- where events had the pull request's head then, NULL where none had told of it; `answered_at` when it was answered.
CREATE TABLE command (
    comment BIGINT NOT NULL PRIMARY KEY,
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    account BIGINT NOT NULL,
    account_login TEXT NOT NULL,
    account_kind TEXT NOT NULL,
    line TEXT NOT NULL,
    head TEXT,
    written_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX command_pull ON command (repository, number, at);

-- The head for which somebody asked for the whole explanation by the button of the check.
ALTER TABLE pull ADD COLUMN explained_head TEXT;
