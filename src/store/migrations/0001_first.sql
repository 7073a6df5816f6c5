-- One file for SQLite and PostgreSQL: BIGINT for numbers, instants (milliseconds since 1970) and flags (0, 1),
-- TEXT for ids and JSON, BYTEA for compressed bytes. No instant is made here: the one clock is the caller's.

-- Where the App is installed, with the budget that all replicas share. 0 stands for events that name none.
CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY,
    gone_at BIGINT,
    served BIGINT NOT NULL DEFAULT 0,
    parked_until BIGINT,
    minute BIGINT NOT NULL DEFAULT 0,
    minute_writes BIGINT NOT NULL DEFAULT 0,
    minute_writes_before BIGINT NOT NULL DEFAULT 0,
    minute_points BIGINT NOT NULL DEFAULT 0,
    minute_points_before BIGINT NOT NULL DEFAULT 0,
    hour BIGINT NOT NULL DEFAULT 0,
    hour_writes BIGINT NOT NULL DEFAULT 0,
    hour_writes_before BIGINT NOT NULL DEFAULT 0
);
INSERT INTO installation (id) VALUES (0);

CREATE TABLE repository (
    id BIGINT NOT NULL PRIMARY KEY,
    installation BIGINT NOT NULL,
    owner TEXT NOT NULL,
    owner_key TEXT NOT NULL,
    name TEXT NOT NULL,
    default_branch TEXT NOT NULL,
    gone_at BIGINT
);
CREATE INDEX repository_owner ON repository (owner_key);
CREATE INDEX repository_installation ON repository (installation);

-- What was delivered. The payload goes after its retention, the hash stays.
CREATE TABLE delivery (
    id TEXT NOT NULL PRIMARY KEY,
    event TEXT NOT NULL,
    action TEXT NOT NULL,
    installation BIGINT NOT NULL,
    repository BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    hash TEXT NOT NULL,
    size BIGINT NOT NULL,
    payload BYTEA
);
CREATE INDEX delivery_kept ON delivery (received_at) WHERE payload IS NOT NULL;

-- What the indexes know of a pull request, what its last decision said, and what GitHub shows of us.
CREATE TABLE pull (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    head TEXT NOT NULL,
    base TEXT NOT NULL,
    open BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    decision TEXT,
    decided_head TEXT,
    check_name TEXT,
    outcome TEXT,
    own_outcome TEXT,
    cares TEXT,
    run_id BIGINT,
    run_status TEXT,
    run_fingerprint TEXT,
    run_head TEXT,
    run_name TEXT,
    comment_id BIGINT,
    comment_node TEXT,
    PRIMARY KEY (repository, number)
);
CREATE INDEX pull_head ON pull (repository, head) WHERE open = 1;
CREATE INDEX pull_base ON pull (repository, base) WHERE open = 1;

-- The teams that a pull request's policies named when it was last decided.
CREATE TABLE pull_team (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    organisation TEXT NOT NULL,
    slug TEXT NOT NULL,
    PRIMARY KEY (repository, number, organisation, slug)
);
CREATE INDEX pull_team_name ON pull_team (organisation, slug);

-- The queue: one row per thing to look at. The key is the serialisation, seq the coalescing.
CREATE TABLE due (
    key TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    installation BIGINT NOT NULL,
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    head TEXT NOT NULL,
    base TEXT NOT NULL,
    due_at BIGINT,
    not_before BIGINT,
    seq BIGINT NOT NULL,
    claimed_seq BIGINT NOT NULL DEFAULT 0,
    done_seq BIGINT NOT NULL DEFAULT 0,
    lowers_seq BIGINT NOT NULL DEFAULT 0,
    pending TEXT NOT NULL,
    lease TEXT,
    lease_until BIGINT,
    looked_at BIGINT,
    looked_head TEXT,
    tries BIGINT NOT NULL DEFAULT 0,
    parks BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    dead_at BIGINT
);
CREATE INDEX due_ready ON due (installation, due_at) WHERE lease IS NULL AND due_at IS NOT NULL;
CREATE INDEX due_leased ON due (lease_until) WHERE lease IS NOT NULL;
CREATE INDEX due_dead ON due (dead_at) WHERE dead_at IS NOT NULL;
CREATE INDEX due_repository ON due (repository);

