//! Post-implementation reviews: what owes one, and whose word counts.

use super::*;
use crate::facts::{ChangeState, Command, Seen};

/// The change, merged by dave, after somebody said what became of it.
fn merged(policy: &str, login: &str, change: impl FnOnce(&mut Facts)) -> crate::decision::Decision {
    let facts = with(|facts| {
        facts.change.state = ChangeState::Merged;
        facts.on_demand.merged_at = Some(at(9_000));
        facts.on_demand.merged_by = Some(person("dave"));
        let unseen = || Known::unknown("not read");
        let seen = Seen {
            base: unseen(),
            commits: unseen(),
            body: unseen(),
            member_of: std::collections::BTreeMap::new(),
            could_write: None,
            held: None,
        };
        facts.commands = Known::Known(vec![Command {
            comment: 1,
            by: person(login),
            at: at(9_500),
            line: "outcome with-issues slow".to_owned(),
            can_write: Some(true),
            seen,
            head: None,
        }]);
        change(facts);
    });
    decide(&policies("", &format!("{policy}\n{PEER}")), &facts)
}

#[test]
fn what_matches_owes_a_review_and_so_does_what_cannot_be_known() {
    let check = |policy: &str, change: fn(&mut Facts), owed: bool| {
        let due = merged(policy, "bob", change).after_merge.and_then(|after| after.due);
        assert_eq!(due.is_some(), owed, "{policy}");
    };
    check("[pir]\n", |_| (), true);
    check("", |_| (), false);
    check("[pir]\nwhen = { files_changed = \">= 100\" }\n", |_| (), false);
    check("[pir]\nwhen = { files_changed = \">= 100\" }\n", |facts| facts.files = Known::unknown("away"), true);
    let within = merged("[pir]\nwithin = \"2h\"\n", "bob", |_| ()).after_merge.and_then(|after| after.due);
    assert_eq!(within, Some(at(9_000 + 2 * 3_600)));
}

#[test]
fn what_became_of_a_change_is_said_by_somebody_who_took_no_part_in_it_and_did_not_merge_it() {
    let check = |login: &str, change: fn(&mut Facts), why: &str| {
        let decision = merged("", login, change);
        let told = decision.commands[0].refused.as_ref().map(crate::text::plain).unwrap_or_default();
        assert!(told.contains(why) && told.is_empty() == why.is_empty(), "{login}: {told}");
        let outcome = decision.after_merge.and_then(|after| after.outcome);
        assert_eq!(outcome.is_some(), why.is_empty(), "{login}");
    };
    check("bob", |_| (), "");
    check("alice", |_| (), "alice opened this pull request");
    check("dave", |_| (), "dave merged this change");
    check("bob", |facts| facts.pushers = Known::unknown("away"), "who pushed could not be read");
    let cannot = |can_write: Option<bool>| {
        let decision = merged("", "bob", |facts| {
            if let Known::Known(commands) = &mut facts.commands {
                commands[0].can_write = can_write;
            }
        });
        decision.commands[0].refused.as_ref().map(crate::text::plain).unwrap_or_default()
    };
    assert!(cannot(Some(false)).contains("bob may not push"));
    assert!(cannot(None).contains("was not read"));
}
