INSERT INTO installation (id) VALUES (2);
INSERT INTO due (key, kind, installation, repository, number, head, base, due_at, not_before, seq, claimed_seq, done_seq, awaited_seq, refused, pending) VALUES ('pull:8#3', 'pull', 2, 8, 3, 'c0de', 'main', 4070908800000, 4070908800000, 1, 1, 0, 1, 3, '{}');
