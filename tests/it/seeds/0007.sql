INSERT INTO model_change (repository, number, owner_key, layer, model) VALUES (7, 1, 'acme', 'repository', 'bumps');
INSERT INTO change_failure (repository, number, reverted_by, seen_at) VALUES (7, 1, 2, 1700000000000);
INSERT INTO review_request (repository, number, reviewer, asked_at) VALUES (7, 1, 'team:acme/cab', 1700000000000);
