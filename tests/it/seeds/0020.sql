INSERT INTO pull (repository, number, head, base, open, updated_at) VALUES (7, 1, 'c0ffee', 'main', 1, 1772445600000);
INSERT INTO command (comment, repository, number, account, account_login, account_kind, line, head, written_at, at, answered_at) VALUES (31, 7, 1, 2, 'bob', 'user', 'hold the bank is away', 'c0ffee', 1700000000000, 1700000001500, 1700000002000);
INSERT INTO command (comment, repository, number, account, account_login, account_kind, line, head, written_at, at, answered_at) VALUES (32, 7, 1, 3, 'carol', 'user', 'unhold', NULL, 1700000003000, 1700000003500, NULL);
