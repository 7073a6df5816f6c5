INSERT INTO emergency_ticket (owner_key, ticket, repository, number, used_at) VALUES ('acme', 'inc-7', 7, 1, 1700000000000);
INSERT INTO emergency_change (repository, number, until) VALUES (7, 1, 1700000000000);
INSERT INTO emergency_review (repository, number, due) VALUES (7, 1, 1700000000000);
INSERT INTO emergency_review (repository, number, due, done_at, done_by) VALUES (7, 2, 1700000000000, 1700000000001, 3);
