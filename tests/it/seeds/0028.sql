INSERT INTO review (repository, subject, number, branch, head, causes, due, owed_at, begun_at, issue) VALUES (7, 'pull:1', 1, 'main', 'c0ffee', 'pir', 1700000000000, 1690000000000, 1690000000001, 12);
INSERT INTO change_outcome (repository, subject, number, result, text, account, account_login, at, failed_at) VALUES (7, 'pull:1', 1, 'with-issues', 'slow', 3, 'carol', 1700000000000, 1690000000002);
INSERT INTO change_service (repository, number, owner_key, layer, service, team) VALUES (7, 1, 'acme', 'repository', 'payments', 'team:acme/pay');
INSERT INTO unauthorised (repository, subject, number, branch, head, account, account_login, why, happened_at, noted_at) VALUES (7, 'push:beef:6d61696e', 0, 'main', 'beef', 4, 'dave', 'pushed', 1700000000000, 1700000000001);
