//! What must hold of every change: unknown never helps, another voice never hurts, order never matters.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::account::Oid;
use crate::decision::{Decision, Outcome};
use crate::facts::{Attribution, Check, CheckMaker, Commit, FileStatus, Review, ReviewVerdict};
use crate::policy::PolicySet;
use crate::record::{ChangeRecord, FieldSet};
use crate::records::Records;

/// Rules of many kinds, so that every fact matters to one of them.
const RULES: [&str; 9] = [
    "[[rule]]\nid = \"peer\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n",
    "[[rule]]\nid = \"two\"\napprovals = [{ from = [\"payments\"], count = 1 }, { from = [\"cab\"], count = 1 }]\n",
    "[[rule]]\nid = \"any\"\napprovals = [{ any = [{ from = [\"cab\"], count = 2 }, { from = [\"carols\"], count = 1 }] }]\n",
    "[[rule]]\nid = \"few\"\nwhen = { only_files = [\"docs/**\"] }\nallow = \"words\"\n",
    "[[rule]]\nid = \"code\"\nwhen = { not = { only_files = [\"docs/**\"] } }\napprovals = [{ from = [\"payments\"], count = 1 }]\n",
    "[[rule]]\nid = \"green\"\nchecks = [\"build\"]\n",
    "[[rule]]\nid = \"low\"\nwhen = { risk = \"< high\" }\ndeny = \"small\"\n",
    "[[rule]]\nid = \"ann\"\nwhen = { not = { author = [\"ann\"] } }\napprovals = [{ from = [\"peer\"], count = 2 }]\n",
    "[[risk.factor]]\nid = \"pay\"\nwhen = { files = [\"src/**\"] }\nscore = 70\nwhy = \"money\"\n",
];

/// As [`super::decide`], without reading descriptions: they are all empty here.
fn decide(set: &PolicySet, facts: &Facts) -> Decision {
    static FIELDS: LazyLock<FieldSet> = LazyLock::new(FieldSet::standard);
    let read = |review: &Review| match &review.seen.body {
        Known::Known(_) => (review.id, Known::Known(ChangeRecord::default())),
        Known::Unknown(why) => (review.id, Known::Unknown(why.clone())),
    };
    let at_review = facts.reviews.known().into_iter().flatten().map(read).collect();
    let (current, diagnostics) = (ChangeRecord::default(), Vec::new());
    crate::evaluate(set, &Records { current, diagnostics, at_review, fields: FIELDS.clone() }, facts)
}

const PEOPLE_OF_IT: [&str; 5] = ["ann", "bob", "carol", "dave", "erin"];

fn policy(chosen: u16) -> PolicySet {
    let rules: String =
        RULES.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, rule)| *rule).collect();
    let all = "[[rule]]\nid = \"all\"\nallow = \"the rest\"\n";
    policies("", &format!("{PEOPLE}{all}{rules}"))
}

fn some_facts() -> impl Strategy<Value = Facts> {
    let reviews = prop::collection::vec((0..5_usize, 0..4_u8, any::<bool>(), any::<bool>()), 0..6);
    let commits = prop::collection::vec((0..5_usize, 0..5_usize, 0..4_u8), 0..3);
    let files = prop::collection::vec((0..4_usize, 0..3_u8), 0..3);
    let checks = prop::collection::vec((0..3_usize, 0..3_usize), 0..3);
    (reviews, commits, files, checks, 0..32_u8).prop_map(|(reviews, commits, files, checks, pushers)| {
        let mut facts = world();
        for (at, (author, committer, kind)) in commits.into_iter().enumerate() {
            let mut commit = commit(&format!("x{at}"), PEOPLE_OF_IT[author]);
            commit.committer = by(PEOPLE_OF_IT[committer]);
            match kind {
                0 => commit.author = Attribution::Nobody { name: "box".to_owned() },
                1 => commit.co_authors.push(person(PEOPLE_OF_IT[committer])),
                2 => commit = Commit { verified: true, committer: Attribution::GitHub, ..commit },
                _ => {}
            }
            known(&mut facts.commits).push(commit);
        }
        let paths = ["docs/a.md", "src/pay.rs", ".github/workflows/ci.yml", "docs/link"];
        facts.files = Known::Known(
            files
                .into_iter()
                .map(|(path, status)| {
                    let mut file = file(paths[path]);
                    match status {
                        0 => file.status = FileStatus::Changed,
                        1 => file.old_path = Known::Known(Some("src/old.rs".to_owned())),
                        _ => {}
                    }
                    file
                })
                .collect(),
        );
        for (who, verdict, moved, writes) in reviews {
            let verdict = match verdict {
                0 => ReviewVerdict::ChangesRequested,
                1 => ReviewVerdict::Dismissed { by: Some(person(PEOPLE_OF_IT[who])), asked_for_changes: Some(moved) },
                _ => ReviewVerdict::Approved,
            };
            review(&mut facts, PEOPLE_OF_IT[who], verdict);
            let reviews = known(&mut facts.reviews);
            let last = reviews.last_mut().unwrap();
            last.can_write = writes || who % 2 == 0;
            if moved && who == 4 {
                last.commit = Some(Oid::new("h0"));
            }
        }
        let results = ["success", "failure", "running"];
        facts.checks = Known::Known(
            checks.into_iter().map(|(name, result)| run(["build", "lint", "build"][name], results[result])).collect(),
        );
        for (at, login) in PEOPLE_OF_IT.iter().enumerate() {
            if pushers >> at & 1 == 1 && at != 2 {
                known(&mut facts.pushers).insert(person(login));
            }
        }
        facts
    })
}

