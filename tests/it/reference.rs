//! The two references, `docs/policy.md` and `docs/record.md`, held against the readers themselves: nothing is left
//! out, nothing is invented, every example is read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use countersign_domain::decision::Outcome;
use countersign_domain::help::{Subject, codes};
use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, Control, Kind, PolicySet, Read, Source, Status, Version, keys};
use countersign_domain::record::{self, Content, FIELD_STATES, Field, FieldId, FieldKind, FieldSet};

use crate::pages::{Row, blocks, code, root, rows, text};

const RECORD: &str = "docs/record.md";

/// The first word in backticks of each row under a heading.
fn listed(page: &str, under: &str) -> Vec<String> {
    let rows = rows(page);
    let rows = rows.iter().filter(|row| row.under == under);
    rows.map(|row| row.code(0).first().cloned().unwrap_or_else(|| panic!("line {}: no name", row.line))).collect()
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

fn rows_under(page: &str, under: &str) -> BTreeMap<String, Row> {
    let rows = rows(page).into_iter().filter(|row| row.under == under);
    rows.map(|row| (row.code(0).first().cloned().unwrap_or_default(), row)).collect()
}

#[test]
fn every_field_of_the_record_is_listed_with_its_kind() {
    let page = text(RECORD);
    let kinds: BTreeMap<String, String> =
        rows_under(&page, "Fields").iter().map(|(name, row)| (name.clone(), row.cells[1].clone())).collect();
    let standard = FieldSet::standard();
    let there = standard.iter().map(|spec| (spec.id.to_string(), kind(spec.kind).to_owned())).collect();
    assert_eq!(kinds, there);
}

#[test]
fn the_headings_that_the_page_names_lead_to_their_fields() {
    for (name, row) in rows_under(&text(RECORD), "Fields") {
        for heading in row.cells[3].split(", ").filter(|heading| !heading.contains(" and ")) {
            let (read, _) = record::parse(&format!("## {heading}\n"), &FieldSet::standard(), &[]);
            let led = read.answers.contains_key(&FieldId::new(name.as_str()));
            assert!(led, "line {}: `{heading}` does not lead to `{name}` but to {:?}", row.line, read.answers.keys());
        }
    }
}

#[test]
fn every_state_and_kind_of_a_field_is_listed() {
    let page = text(RECORD);
    assert_eq!(listed(&page, "States"), words(FIELD_STATES));
    let Kind::Choice(kinds) = find("record.fields", "kind") else { panic!("`kind` is a choice") };
    assert_eq!(listed(&page, "Kinds"), words(kinds.iter().copied()));
}

#[test]
fn every_diagnostic_of_a_description_is_listed() {
    let listed: BTreeSet<String> = listed(&text(RECORD), "Diagnostics").into_iter().collect();
    assert_eq!(listed, record::CODES.iter().map(|(code, _)| (*code).to_owned()).collect());
}

#[test]
fn every_description_of_the_page_is_read_as_it_says() {
    let page = text(RECORD);
    let examples: Vec<_> = blocks(&page).into_iter().filter(|block| block.info == "markdown").collect();
    assert!(examples.len() > 7, "{} examples", examples.len());
    for example in examples {
        let line = example.line;
        let said = example.after.strip_prefix("Read as: ").unwrap_or_else(|| panic!("line {line}: read as what?"));
        let (read, _) = record::parse(&example.text, &FieldSet::standard(), &[]);
        for part in said.trim_end_matches('.').split("; ") {
            let named = code(part);
            let state = part.split_whitespace().nth(1).unwrap_or_default();
            let field = read.field(&FieldId::new(named[0].as_str()), Layer::Repository);
            assert_eq!(field.state(), state, "line {line}: {part}");
            if let Some(value) = named.get(1) {
                assert_eq!(value_of(&field).as_deref(), Some(value.as_str()), "line {line}: {part}");
            }
        }
    }
}

fn value_of(field: &Field<'_>) -> Option<String> {
    let Field::Present(answer) = field else { return None };
    let Content::Value(value) = &answer.content else { return None };
    Some(value.to_string())
}

fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Choice => "choice",
        FieldKind::ManyOf => "many-of",
        FieldKind::YesNo => "yes-no",
        FieldKind::Who => "who",
        FieldKind::Instant => "instant",
        FieldKind::Window => "window",
        FieldKind::Duration => "duration",
        FieldKind::Link => "link",
        FieldKind::Ticket => "ticket",
    }
}

fn find(table: &str, name: &str) -> Kind {
    keys().iter().find(|key| key.table == table && key.name == name).unwrap().kind
}

const POLICY: &str = "docs/policy.md";

/// The names that parts of a policy file in the page may use without defining them.
const AROUND: [(&str, &str); 4] = [
    ("[authorities.peer]", "permission = \"write\""),
    ("[authorities.cab]", "teams = [\"acme/cab\"]"),
    ("[authorities.payments]", "teams = [\"acme/payments\"]"),
    ("[services.payments]", "paths = [\"services/payments/**\"]\ntier = 1"),
];

