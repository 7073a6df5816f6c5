-- The change that each ticket of an emergency was used for: one ticket, one change, for ever.
CREATE TABLE emergency_ticket (
    owner_key TEXT NOT NULL,
    ticket TEXT NOT NULL,
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (owner_key, ticket)
);

-- The changes that were emergencies when they were last decided while they were open, and until when.
CREATE TABLE emergency_change (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (repository, number)
);

-- The reviews that are owed of those that went in so, and when they were done.
CREATE TABLE emergency_review (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    due BIGINT NOT NULL,
    done_at BIGINT,
    done_by BIGINT,
    PRIMARY KEY (repository, number)
);
