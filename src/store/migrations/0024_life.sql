-- Who sent a delivery; NULL where it does not say, and for what came before.
ALTER TABLE delivery ADD COLUMN sender BIGINT;
ALTER TABLE delivery ADD COLUMN sender_login TEXT;
ALTER TABLE delivery ADD COLUMN sender_kind TEXT;

-- How each change went from state to state, one row for each step, never changed: `from_state` is NULL for the first, and
-- `cause` and the actor where time alone did it.
CREATE TABLE transition (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    from_state TEXT,
    from_marks TEXT NOT NULL,
    to_state TEXT NOT NULL,
    to_marks TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor BIGINT,
    actor_login TEXT,
    actor_kind TEXT,
    cause TEXT,
    policies TEXT NOT NULL,
    decision TEXT NOT NULL,
    PRIMARY KEY (repository, number, sequence)
);
