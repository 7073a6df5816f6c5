//! Recurrences against a second implementation: PyPI `python-dateutil`, over generated rules.
//!
//! Where there is no Python with it, nothing is compared, and the test says so. Left
//! out are rules that python-dateutil reads otherwise than RFC 5545 does: numbered and
//! plain days in one `BYDAY` (it wants both), a week that is cut off before `BYSETPOS`
//! (it counts the rest), a day alone as `UNTIL` (it means its midnight).

use std::io::Write;
use std::process::{Command, Stdio};

use countersign_domain::calendar::{Lasting, Recurrence, Series};
use countersign_domain::policy::Length;
use fastrand::Rng;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use crate::pages::{python, root};

/// As many as the script gives.
const MOST: usize = 40;
const YEARS: i16 = 30;
const RULES: usize = 600;

const ZONES: [&str; 6] =
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns"];
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule with its first day and zone, as the script reads it.
struct Case {
    zone: &'static str,
    first: DateTime,
    rule: String,
}

fn numbers(rng: &mut Rng, most: usize, number: impl Fn(&mut Rng) -> i32) -> String {
    let mut each: Vec<String> = (0..rng.usize(1..=most)).map(|_| number(rng).to_string()).collect();
    each.sort();
    each.dedup();
    each.join(",")
}

/// From 1 up, or from the end as often.
fn signed(rng: &mut Rng, most: i32) -> i32 {
    rng.i32(1..=most) * if rng.bool() { 1 } else { -1 }
}

fn days(rng: &mut Rng, nth: Option<i32>) -> String {
    let mut each: Vec<String> = (0..rng.usize(1..=3))
        .map(|_| {
            let nth = nth.map(|most| signed(rng, most).to_string()).unwrap_or_default();
            format!("{nth}{}", DAYS[rng.usize(0..7)])
        })
        .collect();
    each.sort();
    each.dedup();
    each.join(",")
}

fn case(rng: &mut Rng) -> Case {
    let frequency = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"][rng.usize(0..4)];
    let mut rule = vec![format!("FREQ={frequency}")];
    let mut picks = false;
    let mut part = |rule: &mut Vec<String>, text: String| {
        rule.push(text);
        picks = true;
    };
    if rng.bool() {
        rule.push(format!("INTERVAL={}", rng.u32(1..=5)));
    }
    if rng.u8(0..3) == 0 {
        part(&mut rule, format!("BYMONTH={}", numbers(rng, 3, |rng| rng.i32(1..=12))));
    }
    match (frequency, rng.u8(0..5)) {
        ("DAILY" | "WEEKLY", 0 | 1) => part(&mut rule, format!("BYDAY={}", days(rng, None))),
        ("DAILY", 2) => part(&mut rule, format!("BYMONTHDAY={}", numbers(rng, 4, |rng| signed(rng, 28)))),
        ("MONTHLY", 0) => part(&mut rule, format!("BYDAY={}", days(rng, Some(5)))),
        ("YEARLY", 0) => part(&mut rule, format!("BYDAY={}", days(rng, Some(4)))),
        ("MONTHLY" | "YEARLY", 1) => part(&mut rule, format!("BYDAY={}", days(rng, None))),
        ("MONTHLY" | "YEARLY", 2) => {
            part(&mut rule, format!("BYMONTHDAY={}", numbers(rng, 4, |rng| signed(rng, 31))));
        }
        ("YEARLY", 3) => part(&mut rule, format!("BYYEARDAY={}", numbers(rng, 4, |rng| signed(rng, 366)))),
        ("YEARLY", 4) => {
            part(&mut rule, format!("BYWEEKNO={}", numbers(rng, 3, |rng| signed(rng, 20))));
            rule.push(format!("BYDAY={}", days(rng, None)));
        }
        _ => {}
    }
    let mut day = Date::new(rng.i16(1995..=2035), rng.i8(1..=12), rng.i8(1..=28)).unwrap();
    let week_start = rng.usize(0..7);
    if rng.bool() {
        rule.push(format!("WKST={}", DAYS[week_start]));
    }
    if picks && rng.u8(0..3) == 0 {
        rule.push(format!("BYSETPOS={}", numbers(rng, 2, |rng| signed(rng, 3))));
        if frequency == "WEEKLY" {
            // The first week has to be whole.
            let start = if rule.iter().any(|part| part.starts_with("WKST")) { week_start } else { 0 };
            let start = Weekday::from_monday_zero_offset(i8::try_from(start).unwrap()).unwrap();
            day = day.nth_weekday(1, start).unwrap();
        }
    }
    match rng.u8(0..4) {
        0 => rule.push(format!("COUNT={}", rng.u32(1..=30))),
        1 => rule.push(format!("UNTIL={}0312T120000", day.year() + rng.i16(0..=6))),
        _ => {}
    }
    let first = day.at([0, 1, 2, 3, 9, 23][rng.usize(0..6)], [0, 30][rng.usize(0..2)], 0, 0);
    Case { zone: ZONES[rng.usize(0..ZONES.len())], first, rule: rule.join(";") }
}

/// The starts as ours has them, as the script writes them; nothing where the turns cannot be counted.
fn starts(case: &Case) -> Option<String> {
    let length = Length::Exact { length: SignedDuration::from_hours(1), written: "1h".to_owned() };
    let zone = TimeZone::get(case.zone).unwrap();
    let series = Series::new(Recurrence::parse(&case.rule).unwrap(), case.first, zone.clone(), Lasting::new(length)?);
    let last = case.first.year() + YEARS;
    let turns = series.ok()?;
    let starts = turns.turns().map(|(start, _)| start).take_while(|start| start.to_zoned(zone.clone()).year() < last);
    Some(starts.take(MOST).map(|start| start.as_second().to_string()).collect::<Vec<_>>().join(" "))
}

#[test]
fn recurrences_come_when_a_second_implementation_says() {
    let Some(python) = python("import dateutil, zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')") else {
        println!("skipped: there is no Python with python-dateutil; tests/run installs it");
        return;
    };
    let mut rng = Rng::with_seed(5545);
    let cases: Vec<Case> = (0..RULES).map(|_| case(&mut rng)).collect();
    let lines: String = cases
        .iter()
        .map(|case| format!("{}\t{}\t{}\n", case.zone, case.first.strftime("%Y-%m-%dT%H:%M"), case.rule))
        .collect();
    let mut script = Command::new(python)
        .arg(root().join("tests/it/recurrence.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = script.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = script.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let second = String::from_utf8(output.stdout).unwrap();
    assert_eq!(second.lines().count(), RULES);
    let compared: Vec<_> = cases
        .iter()
        .zip(second.lines())
        .filter(|(_, theirs)| *theirs != "slow")
        .map(|(case, theirs)| (case, starts(case), theirs))
        .collect();
    let differ: Vec<String> = compared
        .iter()
        .filter(|(_, ours, theirs)| ours.as_ref().is_some_and(|ours| ours != theirs))
        .map(|(case, ours, theirs)| {
            format!("{} {} {}\n  ours   {ours:?}\n  theirs {theirs}", case.zone, case.first, case.rule)
        })
        .collect();
    assert!(
        differ.is_empty(),
        "{} of {} differ:\n{}",
        differ.len(),
        compared.len(),
        differ[..differ.len().min(5)].join("\n")
    );
    let with_turns = compared.iter().filter(|(_, ours, theirs)| ours.is_some() && !theirs.is_empty()).count();
    println!("{with_turns} rules with turns were compared");
    assert!(with_turns > RULES * 8 / 10, "only {with_turns} rules were compared");
}
