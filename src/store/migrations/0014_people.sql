-- Whether a reviewer was in a team at the first look after the review that could tell. The first answer stays.
CREATE TABLE first_membership (
    review BIGINT NOT NULL,
    organisation TEXT NOT NULL,
    slug TEXT NOT NULL,
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    was_member BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (review, organisation, slug)
);
CREATE INDEX first_membership_pull ON first_membership (repository, number);

-- Who set a workflow run to work by hand or by a call, on which branch, and from when to when it ran.
CREATE TABLE dispatch (
    repository BIGINT NOT NULL,
    run BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    actor BIGINT NOT NULL,
    actor_login TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    branch TEXT NOT NULL,
    head TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (repository, run, attempt, actor)
);
CREATE INDEX dispatch_branch ON dispatch (repository, branch);
CREATE INDEX dispatch_started ON dispatch (repository, started_at);
