//! One change from a poor description to merged: what is missing, who may give it, and what voids an approval.

use anyhow::Context as _;
use countersign::render::terminal;
use github_stand_in::{Changes, PullRequest};

use crate::stage::{Stage, heading, indented, tell};

const POOR: &str = "Adds the column for gift cards, see chat.\n";

/// What alice writes behind each line of the block.
const ANSWERS: [(&str, &str); 5] = [
    ("summary", "Add the column gift_card to the table orders"),
    ("reason", "Orders that were paid with a gift card cannot be told apart"),
    ("risk", "high"),
    ("test_plan", "Ran it on a copy of production: 4 s, no lock longer than 200 ms"),
    ("backout", "Run migrations/0042_gift_card.down.sql"),
];

/// Plays it; the pull request is #1.
pub(crate) async fn play(stage: &Stage) -> anyhow::Result<()> {
    let pull = alice_opens(stage).await?;
    alice_fills_it_in(stage, &pull).await?;
    they_approve(stage, &pull).await?;
    a_push_voids(stage, &pull).await?;
    an_edit_voids(stage, &pull).await?;
    heading("alice merges");
    stage.merges(&pull, "alice").await
}

async fn alice_opens(stage: &Stage) -> anyhow::Result<PullRequest> {
    heading("alice opens #1, with a description of one line");
    tell(format!("{}\n", indented(POOR)));
    let changes = Changes::new()
        .write("migrations/0042_gift_card.sql", "ALTER TABLE orders ADD COLUMN gift_card text;\n")
        .write("migrations/0042_gift_card.down.sql", "ALTER TABLE orders DROP COLUMN gift_card;\n");
    let pull = stage.opens("alice", "Gift cards", POOR, changes).await?;
    stage.sees("alice", &pull, &["What is still needed", "Risk"])?;
    tell(format!("\nand the comment:\n\n{}", indented(&terminal::markdown(&stage.comment(&pull)?))));
    stage.expect(&pull, "action_required", &["backout"])?;
    stage.cannot_merge(&pull, "alice")?;
    Ok(pull)
}

async fn alice_fills_it_in(stage: &Stage, pull: &PullRequest) -> anyhow::Result<()> {
    heading("alice pastes the block from the comment and fills it in");
    let block = filled_in(&stage.comment(pull)?)?;
    tell(format!("{}\n", indented(&block)));
    pull.edit_body("alice", &format!("{POOR}\n{block}"));
    stage.settled().await?;
    stage.sees("alice", pull, &["What is still needed"])?;
    stage.expect(pull, "in_progress", &["bob", "carol"])
}

async fn they_approve(stage: &Stage, pull: &PullRequest) -> anyhow::Result<()> {
    heading("bob approves, as a peer");
    stage.approves(pull, "bob").await?;
    stage.sees("bob", pull, &["What is still needed"])?;
    stage.expect(pull, "in_progress", &["carol"])?;
    heading("carol approves, for the board");
    stage.approves(pull, "carol").await?;
    stage.sees("carol", pull, &["What the policies ask"])?;
    tell(format!("\nand the comment is folded:\n\n{}", indented(&terminal::markdown(&stage.comment(pull)?))));
    stage.expect(pull, "success", &[])
}

async fn a_push_voids(stage: &Stage, pull: &PullRequest) -> anyhow::Result<()> {
    heading("alice pushes one more commit: nobody has approved that");
    let index = "CREATE INDEX gift_cards ON orders (gift_card);\n";
    pull.push("alice", Changes::new().write("migrations/0043_gift_card_index.sql", index));
    stage.settled().await?;
    stage.sees("bob", pull, &["What is still needed"])?;
    stage.expect(pull, "in_progress", &["bob", "carol"])?;
    heading("bob and carol look at the new commit and approve again");
    both_approve(stage, pull).await
}

async fn an_edit_voids(stage: &Stage, pull: &PullRequest) -> anyhow::Result<()> {
    heading("alice edits the back-out plan that bob and carol approved");
    let old = "Run migrations/0042_gift_card.down.sql";
    let new = "Restore last night's backup";
    tell(format!("    - {old}\n    + {new}\n"));
    pull.edit_body("alice", &pull.body().replace(old, new));
    stage.settled().await?;
    stage.sees("carol", pull, &["What is still needed"])?;
    stage.expect(pull, "in_progress", &[old, new])?;
    heading("bob and carol read the new plan and approve again");
    both_approve(stage, pull).await
}

async fn both_approve(stage: &Stage, pull: &PullRequest) -> anyhow::Result<()> {
    stage.approves(pull, "bob").await?;
    stage.approves(pull, "carol").await?;
    stage.sees("everybody", pull, &[])?;
    stage.expect(pull, "success", &[])
}

/// The block of the comment with alice's answers; every line of it must be one that she can answer.
fn filled_in(comment: &str) -> anyhow::Result<String> {
    let from = comment.find("```change").context("the comment has no block to paste")?;
    let length = comment[from + 3..].find("```").context("the block has no end")? + 3;
    let mut lines = Vec::new();
    for line in comment[from..from + length + 3].lines() {
        lines.push(match line.split_once(" = ") {
            Some((field, _)) => {
                let answer = ANSWERS.iter().find(|(name, _)| *name == field.trim());
                let (_, answer) = answer.with_context(|| format!("nothing was said of the field `{field}`"))?;
                format!("{} = \"{answer}\"", field.trim_end())
            }
            None => line.to_owned(),
        });
    }
    Ok(lines.join("\n") + "\n")
}
