INSERT INTO installation (id, reads_parked_until) VALUES (2, 4070908800000);
INSERT INTO due (key, kind, installation, repository, number, head, base, due_at, seq, claimed_seq, done_seq, pending) VALUES ('pull:8#3', 'pull', 2, 8, 3, 'c0de', 'main', 1700000000000, 1, 0, 0, '{}');
