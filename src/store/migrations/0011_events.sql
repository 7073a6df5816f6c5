-- Where a head stood before it was moved; empty where a former version heard of it.
ALTER TABLE head_move ADD COLUMN before_head TEXT NOT NULL DEFAULT '';

-- What moved at a commit that was no open pull request's head when its event came: that event may be early.
CREATE TABLE waiting_mark (
    repository BIGINT NOT NULL,
    head TEXT NOT NULL,
    delivery TEXT NOT NULL,
    installation BIGINT NOT NULL,
    mark TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (repository, head, delivery)
);
CREATE INDEX waiting_mark_at ON waiting_mark (received_at);

-- Deliveries that GitHub could not hand over, each by the newest attempt that its list shows, and how often they were
-- asked for again; the last attempt that was, is `asked`.
CREATE TABLE missed_delivery (
    guid TEXT NOT NULL PRIMARY KEY,
    attempt BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    at BIGINT NOT NULL,
    asked BIGINT NOT NULL DEFAULT 0,
    times BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX missed_delivery_at ON missed_delivery (at);

-- How far that list was read: all of it before `seen_until`, and now back from `top` to `cursor`.
CREATE TABLE delivery_walk (
    id BIGINT NOT NULL PRIMARY KEY,
    seen_until BIGINT NOT NULL,
    top BIGINT NOT NULL,
    cursor TEXT NOT NULL
);

-- How deployments went: one row per event that said so.
CREATE TABLE deployed (
    delivery TEXT NOT NULL PRIMARY KEY,
    repository BIGINT NOT NULL,
    environment TEXT NOT NULL,
    creator BIGINT NOT NULL,
    head TEXT NOT NULL,
    failed BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX deployed_at ON deployed (repository, at);
CREATE INDEX deployed_kept ON deployed (at);

-- A change that went in by a model, and the deployment that brought it and failed.
CREATE TABLE deployment_failure (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    head TEXT NOT NULL,
    environment TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (repository, number)
);
