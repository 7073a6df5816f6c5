INSERT INTO calendar_version (repository, base, layer, path, text, good_at) VALUES (7, 'main', 'repository', 'a.ics', '', 1700000000000);
