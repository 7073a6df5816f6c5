//! The layers in force, what each may do, and what a wrong or missing file comes to.

use super::*;
use crate::decision::Outcome::*;
use crate::facts::{EditedPolicy, Properties};
use crate::layer::Layer;
use crate::policy::{Read, Source, Standing, Unenforced, Version, load};

fn org(text: &str) -> String {
    format!("{PEOPLE}{text}")
}

#[test]
fn no_file_anywhere_is_silent() {
    let decision = check_layers("", "", &world(), Silent, &[]);
    assert!(decision.next.is_empty() && decision.notices.is_empty());
}

#[test]
fn out_of_scope_is_silent() {
    let scoped = |scope: &str| org(&format!("[scope]\n{scope}\n{PEER}"));
    check_layers(&scoped("repositories = [\"*\", \"!shop\"]"), "", &world(), Silent, &[]);
    check_layers(&scoped("base = [\"release/**\"]"), "", &world(), Silent, &[]);
    check_layers(&scoped("base = [\"~DEFAULT_BRANCH\"]"), "", &world(), Wait, &["org/peer approvals waiting"]);
}

#[test]
fn a_layer_speaks_by_the_repositorys_custom_properties() {
    let scoped = org(&format!("[scope]\nproperties = {{ team = [\"payments\", \"ledger\"] }}\n{PEER}"));
    let of = |team: Option<Known<&str>>| {
        with(|facts| {
            let set = |team: &str| [("team".to_owned(), [team.to_owned()].into())].into();
            facts.on_demand.properties = team.map(|team| team.map(set));
        })
    };
    let peer = "org/peer approvals waiting";
    check_layers(&scoped, "", &of(Some(Known::Known("ledger"))), Wait, &[peer]);
    check_layers(&scoped, "", &of(Some(Known::Known("web"))), Silent, &[]);
    let none = with(|facts| facts.on_demand.properties = Some(Known::Known(Properties::new())));
    check_layers(&scoped, "", &none, Silent, &[]);
    for unread in [of(None), of(Some(Known::unknown("GitHub answered 502")))] {
        check_layers(&scoped, "", &unread, Unknown, &["org/policy scope unknown", peer]);
    }
    // Other parts of the scope decide alone.
    let elsewhere = scoped.replace("[scope]\n", "[scope]\nbase = [\"next\"]\n");
    check_layers(&elsewhere, "", &of(None), Silent, &[]);
    // What such a layer would relax is passed by nobody.
    let model = "[[model]]\nid = \"m\"\nowner = \"carols\"\nuntil = \"2100-01-01T00:00Z\"\nwhen = { fork = false }\napprovals = []\n";
    let relaxing = org(&format!("[scope]\nproperties = {{ team = \"payments\" }}\n{model}"));
    let expected = ["org/policy scope unknown", "org/m model satisfied", "peer approvals waived"];
    check_layers(&relaxing, PEER, &of(None), Unknown, &expected);
}

#[test]
fn every_layer_must_be_satisfied_and_a_lower_one_only_adds() {
    let organisation = org(PEER);
    let allow = "[[rule]]\nid = \"free\"\nallow = \"we trust ourselves\"\n";
    let expected = ["org/peer approvals waiting", "free allow satisfied"];
    check_layers(&organisation, allow, &world(), Wait, &expected);
    // The author approves: the repository's file cannot make that count upstairs.
    let loose = format!("[approval]\nindependent_of = [\"operators\"]\nunattributed = \"pusher\"\n{allow}");
    check_layers(&organisation, &loose, &approved_by(&["ann"]), Wait, &expected);
    let strict = "[approval]\nindependent_of = [\"pushers\"]\n[[rule]]\nid = \"free\"\nallow = \"ok\"\n";
    let lax = org(&format!("[approval]\nindependent_of = [\"author\"]\n{PEER}"));
    let mut facts = world();
    known(&mut facts.pushers).insert(person("bob"));
    approve(&mut facts, "bob");
    check_layers(&lax, "", &facts, Pass, &["org/peer approvals satisfied"]);
    check_layers(&lax, strict, &facts, Wait, &expected);
}

