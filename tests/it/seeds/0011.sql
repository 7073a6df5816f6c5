INSERT INTO waiting_mark (repository, head, delivery, installation, mark, received_at) VALUES (7, 'late', 'd-11', 1, '{"what":{"check":{"name":"ci","app":null}},"want":{"status":{"head":"late","context":"ci","at":"2026-03-02T10:00:00Z","state":"success"}},"lowers":false}', 1700000000000);
INSERT INTO missed_delivery (guid, attempt, failed, at, asked, times) VALUES ('g-1', 5, 1, 1700000000000, 0, 0);
INSERT INTO delivery_walk (id, seen_until, top, cursor) VALUES (1, 1700000000000, 1700000100000, 'v1_7');
INSERT INTO model_change (repository, number, owner_key, layer, model) VALUES (7, 1, 'acme', 'repository', 'bumps');
INSERT INTO deployed (delivery, repository, environment, creator, head, failed, at) VALUES ('d-1', 7, 'prod', 4, 'good', 0, 1700000000000);
INSERT INTO deployed (delivery, repository, environment, creator, head, failed, at) VALUES ('d-2', 7, 'prod', 5, 'of somebody else', 0, 1700000001000);
INSERT INTO deployed (delivery, repository, environment, creator, head, failed, at) VALUES ('d-3', 7, 'prod', 4, 'bad', 1, 1700000002000);
INSERT INTO deployment_failure (repository, number, head, environment, seen_at) VALUES (7, 1, 'bad', 'prod', 1700000003000);
