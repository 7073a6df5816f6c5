INSERT INTO installation (id) VALUES (1);
INSERT INTO repository (id, installation, owner, owner_key, name, default_branch) VALUES (7, 1, 'Acme', 'acme', 'shop', 'main');
INSERT INTO gate (repository, run, environment, environment_key, deployment, head, asked_at, first_asked_at, said, said_times) VALUES (7, 17, 'Production', 'production', 5, 'beef', 1700000000000, 1700000000000, 'held', 2);
INSERT INTO gate (repository, run, environment, environment_key, deployment, head, asked_at, first_asked_at, answer, answered_at) VALUES (7, 16, 'Production', 'production', 4, 'dead', 1690000000000, 1690000000000, 'approved', 1690000001000);
INSERT INTO deployment (repository, id, environment, environment_key, head, seen_at, started_at, succeeded_at) VALUES (7, 4, 'Production', 'production', 'dead', 1690000000000, 1690000002000, 1690000003000);
INSERT INTO merged_change (repository, number, base, head, merged_at) VALUES (7, 1, 'main', 'dead', 1680000000000);
INSERT INTO due (key, kind, installation, repository, number, head, base, due_at, seq, pending) VALUES ('gate:7/17/Production', 'gate', 1, 7, 17, '', 'Production', 1700000000000, 1, '{}');