/// The facts with one of them taken away.
fn without(facts: &Facts, which: usize) -> Facts {
    let mut facts = facts.clone();
    let away = "away";
    match which {
        0 => facts.files = Known::unknown(away),
        1 => facts.commits = Known::unknown(away),
        2 => facts.reviews = Known::unknown(away),
        3 => facts.checks = Known::unknown(away),
        4 => facts.pushers = Known::unknown(away),
        5 => {
            facts.teams.insert(team("acme/cab"), Known::unknown(away));
        }
        6 => {
            facts.teams.insert(team("acme/payments"), Known::unknown(away));
        }
        7 => {
            facts.accounts.insert("carol".to_owned(), Known::unknown(away));
        }
        8 => {
            facts.accounts.insert("ann".to_owned(), Known::unknown(away));
        }
        9 => facts.change.author = None,
        10 => known(&mut facts.files).iter_mut().for_each(|file| file.old_path = Known::unknown(away)),
        11 => known(&mut facts.reviews).iter_mut().for_each(|review| review.seen.body = Known::unknown(away)),
        12 => known(&mut facts.reviews).iter_mut().for_each(|review| review.seen.commits = Known::unknown(away)),
        13 => known(&mut facts.reviews).iter_mut().for_each(|review| review.seen.base = Known::unknown(away)),
        _ => {
            for review in known(&mut facts.reviews) {
                if let ReviewVerdict::Dismissed { by, asked_for_changes } = &mut review.verdict {
                    (*by, *asked_for_changes) = (None, None);
                }
            }
        }
    }
    facts
}

fn goodness(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Block => 0,
        Outcome::Unknown => 1,
        Outcome::Act => 2,
        Outcome::Wait => 3,
        Outcome::Pass | Outcome::Neutral | Outcome::Silent => 4,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_known_never_makes_a_pass(facts in some_facts(), chosen in 0..512_u16, which in 0..15_usize) {
        let set = policy(chosen);
        let known = decide(&set, &facts);
        let unknown = decide(&set, &without(&facts, which));
        prop_assert!(
            known.outcome == Outcome::Pass || unknown.outcome != Outcome::Pass,
            "{:?}\n{:?}\nwithout {which}:\n{:?}", known.outcome, states(&known), states(&unknown)
        );
    }

    #[test]
    fn one_more_approval_never_hurts(facts in some_facts(), chosen in 0..512_u16, who in 0..5_usize) {
        let set = policy(chosen);
        // Whether an approval is independent of a commit of nobody is unknown, which weighs more than waiting for one.
        let mut facts = facts;
        for commit in known(&mut facts.commits) {
            if matches!(commit.author, Attribution::Nobody { .. }) {
                commit.author = by("ann");
            }
        }
        let before = decide(&set, &facts);
        approve(&mut facts, PEOPLE_OF_IT[who]);
        let after = decide(&set, &facts);
        prop_assert!(
            goodness(after.outcome) >= goodness(before.outcome),
            "{:?}\n{:?}\nafter:\n{:?}", before.outcome, states(&before), states(&after)
        );
    }

    #[test]
    fn the_order_of_lists_does_not_matter(facts in some_facts(), chosen in 0..512_u16) {
        let set = policy(chosen);
        let before = decide(&set, &facts);
        let mut turned = facts;
        known(&mut turned.reviews).reverse();
        known(&mut turned.commits).reverse();
        known(&mut turned.files).reverse();
        let after = decide(&set, &turned);
        prop_assert_eq!((before.outcome, states(&before)), (after.outcome, states(&after)));
    }

    #[test]
    fn the_same_facts_give_the_same_decision(facts in some_facts(), chosen in 0..512_u16) {
        let set = policy(chosen);
        prop_assert_eq!(decide(&set, &facts), decide(&set, &facts));
    }

    #[test]
    fn a_check_with_our_name_is_never_passed_over(facts in some_facts(), chosen in 0..512_u16) {
        let set = policy(chosen);
        let mut facts = facts;
        let forged = Check { maker: CheckMaker::Creator(Some(person("ann"))), ..run("countersign", "success") };
        known(&mut facts.checks).push(forged);
        prop_assert_eq!(decide(&set, &facts).outcome, Outcome::Block);
    }
}
