INSERT INTO installation (id) VALUES (1);
INSERT INTO repository (id, installation, owner, owner_key, name, default_branch) VALUES (7, 1, 'Acme', 'acme', 'shop', 'main');
INSERT INTO merge_group (repository, head, base, seen_at, run_id, run_status, run_fingerprint, run_name) VALUES (7, 'beef', 'main', 1700000000000, 11, 'success', 'cs1', 'countersign');
INSERT INTO merge_group (repository, head, base, seen_at, gone_at) VALUES (7, 'dead', 'main', 1700000000000, 1700000001000);
INSERT INTO group_member (repository, number, head) VALUES (7, 1, 'beef');
INSERT INTO group_member (repository, number, head) VALUES (7, 2, 'beef');
INSERT INTO group_member (repository, number, head) VALUES (7, 2, 'dead');
