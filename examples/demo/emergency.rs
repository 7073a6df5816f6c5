//! An emergency at night: who may declare one, what it asks instead, and the review that is owed afterwards.

use anyhow::ensure;
use github_stand_in::{Changes, PullRequest};

use crate::stage::{Stage, heading, indented, tell};

/// What dave adds to the organisation's policy.
pub(crate) const LANE: &str = r#"
[authorities.on-call]
teams = ["acme/on-call"]

[emergency]                                # for what cannot wait
declared_by = ["on-call"]
ticket = '^INC-\d+$'                       # one ticket, one change
expires = "4h"
approvals = [{ from = ["cab"], count = 1 }] # in the place of those of the rules
postpone = ["test_plan"]                   # may come later
review_within = "1 business day"
overdue = "block"                          # a review that is late holds other changes
"#;

const HOTFIX: &str = "\
summary: Drop the index gift_cards
reason: Writing an order takes 9 s since it is there
risk: high
backout: Create it again
";

const NEXT: &str = "\
summary: Show the gift card on the receipt
reason: Customers ask which card they paid with
risk: low
test_plan: Printed receipts with and without a card
backout: Revert this pull request
";

/// Plays it; the emergency is #2, its review is the issue #3, and the change after it, #4, is handed on.
pub(crate) async fn play(stage: &Stage) -> anyhow::Result<PullRequest> {
    heading("dave adds a lane for emergencies to acme's policy");
    stage.dave_adds(&[LANE]).await?;
    let hotfix = it_goes_in(stage).await?;
    let next = the_review_is_late(stage, &hotfix).await?;
    heading("dave, who took no part in it, reviews what was done that night");
    stage.writes(&hotfix, "dave", "/countersign outcome successful orders take 90 ms again", "+1").await?;
    stage.sees("alice", &next, &[])?;
    stage.expect(&next, "success", &[])?;
    Ok(next)
}

async fn it_goes_in(stage: &Stage) -> anyhow::Result<PullRequest> {
    stage.at("2026-03-02T23:00:00Z").await?;
    heading("Monday, 23:00: orders take 9 s each; alice opens #2");
    tell(format!("{}\n", indented(HOTFIX)));
    let drop = Changes::new().write("migrations/0044_no_index.sql", "DROP INDEX gift_cards;\n");
    let pull = stage.opens("alice", "Orders are slow", HOTFIX, drop).await?;
    stage.sees("alice", &pull, &["What is still needed"])?;
    stage.expect(&pull, "action_required", &["test_plan"])?;
    heading("she may not declare it an emergency; erin, who is on call, may");
    let declares = "/countersign emergency INC-7 customers cannot pay";
    stage.writes(&pull, "alice", declares, "-1").await?;
    stage.sees("alice", &pull, &["Commands that do nothing"])?;
    stage.expect(&pull, "action_required", &["acme/on-call"])?;
    tell("");
    stage.writes(&pull, "erin", declares, "+1").await?;
    stage.sees("erin", &pull, &["What is still needed"])?;
    stage.expect(&pull, "in_progress", &["Emergency INC-7", "carol"])?;
    heading("carol is awake and approves, and alice merges");
    stage.approves(&pull, "carol").await?;
    stage.sees("carol", &pull, &["What the policies ask"])?;
    stage.expect(&pull, "success", &["Emergency INC-7", "may come later"])?;
    tell("");
    stage.merges(&pull, "alice").await?;
    Ok(pull)
}

async fn the_review_is_late(stage: &Stage, hotfix: &PullRequest) -> anyhow::Result<PullRequest> {
    stage.at("2026-03-03T10:00:00Z").await?;
    heading("Tuesday: alice opens #4, and bob approves it");
    let receipt = Changes::new().write("src/receipt.rs", "fn gift_card() {}\n");
    let next = stage.opens("alice", "Gift cards on receipts", NEXT, receipt).await?;
    stage.approves(&next, "bob").await?;
    stage.sees("bob", &next, &[])?;
    stage.expect(&next, "success", &[])?;
    stage.at("2026-03-04T09:00:00Z").await?;
    heading("Wednesday: nobody has reviewed the emergency, and other changes wait for that");
    stage.sees("alice", &next, &["What is still needed"])?;
    let check = next.check("countersign");
    ensure!(check.is_some_and(|check| !check.is_green()), "#4 is green although a review is overdue");
    let named = format!("#{}", hotfix.number());
    let summary = next.check("countersign").map(|check| check.summary).unwrap_or_default();
    ensure!(summary.contains(&named), "the check should name {named}:\n{summary}");
    Ok(next)
}