/// The table of the language that a heading is about: `[[rule]]` is `rule`, `[services.NAME]` is `services`.
fn table_of(heading: &str) -> Option<String> {
    if heading == "The top of the file" {
        return Some(String::new());
    }
    let name = heading.strip_prefix('`')?.strip_suffix('`')?;
    Some(name.trim_matches(['[', ']']).trim_end_matches(".NAME").to_owned())
}

/// The rows about keys, by table and name.
fn key_rows(page: &str) -> BTreeMap<(String, String), Row> {
    let mut found = BTreeMap::new();
    for row in rows(page) {
        let (Some(table), Some(name)) = (table_of(&row.under), row.code(0).first().cloned()) else { continue };
        let before = found.insert((table, name), row.clone());
        assert!(before.is_none(), "line {}: the key is listed twice", row.line);
    }
    found
}

fn in_force(status: Status) -> &'static str {
    match status {
        Status::Enforced => "yes",
        Status::NotYet => "no: holds",
    }
}

#[test]
fn every_key_of_the_language_is_listed_and_no_other() {
    let page = text(POLICY);
    let rows = key_rows(&page);
    let listed: BTreeSet<_> = rows.keys().cloned().collect();
    let there: BTreeSet<_> = keys().iter().map(|key| (key.table.to_owned(), key.name.to_owned())).collect();
    let missing: Vec<_> = there.difference(&listed).collect();
    let invented: Vec<_> = listed.difference(&there).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing: {missing:?}\nnot of the language: {invented:?}");
    for key in keys() {
        let row = &rows[&(key.table.to_owned(), key.name.to_owned())];
        assert!(row.cells[1].len() > 2 && row.cells.iter().any(|cell| cell.len() > 7), "line {}: no meaning", row.line);
        if let Kind::Choice(words) | Kind::Choices(words) = key.kind {
            let named = row.code(1);
            // A condition's words stand in its sentence.
            assert!(
                words.iter().all(|word| named.iter().any(|shown| shown == word)) || row.cells[1].starts_with("as in"),
                "line {}: `{}` takes {words:?}",
                row.line,
                key.name
            );
        }
    }
}

/// With `COUNTERSIGN_UPDATE_PAGES=1` the page is corrected instead.
#[test]
fn each_key_says_whether_it_is_in_force() {
    let page = text(POLICY);
    let rows = key_rows(&page);
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    let mut wrong = Vec::new();
    for key in keys() {
        let Some(row) = rows.get(&(key.table.to_owned(), key.name.to_owned())) else { continue };
        let (said, wanted) = (row.cells.last().unwrap().as_str(), in_force(key.status));
        if said != wanted {
            wrong.push(format!("line {}: `{}` is `{wanted}`, not `{said}`", row.line, key.name));
            let line = &mut lines[row.line - 1];
            let kept = line.trim_end_matches([' ', '|']).strip_suffix(said).unwrap().to_owned();
            *line = format!("{kept}{wanted} |");
        }
    }
    if std::env::var_os("COUNTERSIGN_UPDATE_PAGES").is_some() {
        fs::write(root().join(POLICY), lines.join("\n") + "\n").unwrap();
        return;
    }
    assert!(wrong.is_empty(), "COUNTERSIGN_UPDATE_PAGES=1 corrects the page:\n{}", wrong.join("\n"));
}

#[test]
fn each_key_means_what_the_table_of_keys_says() {
    let rows = key_rows(&text(POLICY));
    for key in keys() {
        let row = &rows[&(key.table.to_owned(), key.name.to_owned())];
        let about = key.about().unwrap_or_else(|| panic!("`{}` is not described", key.name));
        let (default, meaning) = if key.table == "when" {
            ("", row.cells[1].as_str())
        } else {
            (row.cells[2].as_str(), row.cells[3].as_str())
        };
        assert_eq!((default, meaning), (about.default, about.meaning), "line {}: `{}`", row.line, key.name);
    }
}

#[test]
fn each_code_has_the_way_out_that_the_table_of_codes_says() {
    for (page, subject) in [(POLICY, Subject::Policy), (RECORD, Subject::Description)] {
        let rows = rows_under(&text(page), "Diagnostics");
        for help in codes(subject) {
            assert_eq!(rows[help.code].cells[2], help.fix, "{page}: `{}`", help.code);
        }
    }
}

#[test]
fn each_condition_says_whether_the_author_controls_it() {
    let rows = key_rows(&text(POLICY));
    for key in keys().iter().filter(|key| key.table == "when") {
        let row = &rows[&(key.table.to_owned(), key.name.to_owned())];
        let wanted = match key.control {
            Control::NotAuthor => "no",
            Control::Author => "yes",
            Control::AuthorUnlessVerified => "unless verified",
            Control::AsNamed => "as named",
        };
        assert_eq!(row.cells[2], wanted, "line {}: `{}`", row.line, key.name);
    }
}

