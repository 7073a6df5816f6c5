INSERT INTO installation (id, served) VALUES (1, 1772445600000);
INSERT INTO repository (id, installation, owner, owner_key, name, default_branch)
VALUES (7, 1, 'Acme', 'acme', 'shop', 'main');
INSERT INTO pull (repository, number, head, base, open, updated_at, decision, decided_head, check_name, outcome,
    own_outcome, cares, run_id, run_status, run_fingerprint, run_head, run_name, comment_id)
VALUES (7, 1, 'c0ffee', 'main', 1, 1772445600000, '019ca8e0-0000-7000-8000-000000000001', 'c0ffee', 'countersign',
    'act', 'act', '"all"', 11, 'action_required', 'f', 'c0ffee', 'countersign', 12);
INSERT INTO pull (repository, number, head, base, open, updated_at, decision, decided_head, check_name, outcome,
    own_outcome, cares)
VALUES (7, 2, 'beef', 'main', 1, 1772445600000, '019ca8e0-0000-7000-8000-000000000002', 'beef', 'countersign',
    'wait', 'wait', '{"only":[{"name":"build","app":"github-actions"},{"name":"ci/jenkins","app":null}]}');
INSERT INTO decision (id, key, repository, number, head, check_name, as_of, outcome, own_outcome, semantics, engine,
    policies, parts, texts, causes, next_due)
VALUES ('019ca8e0-0000-7000-8000-000000000001', 'pull:7#1', 7, 1, 'c0ffee', 'countersign', 1772445600000, 'act', 'act',
    1, '0.1.0',
    '[{"layer":"repository","path":"acme/shop/.github/countersign.toml","blob":"b1","standing":"current"}]',
    '[["files","ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"]]', 't', '["d-0"]', NULL);
INSERT INTO due (key, kind, installation, repository, number, head, base, due_at, seq, claimed_seq, done_seq,
    lowers_seq, pending)
VALUES ('pull:7#1', 'pull', 1, 7, 1, 'c0ffee', '', 1772445600000, 3, 2, 2, 3,
    '{"wants":[[2,{"tip":"beef"}],[3,{"review":{"id":5,"state":"approved"}}]],"causes":[[2,"d-0"],[3,"d-1"]]}');
