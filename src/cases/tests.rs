//! Case files as data: what is wrong with them, and what they come to.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use countersign_domain::diagnostic::line_column;
use countersign_domain::layer::Layer;
use countersign_domain::policy::{PolicySet, Read, Source, Version, load};

use super::*;

fn policies(text: &str) -> PolicySet {
    let read = Read::Text(Version { blob: String::new(), text: format!("version = 1\n{text}") });
    let (set, found) = load(&[Source { layer: Layer::Repository, path: "policy".to_owned(), read, last_good: None }]);
    assert!(found.is_empty(), "{found:?}");
    set
}

const PEER: &str = "[authorities.peer]\npermission = \"write\"\n[[rule]]\nid = \"peer\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n";

/// The problems of a file that begins with its version, as line, column and message with help.
fn wrong(text: &str) -> Vec<(usize, usize, String)> {
    let text = format!("version = 1\n{text}");
    let said = |wrong: &Wrong| format!("{} ({})", wrong.message, wrong.help.as_deref().unwrap_or("no help"));
    let placed = |wrong: &Wrong| {
        let (line, column) = line_column(&text, wrong.place.start);
        (line, column, said(wrong))
    };
    read(&text).1.iter().map(placed).collect()
}

#[track_caller]
fn check_wrong(text: &str, line: usize, column: usize, says: &str) {
    let found = wrong(text);
    assert!(
        found.len() == 1 && (found[0].0, found[0].1) == (line, column) && found[0].2.contains(says),
        "{text}\n{found:#?}"
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_column() {
    let case = |said: &str| format!("[[case]]\nname = \"a\"\n{said}");
    check_wrong(&case("expect = \"pas\""), 4, 10, "did you mean `pass`?");
    check_wrong(
        &case("expect = \"pass\"\nfils = [\"a\"]"),
        5,
        1,
        "there is no key `fils` here (did you mean `files`?)",
    );
    check_wrong(&case("expcet = \"pass\"\nexpect = \"pass\""), 4, 1, "did you mean `expect`?");
    check_wrong(&case("expect = \"pass\"\nfiles = 3"), 5, 9, "`files`: ");
    check_wrong(&case("expect = \"pass\"\nrecord = \"all\""), 5, 10, "record = { risk");
    check_wrong(&case("expect = \"pass\"\nrecord = { risk = 3 }"), 5, 19, "an answer is a text");
    check_wrong(&case("expect = { rules = { peer = \"ok\" } }"), 4, 29, "`ok` is none of these");
    check_wrong(&case("expect = { outcom = \"pass\" }"), 4, 12, "did you mean `outcome`?");
    check_wrong(&case(""), 3, 8, "the case expects nothing");
    check_wrong("[[case]]\nexpect = \"pass\"", 2, 1, "the case has no `name`");
    check_wrong(
        &format!("{}\nexpect = \"pass\"\n{}\nexpect = \"pass\"", case(""), case("")),
        7,
        8,
        "two cases are called `a`",
    );
    check_wrong("", 1, 1, "the file has no case");
    check_wrong("case = 3", 2, 8, "`[[case]]`");
    check_wrong("polcy = \"a\"\n[[case]]\nname = \"a\"\nexpect = \"pass\"", 2, 1, "did you mean `policy`?");
    check_wrong(
        "policy = \"a\"\npolicy_text = \"b\"\n[[case]]\nname = \"a\"\nexpect = \"pass\"",
        3,
        15,
        "exclude each other",
    );
    check_wrong("[default]\nteam = 3\n[[case]]\nname = \"a\"\nexpect = \"pass\"", 3, 1, "did you mean `teams`?");
    check_wrong("[[case]\nname = 3", 2, 8, "");
    let (_, found) = read("version = 2\n[[case]]\nname = \"a\"\nexpect = \"pass\"");
    assert!(found[0].message.contains("of version 1"), "{found:?}");
}

#[test]
fn every_problem_of_a_file_is_said_at_once() {
    let found = wrong("[[case]]\nname = \"a\"\nexpect = \"pas\"\nfils = 1\n[[case]]\nname = \"b\"\nexpect = \"x\"");
    assert_eq!(found.iter().map(|found| found.0).collect::<Vec<_>>(), [4, 5, 8]);
}

/// What the only case of a file misses under the policies; nothing where all is as expected.
fn misses(policies: &PolicySet, text: &str) -> Vec<String> {
    let text = format!("version = 1\n{text}");
    let (file, found) = read(&text);
    assert!(found.is_empty(), "{found:?}");
    file.cases[0].run(policies).unwrap().misses.into_iter().map(|miss| miss.message).collect()
}

#[track_caller]
fn check(policy: &str, said: &str, expected: &[&str]) {
    let found = misses(&policies(policy), &format!("[[case]]\nname = \"a\"\n{said}"));
    let differs =
        found.len() != expected.len() || !found.iter().zip(expected).all(|(found, says)| found.contains(says));
    assert!(!differs, "{said}\n{found:#?}");
}

#[test]
fn the_plain_change_answers_every_standard_question_and_is_approved() {
    let asks_all = "[record]\nrequired = [\"summary\", \"reason\", \"risk\", \"impact\", \"security_impact\", \"test_plan\", \
                    \"backout\", \"communication\", \"monitoring\", \"implementer\", \"ticket\"]\n";
    let checks = "[[rule]]\nid = \"ci\"\nchecks = [\"build\", { required = true }]\n";
    check(&format!("{asks_all}{PEER}{checks}"), "expect = \"pass\"", &[]);
}

#[test]
fn a_case_says_only_what_differs() {
    let policy = format!("record.required = [\"risk\", \"backout\"]\n{PEER}");
    check(&policy, "reviews = []\nexpect = \"wait\"", &[]);
    check(&policy, "record = { backout = \"\" }\nexpect = \"act\"", &[]);
    check(
        &policy,
        "record = { risk = \"high\" }\nexpect = { outcome = \"pass\", risk = \"high\", type = \"normal\" }",
        &[],
    );
    check(&policy, "body = \"Risk: low\"\nexpect = \"act\"", &[]);
    check(&policy, "bare = true\nbody = \"Risk: low\\n\\nBackout: revert it\"\nexpect = \"wait\"", &[]);
    check(&policy, "as_of = 2026-03-01T12:00:00Z\nexpect = \"pass\"", &[]);
}

#[test]
fn what_holds_for_every_case_is_said_once_and_a_case_may_differ() {
    let policy = policies(
        "[authorities.cab]\nteams = [\"acme/cab\"]\n[[rule]]\nid = \"cab\"\napprovals = [{ from = [\"cab\"], count = 1 }]",
    );
    let default = "[default]\nteams = { \"acme/cab\" = [\"carol\"] }\nrecord = { risk = \"high\" }\n";
    let of = |case: &str| misses(&policy, &format!("{default}[[case]]\nname = \"a\"\n{case}"));
    assert_eq!(of("reviews = [\"carol\"]\nexpect = { outcome = \"pass\", risk = \"high\" }"), [""; 0]);
    assert_eq!(of("teams = { \"acme/cab\" = [\"reviewer\"] }\nexpect = \"pass\""), [""; 0]);
    assert_eq!(of("bare = true\nreviews = [\"carol\"]\nexpect = { outcome = \"unknown\", risk = \"low\" }"), [""; 0]);
}

#[test]
fn rules_are_named_whole_or_by_requirement() {
    let rule = "[[rule]]\nid = \"both\"\nfields = [\"summary\"]\nchecks = [\"lint\"]\n";
    let policy = format!("{PEER}{rule}");
    let expects = |rules: &str| format!("expect = {{ rules = {{ {rules} }} }}");
    check(&policy, &expects("peer = \"satisfied\", both = \"waiting\""), &[]);
    check(&policy, &expects("\"both.fields\" = \"satisfied\", \"repository/both.checks\" = \"waiting\""), &[]);
    check(&policy, &expects("peer = \"waiting\""), &["`peer`: expected `waiting`, came to `satisfied`: "]);
    check(&policy, &expects("pere = \"waiting\""), &["did you mean `peer`?"]);
    check(&policy, "expect = \"pass\"", &["outcome: expected `pass`, came to `wait`"]);
    check(&policy, "expect = { says = [\"lint\", \"nonsense\"] }", &["nothing that people are shown says `nonsense`"]);
}

#[test]
fn a_text_is_written_where_it_stands_and_nothing_else_changes() {
    let before = "version = 1 # mine\n[[case]]\nname = \"a\"\nreviews = []\nexpect = { outcome = \"wait\", text = \"\" } # here\n";
    let policy = policies(PEER);
    let (file, _) = read(before);
    let came = file.cases[0].run(&policy).unwrap();
    assert!(came.misses.len() == 1 && came.misses[0].of_text);
    let after = with_texts(before, &[(came.misses[0].place.clone(), came.text.clone())]);
    assert!(after.starts_with("version = 1 # mine\n") && after.ends_with("} # here\n"), "{after}");
    let (file, wrong) = read(&after);
    assert_eq!((wrong, file.cases[0].run(&policy).unwrap().misses), (vec![], vec![]));
    // Whatever a text holds, it reads back.
    for text in ["a'''b", "a'", "\\", "a\u{7f}b\n", "\n\nx"] {
        let (file, wrong) = read(&with_texts(before, &[(came.misses[0].place.clone(), text.to_owned())]));
        assert_eq!((wrong, &file.cases[0].expected.text.as_ref().unwrap().0), (vec![], &text.to_owned()));
    }
}

/// What no case reaches, as `kind id: what it lacks`.
fn unreached(policy: &str, cases: &str) -> Vec<String> {
    let policies = policies(policy);
    let (file, wrong) = read(&format!("version = 1\n{cases}"));
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut coverage = Coverage::default();
    coverage.expect(&policies, false);
    for case in &file.cases {
        coverage.meet(&policies, &case.run(&policies).unwrap().decision);
    }
    let shown = |part: Unreached| format!("{} {}: {}", part.kind, part.id, part.lacks);
    coverage.unreached().into_iter().map(shown).collect()
}

#[test]
fn what_no_case_reaches_is_named() {
    let policy = format!(
        "{PEER}[[rule]]\nid = \"db\"\nwhen = {{ files = [\"db/**\"] }}\nfields = [\"monitoring\"]\n\
         [[rule]]\nid = \"never\"\nwhen = {{ files = [\"old/**\"] }}\ndeny = \"it is gone\"\n\
         [[rule]]\nid = \"free\"\nallow = \"a test\"\n\
         [[risk.factor]]\nid = \"schema\"\nwhy = \"hard to undo\"\nwhen = {{ files = [\"db/**\"] }}\nscore = 10\n\
         [[model]]\nid = \"docs\"\nowner = \"peer\"\nuntil = \"2027-01-01T00:00:00Z\"\nwhen = {{ only_files = [\"docs/**\"] }}\napprovals = []\n"
    );
    let pass = "[[case]]\nname = \"a\"\nexpect = \"pass\"\n";
    assert_eq!(
        unreached(&policy, pass),
        [
            "factor schema: no case has it count",
            "model docs: no case is covered by it",
            "rule db: no case is asked by it",
            "rule never: no case is asked by it",
            "rule peer: no case is held by it",
        ]
    );
    let all = format!(
        "{pass}[[case]]\nname = \"b\"\nreviews = []\nfiles = [\"db/1.sql\"]\nrecord = {{ monitoring = \"\" }}\nexpect = \"act\"\n\
         [[case]]\nname = \"c\"\nfiles = [\"docs/a.md\"]\nexpect = \"pass\"\n"
    );
    assert_eq!(unreached(&policy, &all), ["rule db: no case satisfies it", "rule never: no case is asked by it"]);
    let rest = "[[case]]\nname = \"d\"\nfiles = [\"db/1.sql\", \"old/x\"]\nexpect = \"block\"\n";
    assert_eq!(unreached(&policy, &format!("{all}{rest}")), [""; 0]);
}

#[test]
fn a_waiver_is_reached_where_it_lifts_something() {
    let waiver = "[[waiver]]\nid = \"w\"\nrules = [\"peer\"]\nuntil = \"2090-01-01T00:00:00Z\"\nwhy = \"old\"\nwhen = { files = [\"old/**\"] }\n";
    let policy = format!("{PEER}{waiver}");
    let held = "[[case]]\nname = \"a\"\nreviews = []\nexpect = \"wait\"\n";
    let lacks = "waiver w: no case has it lift anything";
    assert_eq!(unreached(&policy, held), ["rule peer: no case satisfies it", lacks]);
    // What is satisfied is not lifted.
    let approved = format!("{held}[[case]]\nname = \"b\"\nfiles = [\"old/a\"]\nexpect = \"pass\"\n");
    assert_eq!(unreached(&policy, &approved), [lacks]);
    let lifted = format!("{held}[[case]]\nname = \"b\"\nfiles = [\"old/a\"]\nreviews = []\nexpect = \"pass\"\n");
    assert_eq!(unreached(&policy, &lifted), [""; 0]);
}

#[test]
fn a_case_says_since_when_a_change_stands_as_it_does() {
    let policy = "[[rule]]\nid = \"told\"\nsoak = \"30m\"\nnotice = \"24h\"\n";
    let since = |head: &str, ready: &str, announced: &str| {
        format!(
            "as_of = 2026-03-03T12:00:00Z\nhead_since = 2026-03-0{head}:00Z\nready_since = 2026-03-0{ready}:00Z\n\
             announced_since = 2026-03-0{announced}:00Z\n"
        )
    };
    check(policy, &(since("3T11:30", "2T12:00", "2T09:00") + "expect = \"pass\""), &[]);
    check(
        policy,
        &(since("3T11:31", "2T12:00", "2T09:00") + "expect = { rules = { \"told.soak\" = \"waiting\" } }"),
        &[],
    );
    check(
        policy,
        &(since("3T11:30", "2T12:01", "2T09:00") + "expect = { rules = { \"told.notice\" = \"waiting\" } }"),
        &[],
    );
    check(policy, &(since("3T11:30", "2T12:00", "2T12:01") + "expect = \"wait\""), &[]);
    check(policy, "expect = { outcome = \"unknown\", says = [\"`head_since` does\"] }", &[]);
}
