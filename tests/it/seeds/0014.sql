INSERT INTO first_membership (review, organisation, slug, repository, number, was_member, seen_at) VALUES (5, 'acme', 'cab', 7, 1, 0, 1700000000000);
INSERT INTO first_membership (review, organisation, slug, repository, number, was_member, seen_at) VALUES (6, 'acme', 'cab', 7, 2, 1, 1700000000000);
INSERT INTO dispatch (repository, run, attempt, actor, actor_login, actor_kind, branch, head, started_at, ended_at) VALUES (7, 90, 1, 4, 'dave', 'user', 'main', 'beef', 1700000000000, 1700000060000);
INSERT INTO dispatch (repository, run, attempt, actor, actor_login, actor_kind, branch, head, started_at, ended_at) VALUES (7, 91, 1, 5, 'erin', 'user', 'bump', 'cafe', 1600000000000, NULL);