#[test]
fn observe_and_warn_are_shown_and_decide_nothing() {
    for mode in ["observe", "warn"] {
        let policy = PEOPLE.replace("version = 1", &format!("version = 1\nmode = \"{mode}\"")) + PEER;
        check_layers("", &policy, &world(), Neutral, &["peer approvals waiting"]);
    }
    // A rule that is tried out beside one that decides.
    let tried = format!("{PEER}[[rule]]\nid = \"tried\"\nmode = \"observe\"\ndeny = \"not yet\"\n");
    check(&tried, &approved_by(&["bob"]), Pass, &["peer approvals satisfied", "tried deny blocked"]);
    // A rule that decides in a layer that only observes.
    let one = "mode = \"observe\"\n[[rule]]\nid = \"one\"\nmode = \"enforce\"\ndeny = \"no\"\n";
    check_layers("", one, &world(), Block, &["one deny blocked"]);
}

#[test]
fn rules_of_which_none_applies_refuse() {
    let narrow = "[[rule]]\nid = \"db\"\nwhen = { files = [\"db/**\"] }\nallow = \"fine\"\n";
    check(narrow, &world(), Block, &["policy nothing-applies blocked"]);
    check(&format!("{narrow}{PEER}"), &approved_by(&["bob"]), Pass, &["peer approvals satisfied"]);
    // Whether it applies is not known.
    let mut facts = world();
    facts.files = Known::unknown("GitHub answered 502");
    check(narrow, &facts, Unknown, &["policy nothing-applies unknown", "db allow unknown"]);
    // A rule that is tried out makes up for nothing.
    let tried = format!("{narrow}[[rule]]\nid = \"all\"\nmode = \"observe\"\nallow = \"fine\"\n");
    check(&tried, &world(), Block, &["policy nothing-applies blocked", "all allow satisfied"]);
    // Any layer's rule does.
    let expected = ["org/peer approvals satisfied"];
    check_layers(&org(PEER), narrow, &approved_by(&["bob"]), Pass, &expected);
}

#[test]
fn what_the_author_decides_makes_up_for_nothing() {
    let labelled =
        "[[rule]]\nid = \"doc\"\nwhen = { labels = [\"docs\"], on_declaration = true }\nallow = \"only words\"\n";
    let facts = with(|facts| facts.change.labels = vec!["Docs".to_owned()]);
    let decision = check(labelled, &facts, Block, &["policy nothing-applies blocked", "doc allow satisfied"]);
    says(&decision, "the author decides whether it applies");
    let field = "[[rule]]\nid = \"doc\"\nwhen = { field = { summary = { state = \"absent\" } } }\nallow = \"ok\"\n";
    check(field, &world(), Block, &["policy nothing-applies blocked", "doc allow satisfied"]);
}

#[test]
fn a_borrowed_name_makes_up_for_nothing() {
    let bot = "[[rule]]\nid = \"bumps\"\nwhen = { author = [\"jenkins[bot]\"] }\nallow = \"pinned\"\n";
    let bots = |facts: &mut Facts| {
        facts.change.author = Some(person("jenkins[bot]"));
        facts.commits = Known::Known(vec![crate::facts::Commit { verified: true, ..commit("h1", "jenkins[bot]") }]);
        facts.pushers = Known::Known(people(&["jenkins[bot]"]));
    };
    check(bot, &with(bots), Pass, &["bumps allow satisfied"]);
    let held = ["policy nothing-applies blocked", "bumps allow satisfied"];
    let mut pushed = with(bots);
    push(&mut pushed, "h2", "ann");
    check(bot, &pushed, Block, &held);
    let mut unsigned = with(bots);
    known(&mut unsigned.commits)[0].verified = false;
    check(bot, &unsigned, Block, &held);
    // What is asked of everybody else is asked of a borrowed name too, and makes up for it.
    let rest = "[[rule]]\nid = \"rest\"\nwhen = { not = { author = [\"jenkins[bot]\"] } }\napprovals = [{ from = [\"peer\"], count = 1 }]\n";
    let both = format!("{bot}{rest}");
    check(&both, &with(bots), Pass, &["bumps allow satisfied"]);
    check(&both, &pushed, Wait, &["bumps allow satisfied", "rest approvals waiting"]);
}

