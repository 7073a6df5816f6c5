INSERT INTO member_moved (delivery, organisation, slug, account, account_login, account_kind, joined, place, at) VALUES ('m-1', 'acme', 'cab', 4, 'dave', 'user', 1, 0, 1700000000000);
INSERT INTO member_moved (delivery, organisation, slug, account, account_login, account_kind, joined, place, at) VALUES ('m-2', 'acme', 'cab', 4, 'dave', 'user', 0, 0, 1700000001000);
INSERT INTO member_moved (delivery, organisation, slug, account, account_login, account_kind, joined, place, at) VALUES ('m-3', 'other', '', 5, 'erin', 'user', 0, 0, 1700000002000);
INSERT INTO push (delivery, repository, branch, before_head, after_head, sender, sender_login, sender_kind, at) VALUES ('p-1', 7, 'main', 'a', 'b', 4, 'dave', 'user', 1700000000000);
INSERT INTO push (delivery, repository, branch, before_head, after_head, sender, sender_login, sender_kind, at) VALUES ('p-2', 7, 'main', 'b', '', 4, 'dave', 'user', 1700000001000);
INSERT INTO push (delivery, repository, branch, before_head, after_head, sender, sender_login, sender_kind, at) VALUES ('p-3', 7, 'next', '', 'b', 4, 'dave', 'user', 1700000002000);
INSERT INTO first_membership (review, organisation, slug, repository, number, was_member, seen_at) VALUES (9, 'acme', 'cab', 7, 1, -1, 1700000000000);
INSERT INTO first_membership (review, organisation, slug, repository, number, was_member, seen_at) VALUES (9, '', '', 7, 1, 4, 1700000000000);
INSERT INTO seen (review, repository, number, base, commits, at, could_write) VALUES (9, 7, 1, 'main', 'c', 1700000000000, 0);
