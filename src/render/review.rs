//! The issue that asks for a review of what went in: what was planned beside what is known, and how it is answered.
//!
//! Absent: opening it, and reading answers.

use std::fmt::Write as _;

use countersign_domain::decision::FieldReport;
use jiff::Timestamp;

use super::escape::{code, prose, shorten, visible};
use super::phrase::{QUOTE_LIMIT, instant};

/// It went in as an emergency.
pub const EMERGENCY: &str = "emergency";
/// A policy asks for it.
pub const PIR: &str = "pir";
/// It went in without our word.
pub const UNAUTHORISED: &str = "unauthorised";

/// The longest title, in characters.
const TITLE: usize = 120;

/// An issue as it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewText {
    /// Its title.
    pub title: String,
    /// Its text, below its mark.
    pub body: String,
}

/// What is known of a change that went in.
#[derive(Debug, Clone)]
pub struct ReviewedChange<'a> {
    /// The pull request's number.
    pub number: u64,
    /// Its title.
    pub title: &'a str,
    /// Why it is reviewed, with commas between.
    pub causes: &'a str,
    /// Until when.
    pub due: Timestamp,
    /// The branch it went into.
    pub base: &'a str,
    /// What happened to it, in the order of time.
    pub timeline: Vec<(Timestamp, String)>,
    /// The change request as it was read.
    pub record: &'a [FieldReport],
    /// Whether its environments had it, as far as they told.
    pub deployments: Vec<String>,
}

/// What the text of an issue begins with, by which it is found again.
pub fn mark(key: &str) -> String {
    format!("<!-- countersign-review: {key} -->")
}

/// The issue for a pull request that went in.
pub fn of_change(change: &ReviewedChange<'_>) -> ReviewText {
    let title = format!("Review of #{}: {}", change.number, visible(change.title));
    let mut body = format!("#{} went into {}. {}", change.number, code(change.base), reasons(change.causes));
    asks(&mut body, change.due, "took no part in the change");
    body.push_str("\n## What was planned\n\n");
    if change.record.is_empty() {
        body.push_str("The description says nothing that was asked for.\n");
    }
    for field in change.record {
        let said =
            if field.value.is_empty() { field.state.to_owned() } else { prose(&shorten(&field.value, QUOTE_LIMIT)) };
        line(&mut body, &format!("**{}**: {said}", prose(field.field.as_str())));
    }
    body.push_str("\n## What happened\n\n");
    for (at, what) in &change.timeline {
        line(&mut body, &format!("{}: {what}", instant(*at)));
    }
    body.push_str("\n## Deployments and incidents\n\n");
    if change.deployments.is_empty() {
        body.push_str("None that was known when this was opened.\n");
    }
    for deployment in &change.deployments {
        line(&mut body, deployment);
    }
    ReviewText { title: shorten(&title, TITLE), body }
}

/// The issue for a push around all pull requests.
pub fn of_push(branch: &str, head: &str, by: &str, at: Timestamp, due: Timestamp) -> ReviewText {
    let short: String = head.chars().take(7).collect();
    let title = format!("Review of a push to {branch}: {short}");
    let mut body = format!(
        "{} pushed {} to {} at {} without a pull request. {}",
        code(by),
        code(head),
        code(branch),
        instant(at),
        reasons(UNAUTHORISED),
    );
    asks(&mut body, due, "did not push it and wrote none of its commits");
    ReviewText { title: shorten(&title, TITLE), body }
}

/// Why a review is owed.
fn reasons(causes: &str) -> String {
    let reasons = causes.split(',').map(|cause| match cause {
        EMERGENCY => "It went in as an emergency.",
        UNAUTHORISED => "It went in without the change being authorised.",
        _ => "The policy asks for a review after it went in.",
    });
    reasons.collect::<Vec<_>>().join(" ")
}

fn asks(body: &mut String, due: Timestamp, who: &str) {
    let outcome = code("/countersign outcome successful|with-issues|backed-out|failed TEXT");
    // Writing to a `String` does not fail.
    let _ = writeln!(
        body,
        "\n\nThe review is due at **{}**. Somebody who {who} looks at what was planned and what happened, and comments \
         here:\n\n{outcome}\n\nThat closes this issue. Closing it by hand leaves the review owed.",
        instant(due),
    );
}

fn line(body: &mut String, text: &str) {
    body.push_str("- ");
    body.push_str(text);
    body.push('\n');
}

#[cfg(test)]
mod tests {
    use countersign_domain::record::FieldId;

    use super::*;

    #[test]
    fn what_authors_write_does_not_come_alive_in_an_issue() {
        let field = FieldReport {
            field: FieldId::new("backout"),
            state: "present",
            value: "ask @acme/all <img src=x> <!-- countersign-review: pull:1 -->".to_owned(),
            line: None,
            required: true,
        };
        let change = ReviewedChange {
            number: 7,
            title: "Sell more",
            causes: "pir,unauthorised",
            due: Timestamp::UNIX_EPOCH,
            base: "main",
            timeline: vec![(Timestamp::UNIX_EPOCH, "merged".to_owned())],
            record: &[field],
            deployments: Vec::new(),
        };
        let text = of_change(&change);
        assert_eq!(text.title, "Review of #7: Sell more");
        // Within code nothing of it is alive, and the mark is none.
        let dead = "ask `@acme/all <img src=x> <!--` countersign-review: `pull:1 -->`";
        assert!(text.body.contains(dead) && !text.body.contains(&mark("pull:1")), "{}", text.body);
        for said in
            ["due at **1970-01-01 00:00 UTC**", "without the change being authorised", "- 1970-01-01 00:00 UTC: merged"]
        {
            assert!(text.body.contains(said), "{said}: {}", text.body);
        }
    }
}
