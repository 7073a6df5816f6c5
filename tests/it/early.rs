//! Marks by a commit that comes to be a pull request's head only later, on each database.

use std::sync::Arc;

use countersign::signal::{Evidence, Mark, MovedCheck, PullIndex, Signal, Want};
use countersign::store::{CaredChecks, Claim, NewDecision, Retention, Store};
use countersign_domain::account::Oid;
use jiff::SignedDuration;

use crate::databases::on_each;
use crate::signals::{ACME, SHOP, at, delivery, marks, opened, proves, pull};
use crate::store::{claim, decided, decision, take};

/// A check of that name failed on that commit.
fn failed(head: &str, name: &str) -> (Want, Signal) {
    let app = "github-actions".to_owned();
    let want = Want::Check { head: head.into(), id: 8, name: name.into(), app, concluded: true };
    let check = Some(MovedCheck { name: name.into(), app: Some("github-actions".into()), ours: false });
    let mark = Mark::Head { repository: SHOP, head: Oid::new(head), check, want: want.clone(), lowers: true };
    (want, marks(vec![mark]))
}

/// A decision that every check can change.
fn caring(number: u64, head: &str) -> NewDecision {
    NewDecision { cares: CaredChecks::All.into(), ..decision(number, head) }
}

async fn nothing_is_due(store: &Store) {
    assert_eq!(store.claim("test", 9, std::time::Duration::from_secs(30)).await.expect("claims").len(), 0);
}

async fn done(store: &Store, claim: &Claim) {
    assert!(store.done(claim, None).await.expect("done"));
}

/// Its head is there a little later.
fn moved(number: u64, head: &str) -> PullIndex {
    PullIndex { updated_at: at("2026-03-02T10:05:00Z"), ..pull(number, head) }
}

#[tokio::test]
async fn what_moved_at_a_commit_waits_until_the_commit_is_a_head() {
    on_each(async |db| {
        let store = &db.store;
        decided(db, 1, &caring(1, "old")).await;
        let (want, signal) = failed("new", "ci");
        take(store, "check", signal).await;
        nothing_is_due(store).await;
        // By the pull request's own event.
        take(store, "push", proves(vec![Evidence::Pull(moved(1, "new"))])).await;
        let look = claim(store).await;
        assert_eq!((look.wants.as_slice(), look.lowers), ([want].as_slice(), true));
        assert_eq!(look.causes, ["check"]);
        // Once it was decided there, it has heard of it.
        let here = NewDecision { pull: Some(moved(1, "new")), ..caring(1, "new") };
        store.record_decision(&look, &here).await.expect("answered").expect("recorded");
        take(store, "again", proves(vec![Evidence::Pull(moved(1, "new"))])).await;
        nothing_is_due(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_sweep_or_a_look_that_finds_a_head_finds_what_waited_for_it() {
    on_each(async |db| {
        let store = &db.store;
        decided(db, 1, &caring(1, "old")).await;
        let (want, signal) = failed("new", "ci");
        take(store, "check", signal).await;
        store.mark(ACME, &[moved(1, "new")], &[]).await.expect("marked");
        let look = claim(store).await;
        assert_eq!(look.wants, [want]);
        done(store, &look).await;

        let (want, signal) = failed("newer", "ci");
        take(store, "another check", signal).await;
        db.advance(SignedDuration::from_secs(2));
        take(store, "a label", opened(1, "old")).await;
        let look = claim(store).await;
        let newer = PullIndex { updated_at: at("2026-03-02T10:06:00Z"), ..pull(1, "newer") };
        let there = NewDecision { pull: Some(newer), ..caring(1, "newer") };
        store.record_decision(&look, &there).await.expect("answered").expect("recorded");
        db.advance(SignedDuration::from_secs(2));
        let again = claim(store).await;
        assert_eq!((again.wants.as_slice(), again.lowers), ([want].as_slice(), true), "the look knew nothing of it");
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_head_goes_after_a_day() {
    on_each(async |db| {
        let store = &db.store;
        decided(db, 1, &caring(1, "old")).await;
        let ages = SignedDuration::from_hours(10_000_000);
        let retention = Retention { payloads: ages, parts_of: Default::default(), parts: ages, evidence: ages };
        take(store, "check", failed("new", "ci").1).await;
        db.advance(SignedDuration::from_hours(25));
        store.retain(&retention).await.expect("swept");
        take(store, "push", proves(vec![Evidence::Pull(moved(1, "new"))])).await;
        nothing_is_due(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_check_and_the_push_it_ran_on_that_are_taken_at_the_same_time_find_each_other() {
    on_each(async |db| {
        let (one, other) = (Arc::new(db.another().await), Arc::new(db.another().await));
        for round in 0..20 {
            let head = format!("head {round}");
            let (want, signal) = failed(&head, "ci");
            let push = proves(vec![Evidence::Pull(pull(100 + round, &head))]);
            let check = delivery(&format!("check {round}"), signal);
            let push = delivery(&format!("push {round}"), push);
            let (one, other) = (Arc::clone(&one), Arc::clone(&other));
            let check = tokio::spawn(async move { one.take(&[check]).await.expect("taken") });
            let push = tokio::spawn(async move { other.take(&[push]).await.expect("taken") });
            let (check, push) = tokio::join!(check, push);
            check.and(push).expect("both are taken");
            let look = claim(&db.store).await;
            assert_eq!(look.wants, [want], "in round {round}");
            done(&db.store, &look).await;
        }
    })
    .await;
}