#[test]
fn a_stack_that_asks_nothing_is_wrong() {
    let map = "version = 1\n[services.pay]\npaths = [\"src/**\"]\ntier = 1\n";
    let (set, found) = load(&[source(Layer::Repository, map)]);
    assert_eq!(found.first().map(|problem| problem.code), Some("asks-nothing"));
    let decision = decide(&set, &world());
    assert_eq!((decision.outcome, states(&decision)), (Block, vec!["policy asks-nothing blocked".to_owned()]));
    let (set, _) = load(&[source(Layer::Repository, "version = 1\n")]);
    assert_eq!(decide(&set, &world()).outcome, Block);
}

#[test]
fn required_fields_alone_are_enough_to_ask() {
    let policy = "[record]\nrequired = [\"summary\"]\n";
    check(policy, &world(), Act, &["record fields author"]);
}

fn read_as(read: Read, last_good: Option<&str>) -> crate::policy::PolicySet {
    let last_good = last_good.map(|text| Version { blob: "good".to_owned(), text: text.to_owned() });
    let broken = Source { read, last_good, ..source(Layer::Organisation, "") };
    load(&[broken, source(Layer::Repository, &org(PEER))]).0
}

#[test]
fn a_wrong_file_passes_nothing() {
    let wrong = || Read::Text(Version { blob: "bad".to_owned(), text: "version = 1\nrules = 3".to_owned() });
    let approved = approved_by(&["bob"]);
    let decision = decide(&read_as(wrong(), None), &approved);
    assert_eq!(decision.outcome, Block);
    says(&decision, "has errors, and no valid version of it is known");
    let decision = decide(&read_as(wrong(), Some("version = 1\n[[rule]]\nid = \"d\"\ndeny = \"no\"\n")), &approved);
    assert_eq!((decision.outcome, states(&decision)[0].as_str()), (Block, "org/d deny blocked"));
    assert_eq!(decision.policies[0].standing, Standing::LastKnownGood { wrong: "bad".to_owned() });
}

#[test]
fn unreachable_is_unknown_and_unseen_is_said() {
    let approved = approved_by(&["bob"]);
    let unreachable = || Read::Unreachable("GitHub answered 502".to_owned());
    let decision = decide(&read_as(unreachable(), None), &approved);
    assert_eq!((decision.outcome, states(&decision)[0].as_str()), (Unknown, "org/policy policy unknown"));
    let last = "version = 1\n[[rule]]\nid = \"ok\"\nallow = \"ok\"\n";
    let decision = decide(&read_as(unreachable(), Some(last)), &approved);
    assert_eq!(decision.outcome, Pass);
    assert_eq!(decision.policies[0].standing, Standing::Unreachable("GitHub answered 502".to_owned()));
    let decision = decide(&read_as(Read::Unseen, None), &approved);
    assert_eq!(decision.outcome, Pass);
    says(&decision, "cannot be seen");
    let unseen = Source { read: Read::Unseen, ..source(Layer::Organisation, "") };
    assert_eq!(decide(&load(&[unseen]).0, &approved).outcome, Silent);
}

#[test]
fn what_is_not_enforced_holds_and_what_relaxes_is_not_granted() {
    // As a version reads it that knows a key and cannot keep to it yet.
    let mut ahead = policies("", &format!("{PEOPLE}{PEER}"));
    let policy = ahead.layers.iter_mut().filter_map(|layer| layer.policy.as_mut()).next_back().unwrap();
    policy.unenforced.push(Unenforced { key: "signature".to_owned(), id: None, span: 0..1 });
    let decision = decide(&ahead, &approved_by(&["bob"]));
    assert_eq!(decision.outcome, Unknown);
    assert_eq!(states(&decision), ["policy unenforced unknown", "peer approvals satisfied"]);
    says(&decision, "does not enforce `signature` yet");
    let emergency = format!(
        "[emergency]\ndeclared_by = [\"cab\"]\nexpires = \"4h\"\napprovals = [{{ from = [\"cab\"], count = 1 }}]\n{PEER}"
    );
    check(&emergency, &world(), Wait, &["peer approvals waiting"]);
}

