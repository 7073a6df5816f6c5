-- The last valid version of each calendar that a policy names.
CREATE TABLE calendar_version (
    repository BIGINT NOT NULL,
    base TEXT NOT NULL,
    layer TEXT NOT NULL,
    path TEXT NOT NULL,
    text BYTEA NOT NULL,
    good_at BIGINT NOT NULL,
    PRIMARY KEY (repository, base, layer, path)
);
