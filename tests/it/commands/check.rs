//! `countersign check`.

use serde_json::Value;

use super::{Ran, folder, run, run_with};

/// Two mistakes, in lines 2 and 7.
const WRONG: &str = "version = 1\nmod = \"enforce\"\n[authorities.peer]\npermission = \"write\"\n[[rule]]\nid = \"peer\"\napprovals = [{ from = [\"päer\"], count = 1 }]\n";
const GOOD: &str = "version = 1\n[authorities.peer]\npermission = \"write\"\n[[rule]]\nid = \"peer\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n";
/// Good below an organisation that says who `cab` is.
const BELOW: &str = "version = 1\n[[rule]]\nid = \"board\"\napprovals = [{ from = [\"cab\"], count = 1 }]\n";
const ABOVE: &str =
    "version = 1\n[authorities.cab]\nteams = [\"acme/cab\"]\n[[rule]]\nid = \"ok\"\nallow = \"nothing more\"\n";

fn check(files: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let folder = folder(files);
    run(folder.path(), &[&["check"], arguments].concat())
}

#[test]
fn every_problem_is_shown_with_its_line_underlined() {
    let ran = check(&[(".github/countersign.toml", WRONG)], &[]);
    let shown = "error[unknown-key]: the top of the file has no key `mod`\n --> .github/countersign.toml:2:1\n  |\n2 | mod = \"enforce\"\n  | ^^^ not known here\n  |\n  = help: did you mean `mode`?\n";
    ran.ended(1, shown)
        .ended(1, "7 | approvals = [{ from = [\"päer\"], count = 1 }]\n  |                        ^^^^^^")
        .ended(1, ".github/countersign.toml (repository): 2 errors\n");
    assert_eq!(ran.stderr, "");
    assert!(!ran.stdout.contains('\u{1b}'), "no colours where nobody sees them: {ran:#?}");
}

#[test]
fn a_file_without_problems_ends_with_0() {
    let ran = check(&[("countersign.toml", GOOD)], &[]);
    assert_eq!(ran.ended(0, "").stdout, "countersign.toml (organisation): no problem\n");
    let folder = folder(&[]);
    let ran = run_with(folder.path(), &["check", "-"], GOOD, &[]);
    assert_eq!(ran.ended(0, "").stdout, "standard input (repository): no problem\n");
}

#[test]
fn an_organisations_and_a_repositorys_file_are_read_together() {
    let alone = check(&[(".github/countersign.toml", BELOW)], &[]);
    alone.ended(1, "error[unknown-name]");
    let files = [("countersign.toml", ABOVE), (".github/countersign.toml", BELOW)];
    check(&files, &[])
        .ended(0, "countersign.toml (organisation): no problem\n.github/countersign.toml (repository): no problem\n");
    let several = [("org/countersign.toml", ABOVE), ("one.toml", BELOW), ("two.toml", BELOW)];
    check(&several, &["one.toml", "org/countersign.toml", "two.toml"]).ended(0, "two.toml (repository): no problem");
}

#[test]
fn what_is_wrong_above_several_is_said_once() {
    let files = [("countersign.toml", WRONG), ("one.toml", GOOD), ("two.toml", GOOD)];
    let ran = check(&files, &["countersign.toml", "one.toml", "two.toml"]);
    assert_eq!(ran.ended(1, "").stdout.matches("error[unknown-key]").count(), 1, "{ran:#?}");
}

