//! What `docs/operations.md` promises: its metrics are those that are exported, its messages those that are logged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use countersign::telemetry::Telemetry;

use crate::pages::{code, files, rows, text};

/// Every metric with its labels, as a scrape gives them.
fn exported() -> BTreeMap<String, BTreeSet<String>> {
    let telemetry = Telemetry::new();
    let (moment, count) = (Duration::from_millis(1), 1);
    telemetry.delivery("push", 202, moment);
    telemetry.github_call("GET", "/x", 200, moment);
    telemetry.decision("pass", Some(moment));
    telemetry.write("run created");
    telemetry.queue(count, count, count, moment);
    telemetry.budget(1, "hour", 1);
    telemetry.message("slack", "sent");
    let text = telemetry.text();
    let mut metrics = BTreeMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
        let samples = text.lines().filter(|line| !line.starts_with('#') && line.starts_with(&name));
        let labels = samples.filter_map(|line| line.split_once('{')?.1.split_once('}')).flat_map(|(inside, _)| {
            inside.split(',').filter_map(|pair| Some(pair.split_once('=')?.0.to_owned())).collect::<Vec<_>>()
        });
        let labels = labels.filter(|label| label != "le").collect();
        metrics.insert(name, labels);
    }
    metrics
}

#[test]
fn the_metrics_of_the_page_are_those_that_are_exported() {
    let page = text("docs/operations.md");
    let rows = rows(&page);
    let shown: BTreeMap<String, BTreeSet<String>> = rows
        .iter()
        .filter(|row| row.under == "Metrics")
        .map(|row| {
            assert!(row.cells[2].len() > 10, "line {}: no meaning", row.line);
            (row.code(0).concat(), row.code(1).into_iter().collect())
        })
        .collect();
    assert_eq!(shown, exported(), "the page's metrics, and those of a scrape");
}

#[test]
fn every_metric_that_is_named_anywhere_is_one() {
    let exported = exported();
    for page in ["docs/operations.md", "README.md"] {
        let text = text(page);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        for word in words.filter(|word| word.starts_with("countersign_")) {
            assert!(exported.contains_key(word), "`{page}` names `{word}`");
        }
    }
}

#[test]
fn the_messages_of_the_page_are_logged_at_their_level() {
    let sources: String = files("src", "rs").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    // A macro may be written over several lines: what counts is the text before the next one.
    let logged = |level: &str, message: &str| {
        let opening = format!("tracing::{level}!(");
        let macros = sources.split(&opening).skip(1);
        macros.map(|rest| rest.split(';').next().unwrap_or_default()).any(|call| call.contains(message))
            // The semicolon of a message is none of the code's.
            || sources.contains(&format!("tracing::{level}!(\"{message}\")"))
    };
    let page = text("docs/operations.md");
    let rows: Vec<_> = rows(&page).into_iter().filter(|row| row.under == "Logs").collect();
    assert!(rows.len() > 8, "{} messages", rows.len());
    for row in rows {
        let message = row.code(0).concat();
        assert!(logged(&row.cells[1], &message), "line {}: `{message}` is not logged as {}", row.line, row.cells[1]);
    }
}

#[test]
fn every_event_of_the_manifest_has_its_reason() {
    let manifest: serde_json::Value = serde_json::from_str(&text("deploy/github-app.json")).unwrap();
    let events: BTreeSet<String> = serde_json::from_value(manifest["default_events"].clone()).unwrap();
    let page = text("docs/operations.md");
    let rows = rows(&page);
    let reasons = rows.iter().filter(|row| row.under == "Permissions of the App" && row.cells.len() == 2);
    let named: BTreeSet<String> = reasons.flat_map(|row| code(&row.cells[0])).collect();
    assert_eq!(named, events);
}

#[test]
fn the_statement_about_dead_rows_fits_the_tables() {
    let page = text("docs/operations.md");
    let tables = text("src/store/migrations/0001_first.sql");
    let due = tables.split("CREATE TABLE due (").nth(1).and_then(|rest| rest.split(");").next()).unwrap();
    let statement = page.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(statement.contains("FROM due WHERE dead_at IS NOT NULL"));
    let columns = statement.split("SELECT ").nth(1).and_then(|rest| rest.split(" FROM").next()).unwrap();
    for column in columns.split(", ") {
        assert!(due.contains(&format!("\n    {column} ")), "`{column}` is no column of `due`");
    }
}
