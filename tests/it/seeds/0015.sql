INSERT INTO members_changed (organisation, at) VALUES ('acme', 1700000000000);
INSERT INTO members_changed (organisation, at) VALUES ('other', 1700000060000);