#[test]
fn the_layer_goes_by_the_path_unless_it_is_said() {
    let layers = |ran: &Ran| {
        let files = ran.json()["files"].as_array().unwrap().clone();
        files.iter().map(|file| file["layer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let cases: [(&str, &[&str], &str); 5] = [
        (".github/countersign.toml", &[], "repository"),
        ("countersign.toml", &[], "organisation"),
        ("policies/mine.toml", &[], "repository"),
        ("policies/mine.toml", &["--layer", "organisation"], "organisation"),
        ("countersign.toml", &["--layer", "repository"], "repository"),
    ];
    for (path, layer, expected) in cases {
        let ran = check(&[(path, GOOD)], &[&[path, "--format", "json"], layer].concat());
        assert_eq!(layers(&ran), [expected], "{path} {layer:?}");
    }
    // A clone of the organisation's repository, which is itself called `.github`.
    let clone = folder(&[(".github/countersign.toml", GOOD), (".github/.git/HEAD", "")]);
    let ran = run(&clone.path().join(".github"), &["check", "--format", "json"]);
    assert_eq!(layers(&ran), ["organisation"]);
}

#[test]
fn what_cannot_be_read_ends_with_2_and_all_of_it_is_named() {
    let ran = check(&[("good.toml", GOOD)], &["good.toml", "gone.toml", "away.toml"]);
    ran.refused("error: `gone.toml` cannot be read").refused("error: `away.toml` cannot be read");
    check(&[], &[]).refused("there is neither `.github/countersign.toml` nor `countersign.toml` here\n  help: ");
    check(
        &[("a/countersign.toml", GOOD), ("b/countersign.toml", GOOD), ("c.toml", GOOD)],
        &["a/countersign.toml", "b/countersign.toml", "c.toml"],
    )
    .refused("are both read as the organisation's policy");
    let latin = tempfile::tempdir().unwrap();
    std::fs::write(latin.path().join("latin.toml"), b"why = \"caf\xe9\"").unwrap();
    run(latin.path(), &["check", "latin.toml"]).refused("`latin.toml` is not UTF-8 text: byte 10");
    check(&[], &["--format", "xml"]).refused("invalid value 'xml'");
}

#[test]
fn json_names_each_place_by_line_column_and_byte() {
    let ran = check(&[("mine.toml", WRONG)], &["mine.toml", "--format", "json"]);
    let told = ran.ended(1, "").json();
    assert_eq!((&told["version"], &told["errors"], &told["warnings"]), (&1.into(), &2.into(), &0.into()));
    let first = &told["diagnostics"][0];
    assert_eq!((&first["code"], &first["severity"]), (&"unknown-key".into(), &"error".into()));
    assert_eq!(first["fix"], "mode");
    let place = &first["places"][0];
    assert_eq!(place["file"], "mine.toml");
    assert_eq!(place["start"], serde_json::json!({ "line": 2, "column": 1, "byte": 12 }));
    assert_eq!(place["end"], serde_json::json!({ "line": 2, "column": 4, "byte": 15 }));
}

/// What SARIF 2.1.0 requires of the objects that are written here (§3.13, §3.14, §3.18, §3.19, §3.27, §3.28, §3.29,
/// §3.30, §3.49), and GitHub's code scanning of those it reads.
#[test]
fn sarif_has_what_the_specification_requires() {
    let ran = check(&[("mine rules.toml", WRONG)], &["mine rules.toml", "--format", "sarif"]);
    let log = ran.ended(1, "").json();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let [run] = log["runs"].as_array().unwrap().as_slice() else { panic!("one run: {log:#}") };
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "countersign");
    let rules = driver["rules"].as_array().unwrap();
    for (place, rule) in rules.iter().enumerate() {
        assert!(!rule["shortDescription"]["text"].as_str().unwrap().is_empty());
        assert!(rules[..place].iter().all(|other| other["id"] != rule["id"]), "{rule} stands twice");
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note", "none"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let [location] = result["locations"].as_array().unwrap().as_slice() else { panic!("one place: {result:#}") };
        region(location);
    }
    let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "mine%20rules.toml", "a URI reference, relative to the root of the repository");
    let region = &results[1]["locations"][0]["physicalLocation"]["region"];
    let expected = serde_json::json!({ "startLine": 7, "startColumn": 24, "endLine": 7, "endColumn": 30 });
    assert_eq!(region, &expected, "columns count characters, and the end lies after the last one");
}

/// Lines and columns from 1, the end not before the start (§3.30.5 to §3.30.8).
fn region(location: &Value) {
    let region = &location["physicalLocation"]["region"];
    let number = |key: &str| region[key].as_u64().unwrap_or_else(|| panic!("{key} is no number: {region}"));
    let (start, end) = ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
    assert!(start.0 >= 1 && start.1 >= 1 && end >= start, "{region}");
}

#[test]
fn sarif_shows_the_other_line_of_a_clash() {
    let twice = format!("{GOOD}[[rule]]\nid = \"peer\"\nallow = \"why\"\n");
    let log = check(&[("mine.toml", &twice)], &["mine.toml", "--format", "sarif"]).ended(1, "").json();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "duplicate-id");
    let lines = |places: &Value| places[0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
    assert_eq!((lines(&result["locations"]), lines(&result["relatedLocations"])), (8, 5), "{result:#}");
}

/// A rule of two conditions that exclude each other, in lines 6 and 7.
const NEVER: &str = "[[rule]]\nid = \"large\"\ndeny = \"no\"\nwhen = { all = [\n  { lines = \">= 500\" },\n  { lines = \"< 100\" },\n] }\n[[rule]]\nid = \"rest\"\nallow = \"why\"\n";

#[test]
fn what_cannot_be_meant_is_shown_with_both_lines() {
    let policy = format!("version = 1\n{NEVER}");
    let shown = "error[never-applies]: the rule `large` can never apply\n --> mine.toml:7:5\n  |\n6 |   { lines = \">= 500\" },\n  |     ---------------- both would have to hold\n7 |   { lines = \"< 100\" },\n  |     ^^^^^^^^^^^^^^^ excludes the other\n  |\n  = help: ";
    check(&[("mine.toml", &policy)], &["mine.toml"]).ended(1, shown);
    let told = check(&[("mine.toml", &policy)], &["mine.toml", "--format", "json"]).ended(1, "").json();
    let places = told["diagnostics"][0]["places"].as_array().unwrap();
    assert_eq!(places.iter().map(|place| place["start"]["line"].as_u64().unwrap()).collect::<Vec<_>>(), [7, 6]);
    let log = check(&[("mine.toml", &policy)], &["mine.toml", "--format", "sarif"]).ended(1, "").json();
    let result = &log["runs"][0]["results"][0];
    let line = |places: &Value| places[0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
    assert_eq!((line(&result["locations"]), line(&result["relatedLocations"])), (7, 6), "{result:#}");
}

#[test]
fn what_is_over_is_so_at_the_instant_that_is_asked_for() {
    let waiver = "[[waiver]]\nid = \"w\"\nrules = [\"peer\"]\nuntil = \"2027-03-31T00:00Z\"\nwhy = \"later\"\n";
    let files = [("mine.toml", &*format!("{GOOD}{waiver}"))];
    check(&files, &["mine.toml", "--at", "2027-03-30T23:59:59Z"]).ended(0, "no problem");
    check(&files, &["mine.toml", "--at", "2027-03-31T00:00:00Z"]).ended(0, "warning[past]: the waiver `w` is over");
}

#[test]
fn the_sizes_of_teams_are_taken_from_a_file() {
    let two = BELOW
        .replace("count = 1", "count = 2")
        .replace("[[rule]]", "[authorities.cab]\nteams = [\"acme/CAB\"]\n[[rule]]");
    let checked = |sizes: &str| check(&[("mine.toml", &two), ("org", sizes)], &["mine.toml", "--org", "org"]);
    checked("[teams]\n\"acme/cab\" = 1\n").ended(1, "error[never-met]").ended(1, "2 wanted, and 1 at the most");
    checked("{ \"teams\": { \"acme/cab\": 1 } }").ended(1, "error[never-met]");
    checked("[teams]\n\"acme/cab\" = 2\n").ended(0, "no problem");
    checked("[teams]\ncab = 2\n").refused("`org` says not how large teams are: `cab` is no team");
    checked("[team]\n").refused("`org` says not how large teams are: unknown field `team`");
}

#[test]
fn globs_are_held_against_the_files_that_git_lists() {
    let policy = "version = 1\n[[rule]]\nid = \"a\"\nallow = \"b\"\n[[rule]]\nid = \"c\"\nsigned = true\nwhen = { files = [\"Src/**\", \"docs/**\"] }\n";
    let checkout = folder(&[(".github/countersign.toml", policy), ("src/a.rs", ""), ("docs/a.md", "")]);
    run(checkout.path(), &["check"]).ended(0, "no problem");
    for arguments in [&["init", "--quiet"][..], &["add", "."]] {
        let ran = std::process::Command::new("git").args(arguments).current_dir(checkout.path()).status().unwrap();
        assert!(ran.success());
    }
    run(checkout.path(), &["check"])
        .ended(0, "warning[matches-no-file]: `Src/**` matches no file of this repository")
        .ended(0, "help: `src/a.rs` differs in upper and lower case only")
        .ended(0, ".github/countersign.toml (repository): 1 warning\n");
    let listed = run_with(checkout.path(), &["check", "--files-from", "-"], "Src/a.rs\ndocs/a.md\n", &[]);
    listed.ended(0, "no problem");
}

#[test]
fn what_is_not_decided_is_said_where_it_is_asked_for() {
    let six: String = (1..7).map(|number| format!("{{ lines = \"> {number}\" }},")).collect();
    let policy = format!(
        "{GOOD}when = {{ all = [{}] }}\n[[rule]]\nid = \"z\"\nsigned = true\n",
        format!("{{ any = [{six}] }},").repeat(4)
    );
    check(&[("mine.toml", &policy)], &["mine.toml"]).ended(0, "no problem");
    check(&[("mine.toml", &policy)], &["mine.toml", "--verbose"]).ended(0, "note[not-decided]");
}

/// A freeze by a calendar, below whatever the top of the file says.
fn frozen(top: &str) -> String {
    format!("version = 1\n{top}[[freeze]]\nid = \"holidays\"\nwhy = \"rest\"\ncalendar = \"calendars/a.ics\"\n")
}

#[test]
fn calendars_are_read_beside_the_policy() {
    const DAY: &str = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR\n";
    let zone = "timezone = \"UTC\"\n";
    let place = ".github/countersign.toml";
    check(&[(place, &frozen(zone)), ("calendars/a.ics", DAY)], &[]).ended(0, "no problem");
    check(&[(place, &frozen(zone))], &[]).ended(1, "error[bad-value]: the calendar `calendars/a.ics` cannot be used");
    check(&[(place, &frozen("")), ("calendars/a.ics", DAY)], &[]).ended(1, "line 3: no time zone");
    let wrong = DAY.replace("20261225", "Christmas");
    check(&[(place, &frozen(zone)), ("calendars/a.ics", &wrong)], &[]).ended(1, "line 3: `Christmas` is no date");
    check(&[("countersign.toml", &frozen(zone)), ("calendars/a.ics", DAY)], &[]).ended(0, "no problem");
    let folder = folder(&[(place, &frozen(zone)), ("calendars/a.ics", DAY)]);
    let evaluate = ["evaluate", "--policy", place, "--facts", "-", "--format", "json"];
    for (day, code, outcome) in [("2026-12-25", 1, "wait"), ("2026-12-27", 0, "pass")] {
        let facts = format!("{{ \"as_of\": \"{day}T12:00:00Z\" }}");
        let decision = run_with(folder.path(), &evaluate, &facts, &[]).ended(code, "").json();
        assert_eq!(decision["outcome"], outcome, "{day} {decision:#}");
    }
}
