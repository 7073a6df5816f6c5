-- Deployments that wait for our word at an environment: what was asked, what was said last, and the answer. A run that is
-- begun again asks anew; `first_asked_at` stays.
CREATE TABLE gate (
    repository BIGINT NOT NULL,
    run BIGINT NOT NULL,
    environment TEXT NOT NULL,
    environment_key TEXT NOT NULL,
    deployment BIGINT NOT NULL,
    head TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    first_asked_at BIGINT NOT NULL,
    said TEXT,
    said_times BIGINT NOT NULL DEFAULT 0,
    answer TEXT,
    answered_at BIGINT,
    PRIMARY KEY (repository, run, environment)
);
CREATE INDEX gate_environment ON gate (repository, environment_key, asked_at);
CREATE INDEX gate_waiting ON gate (repository) WHERE answer IS NULL;

-- Deployments as events told of them.
CREATE TABLE deployment (
    repository BIGINT NOT NULL,
    id BIGINT NOT NULL,
    environment TEXT NOT NULL,
    environment_key TEXT NOT NULL,
    head TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    started_at BIGINT,
    succeeded_at BIGINT,
    failed_at BIGINT,
    PRIMARY KEY (repository, id)
);
CREATE INDEX deployment_environment ON deployment (repository, environment_key, succeeded_at);
CREATE INDEX deployment_head ON deployment (repository, head);
CREATE INDEX deployment_seen ON deployment (seen_at);

-- By which commit each change went into which branch.
CREATE TABLE merged_change (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    base TEXT NOT NULL,
    head TEXT NOT NULL,
    merged_at BIGINT NOT NULL,
    PRIMARY KEY (repository, number)
);
CREATE INDEX merged_change_head ON merged_change (repository, base, head);

-- A gate is as urgent as a merge group.
DROP INDEX due_turn;
CREATE INDEX due_turn ON due (installation, (CASE WHEN lowers_seq > done_seq THEN due_at - 600000
    WHEN green_until <= due_at + 300000 THEN green_until - 600000
    WHEN kind IN ('group', 'gate') THEN due_at - 300000 WHEN awaited_seq > done_seq THEN due_at - 120000
    ELSE due_at END))
    WHERE lease IS NULL AND due_at IS NOT NULL;
