-- What open changes plan, as they were last read: the window, since when it is planned, and the rest as text.
CREATE TABLE planned (
    repository BIGINT NOT NULL,
    number BIGINT NOT NULL,
    installation BIGINT NOT NULL,
    public BIGINT NOT NULL,
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    planned_at BIGINT NOT NULL,
    plan TEXT NOT NULL,
    PRIMARY KEY (repository, number)
);
CREATE INDEX planned_installation ON planned (installation, ends);