#[test]
fn every_fact_of_an_expression_is_listed_with_its_kind_and_who_controls_it() {
    let rows = rows_under(&text(POLICY), "Expressions");
    let listed: BTreeMap<&str, &[String]> = rows.iter().map(|(name, row)| (name.as_str(), &row.cells[1..])).collect();
    let there: BTreeMap<&str, Vec<String>> = policy::FACTS
        .iter()
        .map(|fact| {
            let control = if fact.control == Control::Author { "yes" } else { "no" };
            (fact.name, words([fact.kind.name(), fact.meaning, control]))
        })
        .collect();
    assert_eq!(listed, there.iter().map(|(name, cells)| (*name, cells.as_slice())).collect());
}

#[test]
fn every_diagnostic_of_a_policy_is_listed() {
    let listed: BTreeSet<String> = listed(&text(POLICY), "Diagnostics").into_iter().collect();
    assert_eq!(listed, policy::CODES.iter().map(|(code, _)| (*code).to_owned()).collect());
}

#[test]
fn every_outcome_of_a_decision_is_listed() {
    let there = [
        Outcome::Block,
        Outcome::Unknown,
        Outcome::Act,
        Outcome::Wait,
        Outcome::Pass,
        Outcome::Neutral,
        Outcome::Silent,
    ];
    assert_eq!(listed(&text(POLICY), "The decision"), words(there.map(Outcome::name)));
}

#[test]
fn every_policy_of_the_pages_is_read_as_they_say() {
    for path in [POLICY, RECORD] {
        for block in blocks(&text(path)).iter().filter(|block| block.info.starts_with("toml")) {
            let whole = match block.info.as_str() {
                "toml" => block.text.clone(),
                "toml part" => completed(&block.text),
                other => panic!("{path}:{}: `{other}`?", block.line),
            };
            let source = Source {
                layer: Layer::Repository,
                path: ".github/countersign.toml".to_owned(),
                read: Read::Text(Version { blob: String::new(), text: whole.clone() }),
                last_good: None,
            };
            let (set, problems) = policy::load(&[source]);
            let found: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
            let expected: Vec<String> = block.after.strip_prefix("Refused: ").map(code).unwrap_or_default();
            assert_eq!(found, expected, "{path}:{}: {problems:#?}", block.line);
            assert_eq!(certainly_wrong(&set, &whole), Vec::<String>::new(), "{path}:{}", block.line);
        }
    }
}

/// What cannot be meant in a file, for certain, while none of its dates is over.
fn certainly_wrong(set: &PolicySet, text: &str) -> Vec<String> {
    let (texts, now) = ([(Layer::Repository, text)], "2026-01-01T00:00:00Z".parse().unwrap());
    let around = policy::Surroundings { texts: &texts, now, teams: &BTreeMap::new(), files: None, missed: None };
    let mut found = policy::lint(set, &around);
    // Parts of files name what the whole would ask for.
    found.retain(|problem| problem.code != "unused");
    found.into_iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
}

/// A part of a file with what it takes for granted: the version, a zone, names, a rule.
fn completed(part: &str) -> String {
    let mut whole = format!("version = 1\ntimezone = \"Europe/London\"\n{part}\n");
    for (header, rest) in AROUND.iter().filter(|(header, _)| !part.contains(header)) {
        whole.push_str(&format!("{header}\n{rest}\n"));
    }
    if !part.contains("[[rule]]") {
        whole.push_str("[[rule]]\nid = \"around\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n");
    }
    whole
}

/// The README has the short list: what is read and not carried out yet, by the kind of place.
#[test]
fn the_readme_lists_what_is_not_in_force() {
    let places: [(&str, &[&str]); 4] = [
        ("at the top", &["", "scope", "check", "schedule"]),
        ("in rules", &["rule"]),
        ("conditions", &["when"]),
        ("of approvals", &["authorities", "approval"]),
    ];
    let readme = text("README.md");
    let section = readme.split("## What this version enforces").nth(1).and_then(|rest| rest.split("\n## ").next());
    let lists = section.unwrap().split("\n- ").skip(1).collect::<Vec<_>>();
    for (place, tables) in places {
        let list = lists.iter().find(|list| list.starts_with(place));
        let list = list.map_or("", |list| list.split("\n\n").next().unwrap_or_default());
        let listed: BTreeSet<String> = code(list).into_iter().collect();
        // `request` only asks GitHub to ask.
        let held = keys().iter().filter(|key| tables.contains(&key.table) && key.status == Status::NotYet);
        let held = held.filter(|key| key.name != "request").map(|key| match key.table {
            "scope" | "check" | "schedule" => format!("{}.{}", key.table, key.name),
            _ => key.name.to_owned(),
        });
        let held: BTreeSet<String> = held.collect();
        assert_eq!(listed, held, "the README on what is not in force {place}");
    }
}
