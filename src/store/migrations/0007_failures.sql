-- Which models of standard changes covered a pull request when it was last decided while it was open.
CREATE TABLE model_change (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    owner_key TEXT NOT NULL,
    layer TEXT NOT NULL,
    model TEXT NOT NULL,
    PRIMARY KEY (repository, number, layer, model)
);
CREATE INDEX model_change_model ON model_change (owner_key, layer, model);

-- A change that is known to have failed after it went in, and what shows it: the pull request that reverts it.
CREATE TABLE change_failure (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    reverted_by BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (repository, number, reverted_by)
);

-- Whom we asked GitHub to ask for a review: `team:ORG/SLUG` or `user:ID`.
CREATE TABLE review_request (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    reviewer TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (repository, number, reviewer)
);
