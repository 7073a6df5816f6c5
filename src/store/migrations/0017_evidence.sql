-- The newest pushes of a branch: what a look shows of it is held to them.
CREATE INDEX push_branch ON push (repository, branch, at);

-- Whether a reviewer could push to the repository at the first look after the review; NULL where a former version looked.
ALTER TABLE seen ADD COLUMN could_write BIGINT;

-- Who joined a team or left it, as deliveries tell; the empty slug stands for every team of the organisation. What GitHub
-- shows of a team is held to it for a while.
CREATE TABLE member_moved (
    delivery TEXT NOT NULL,
    organisation TEXT NOT NULL,
    slug TEXT NOT NULL,
    account BIGINT NOT NULL,
    account_login TEXT NOT NULL,
    account_kind TEXT NOT NULL,
    joined BIGINT NOT NULL,
    place BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (organisation, at, delivery)
);
