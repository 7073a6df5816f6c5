-- When a delivery last told that the teams of an organisation, or who is in them, changed: what was read of them before
-- does not count any more, whichever process read it.
CREATE TABLE members_changed (
    organisation TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
