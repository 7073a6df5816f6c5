-- What holds of a change that people are told of, of what and on which channels, and what was known of it last; only where
-- a policy tells anybody.
CREATE TABLE told_change (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    holding TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    known TEXT NOT NULL,
    PRIMARY KEY (repository, number)
);

-- Messages to people: written with the decision that they tell of, each once, and kept with what became of them.
CREATE TABLE message (
    id TEXT PRIMARY KEY,
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    event TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    channel TEXT NOT NULL,
    body TEXT,
    made_at BIGINT NOT NULL,
    due_at BIGINT,
    lease TEXT,
    lease_until BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    sent_at BIGINT,
    status TEXT,
    receipt TEXT,
    dead_at BIGINT,
    UNIQUE (repository, number, event, sequence, channel)
);
CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL;