#[test]
fn the_edited_policy_is_checked_and_never_in_force() {
    let edited = |text: Option<&str>| {
        with(|facts| {
            approve(facts, "bob");
            facts.policy_edit = Some(Known::Known(EditedPolicy { text: text.map(str::to_owned) }));
        })
    };
    check(
        PEER,
        &edited(Some("version = 1\n[[rule]]\nid = \"a\"\nallow = \"ok\"\n")),
        Pass,
        &["peer approvals satisfied"],
    );
    let broken = edited(Some("version = 1\n[[rule]]\nid = \"a\"\nalow = \"ok\"\n"));
    let decision = check(PEER, &broken, Act, &["policy policy author", "peer approvals satisfied"]);
    assert!(decision.policy_edit.is_some_and(|edit| !edit.diagnostics.is_empty()));
    check(PEER, &edited(None), Pass, &["peer approvals satisfied"]);
    let mut unread = edited(None);
    unread.policy_edit = Some(Known::unknown("GitHub cut it short"));
    check(PEER, &unread, Unknown, &["policy policy unknown", "peer approvals satisfied"]);
    // The first policy of a repository: shown, nothing decides yet.
    let decision = check_layers("", "", &broken, Neutral, &[]);
    assert!(decision.policy_edit.is_some_and(|edit| !edit.diagnostics.is_empty()));
}

#[test]
fn a_fork_s_edit_learns_nothing_of_the_layers_above() {
    let text = "version = 1\n[[rule]]\nid = \"a\"\napprovals = [{ from = [\"payment\"], count = 1 }]\n";
    let edited = |fork: bool| {
        with(|facts| {
            facts.change.fork = fork;
            facts.policy_edit = Some(Known::Known(EditedPolicy { text: Some(text.to_owned()) }));
        })
    };
    let said = |fork: bool| {
        let decision = decide(&policies(&org(PEER), ""), &edited(fork));
        format!("{:?}", decision.policy_edit.unwrap().diagnostics)
    };
    assert!(said(false).contains("payments"), "{}", said(false));
    assert!(!said(true).contains("payments"), "{}", said(true));
}

#[test]
fn a_wrong_file_s_errors_are_told_with_their_places() {
    let wrong = "version = 1\n\n[[rule]]\nid = \"peer\"\naprovals = []\nallow = \"ok\"\n";
    let good = Version { blob: "good".to_owned(), text: format!("{PEOPLE}{PEER}") };
    let told = |layer: Layer, public: bool, last_good: Option<Version>| {
        let (set, _) = load(&[Source { last_good, ..source(layer, wrong) }]);
        let decision = decide(&set, &with(|facts| facts.repository.public = public));
        let error = decision.policies[0].errors[0].clone();
        (decision.outcome, error.place, error.diagnostic.message, error.diagnostic.help)
    };
    let message = "`[[rule]]` has no key `aprovals`".to_owned();
    let full = (Some((5, 1)), message, Some("did you mean `approvals`?".to_owned()));
    let check = |layer, public, last_good, outcome| {
        let (came_to, place, message, help) = told(layer, public, last_good);
        assert_eq!((came_to, (place, message, help)), (outcome, full.clone()));
    };
    check(Layer::Repository, false, None, Block);
    check(Layer::Repository, true, None, Block);
    check(Layer::Repository, false, Some(good.clone()), Wait);
    check(Layer::Organisation, false, Some(good), Wait);
    // Whoever reads a public pull request may not be let into the organisation's own repository.
    let (_, place, message, help) = told(Layer::Organisation, true, None);
    assert_eq!((place, help), (Some((5, 1)), None));
    assert!(!message.contains("aprovals"), "{message}");
}
