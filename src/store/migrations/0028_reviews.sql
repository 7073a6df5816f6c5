-- Reviews that are owed, each once: of a pull request that went in, `pull:NUMBER`, or of a push around all of them,
-- `push:COMMIT:BRANCH` with the branch in hexadecimal. The issue is begun before it is opened, so that a crash between
-- opens no second one.
CREATE TABLE review (
    repository BIGINT NOT NULL,
    subject TEXT NOT NULL,
    number BIGINT NOT NULL,
    branch TEXT NOT NULL,
    head TEXT NOT NULL,
    causes TEXT NOT NULL,
    due BIGINT NOT NULL,
    owed_at BIGINT NOT NULL,
    begun_at BIGINT,
    issue BIGINT,
    refused TEXT,
    refused_at BIGINT,
    done_at BIGINT,
    closed_at BIGINT,
    PRIMARY KEY (repository, subject)
);
CREATE INDEX review_issue ON review (repository, issue) WHERE issue IS NOT NULL;
CREATE INDEX review_open ON review (repository, due) WHERE done_at IS NULL;

-- What became of each, by whose word: the last that counts; and when a word first said that it failed, whatever is said
-- afterwards.
CREATE TABLE change_outcome (
    repository BIGINT NOT NULL,
    subject TEXT NOT NULL,
    number BIGINT NOT NULL,
    result TEXT NOT NULL,
    text TEXT NOT NULL,
    account BIGINT NOT NULL,
    account_login TEXT NOT NULL,
    at BIGINT NOT NULL,
    failed_at BIGINT,
    PRIMARY KEY (repository, subject)
);
CREATE INDEX change_outcome_number ON change_outcome (repository, number);

-- The services that each change touched which went in, and whose they are.
CREATE TABLE change_service (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    owner_key TEXT NOT NULL,
    layer TEXT NOT NULL,
    service TEXT NOT NULL,
    team TEXT,
    PRIMARY KEY (repository, number, layer, service)
);
CREATE INDEX change_service_owner ON change_service (owner_key, layer, service);

-- What went in without our word, and by whom: evidence that is never let go.
CREATE TABLE unauthorised (
    repository BIGINT NOT NULL,
    subject TEXT NOT NULL,
    number BIGINT NOT NULL,
    branch TEXT NOT NULL,
    head TEXT NOT NULL,
    account BIGINT,
    account_login TEXT,
    why TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (repository, subject)
);

-- The newest decision before something went in is looked for.
CREATE INDEX decision_as_of ON decision (repository, as_of);
