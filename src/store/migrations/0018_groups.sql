-- Merge groups, the pull requests that went into each by the last look at the queue, and what is shown of us on its head.
CREATE TABLE merge_group (
    repository BIGINT NOT NULL,
    head TEXT NOT NULL,
    base TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    gone_at BIGINT,
    run_id BIGINT,
    run_status TEXT,
    run_fingerprint TEXT,
    run_name TEXT,
    PRIMARY KEY (repository, head)
);
CREATE INDEX merge_group_seen ON merge_group (seen_at);
CREATE TABLE group_member (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    head TEXT NOT NULL,
    PRIMARY KEY (repository, number, head)
);
CREATE INDEX group_member_head ON group_member (repository, head);
