//! The forward schedule of change: who may read it, what stands in it, and that another calendar reads it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use github_stand_in::{Changes, NewPullRequest};
use jiff::SignedDuration;
use reqwest::Client;
use serde_json::Value;

use crate::pages::python;
use crate::world::World;

const TOKEN: &str = "acme=0123456789abcdef";
const READ: &str = "token=0123456789abcdef";

const POLICY: &str = r#"
version = 1
timezone = "Europe/Berlin"
[authorities.peer]
permission = "write"
[services.till]
paths = ["till/**"]
[services.web]
paths = ["web/**"]
[[rule]]
id = "peer"
approvals = [{ from = ["peer"], count = 1 }]
[[freeze]]
id = "stocktaking"
why = "everything is counted; nothing moves, not even a comma"
rrule = "FREQ=MONTHLY;BYMONTHDAY=1"
from = "2026-01-01T18:00"
duration = "6h"
when = { services = ["till"] }
[[window]]
id = "mornings"
days = "Mon-Fri"
hours = "06:00-10:00"
when = { services = ["web"] }
"#;

/// What reads a calendar and tells each event in a line.
const SCRIPT: &str = r"
import sys, icalendar
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
assert not calendar.errors, calendar.errors
for event in calendar.walk('VEVENT'):
    assert not event.errors, event.errors
    print(event['CATEGORIES'].to_ical().decode(), event['SUMMARY'], event.decoded('DTSTART').isoformat(),
        event.decoded('DTEND').isoformat(), event.get('STATUS', '-'), sep=' | ')
";

async fn asked(world: &World, path: &str) -> (u16, String) {
    let answer = Client::new().get(world.address(path)).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

async fn schedule(world: &World, more: &str) -> Value {
    let (status, text) = asked(world, &format!("/calendar.json?{READ}{more}")).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).expect("JSON")
}

fn ids<'v>(schedule: &'v Value, list: &str, key: &str) -> Vec<&'v str> {
    let mut ids: Vec<_> = schedule[list].as_array().expect("a list").iter().filter_map(|it| it[key].as_str()).collect();
    ids.dedup();
    ids
}

/// A world with two changes that plan a window, and one that plans none.
async fn planned() -> (World, String) {
    let mut world = World::without_bot(POLICY).await;
    world.start(&[("calendar_tokens", TOKEN)]).await;
    let start = world.github.clock().now() + SignedDuration::from_hours(50);
    let end = start + SignedDuration::from_hours(2);
    let written = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
    let window = format!("## Window\n\n{} to {} UTC\n", written(start), written(end));
    for (folder, title, body) in
        [("till", "Count; twice, \\ and slower", &*window), ("web", "Ünter", &*window), ("web", "Whenever", "")]
    {
        let changes = Changes::new().write(&format!("{folder}/{}.txt", title.len()), "new");
        let head = format!("change-{}", title.len());
        let new = NewPullRequest { author: "alice", title, head: &head, body, changes, ..NewPullRequest::default() };
        world.shop.open_pull_request(new);
    }
    world.settled().await;
    (world, written(start))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_has_its_token_reads_an_organisations_schedule() {
    let world = World::with_policy(POLICY).await;
    assert_eq!(asked(&world, &format!("/calendar.json?{READ}")).await.0, 404, "nobody may, unless the settings say so");
    let mut world = World::without_bot(POLICY).await;
    world.start(&[("calendar_tokens", "acme=0123456789abcdef, else=ffffffffffffffff")]).await;
    let check = async |path: &str, status: u16| assert_eq!(asked(&world, path).await.0, status, "{path}");
    check("/calendar.json", 401).await;
    check("/calendar.json?token=0123456789abcdee", 401).await;
    check(&format!("/calendar.ics?{READ}"), 200).await;
    check(&format!("/calendar.json?{READ}&organisation=ACME"), 200).await;
    check(&format!("/calendar.json?{READ}&organisation=else"), 401).await;
    let others = asked(&world, "/calendar.json?token=ffffffffffffffff").await;
    let others: Value = serde_json::from_str(&others.1).expect("JSON");
    assert_eq!((&others["organisation"], &others["holds"]), (&"else".into(), &Value::Array(Vec::new())));
    let bearer = Client::new().get(world.address("/calendar.ics")).bearer_auth("0123456789abcdef");
    assert_eq!(bearer.send().await.expect("an answer").status().as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_has_what_open_changes_plan_and_when_policies_hold() {
    let (world, _) = planned().await;
    let all = schedule(&world, "").await;
    assert_eq!(ids(&all, "changes", "title"), ["Count; twice, \\ and slower", "Ünter"], "{all:#}");
    assert_eq!((&all["changes"][0]["services"][0], &all["changes"][0]["outcome"]), (&"till".into(), &"wait".into()));
    let holds = all["holds"].as_array().expect("a list");
    let of = |id: &str| holds.iter().filter(|held| held["id"] == id).count();
    assert!(
        (2..=4).contains(&of("stocktaking")),
        "a first of a month comes three times in 90 days: {}",
        of("stocktaking")
    );
    assert!((64..=66).contains(&of("mornings")), "five days of 13 weeks: {}", of("mornings"));
    let till = schedule(&world, "&service=till").await;
    assert_eq!((ids(&till, "changes", "number").len(), ids(&till, "holds", "id")), (0, vec!["stocktaking"]));
    assert_eq!(ids(&till, "changes", "title"), ["Count; twice, \\ and slower"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_calendar_reads_the_schedule() {
    let Some(python) = python("import icalendar") else {
        println!("skipped: there is no Python with icalendar; tests/run installs it");
        return;
    };
    let (world, start) = planned().await;
    let (status, file) = asked(&world, &format!("/calendar.ics?{READ}&service=till")).await;
    assert_eq!(status, 200);
    assert!(file.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{file}");
    let mut reader = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    reader.stdin.take().expect("its input").write_all(file.as_bytes()).expect("it reads");
    let read = reader.wait_with_output().expect("it ends");
    let read = String::from_utf8(read.stdout).expect("text");
    println!("{read}");
    let lines: Vec<_> = read.lines().collect();
    let change = format!("CHANGE | acme/shop#1 Count; twice, \\ and slower | {}:00+00:00", start.replace(' ', "T"));
    assert!(lines[0].starts_with(&change) && lines[0].ends_with("TENTATIVE"), "{read}");
    assert!(
        lines[1..].len() >= 2
            && lines[1..].iter().all(|it| it.starts_with("FREEZE | Freeze: stocktaking (acme/shop) |")),
        "{read}"
    );
}