-- Leases on free names, such as one commit's check.
CREATE TABLE lane (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- Pieces of snapshots, once per content. The bytes go after their retention, the hash stays.
CREATE TABLE part (
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    size BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    bytes BYTEA,
    PRIMARY KEY (kind, hash)
);
CREATE INDEX part_kept ON part (kind, used_at) WHERE bytes IS NOT NULL;

CREATE TABLE decision (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    head TEXT NOT NULL,
    check_name TEXT NOT NULL,
    as_of BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    own_outcome TEXT NOT NULL,
    semantics BIGINT NOT NULL,
    engine TEXT NOT NULL,
    policies TEXT NOT NULL,
    parts TEXT NOT NULL,
    texts TEXT NOT NULL,
    causes TEXT NOT NULL,
    next_due BIGINT
);
CREATE INDEX decision_pull ON decision (repository, number, as_of);

-- One row per change, for the backtest's one scan.
CREATE TABLE change_row (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    author BIGINT,
    opened_at BIGINT,
    merged_at BIGINT,
    files BIGINT,
    lines BIGINT,
    risk_level TEXT NOT NULL,
    risk_score BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    decision TEXT NOT NULL,
    as_of BIGINT NOT NULL,
    PRIMARY KEY (repository, number)
);

-- What events prove.
CREATE TABLE push (
    delivery TEXT NOT NULL,
    repository BIGINT NOT NULL,
    branch TEXT NOT NULL,
    before_head TEXT NOT NULL,
    after_head TEXT NOT NULL,
    sender BIGINT NOT NULL,
    sender_login TEXT NOT NULL,
    sender_kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (repository, after_head, branch, delivery)
);
CREATE INDEX push_at ON push (at);
CREATE TABLE head_move (
    delivery TEXT NOT NULL,
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    after_head TEXT NOT NULL,
    sender BIGINT NOT NULL,
    sender_login TEXT NOT NULL,
    sender_kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (repository, number, after_head, delivery)
);
CREATE TABLE body_version (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    hash TEXT NOT NULL,
    editor BIGINT,
    editor_login TEXT,
    editor_kind TEXT,
    text BYTEA NOT NULL,
    PRIMARY KEY (repository, number, at, hash)
);
CREATE TABLE seen (
    review BIGINT NOT NULL PRIMARY KEY,
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    base TEXT NOT NULL,
    commits TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- The commits from base to head, as they were when each head of a pull request was last looked at.
CREATE TABLE head_commits (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    head TEXT NOT NULL,
    base TEXT NOT NULL,
    commits TEXT NOT NULL,
    PRIMARY KEY (repository, number, head)
);

-- The last valid version of each policy file.
CREATE TABLE policy_version (
    repository BIGINT NOT NULL,
    base TEXT NOT NULL,
    layer TEXT NOT NULL,
    blob TEXT NOT NULL,
    text BYTEA NOT NULL,
    good_at BIGINT NOT NULL,
    PRIMARY KEY (repository, base, layer)
);
CREATE TABLE organisation_layer (
    owner_key TEXT NOT NULL PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
CREATE TABLE login_pin (
    policy TEXT NOT NULL,
    login TEXT NOT NULL,
    account BIGINT NOT NULL,
    account_login TEXT NOT NULL,
    account_kind TEXT NOT NULL,
    pinned_at BIGINT NOT NULL,
    PRIMARY KEY (policy, login)
);
CREATE TABLE template_version (
    repository BIGINT NOT NULL,
    hash TEXT NOT NULL,
    path TEXT NOT NULL,
    text BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (repository, hash)
);
