//! Gates in the store, on each database: a deployment asks once, and a policy that is pushed makes those that wait due.

use std::time::Duration;

use countersign::signal::{Evidence, GateRequest, Mark, Signal};
use countersign::store::{Claim, GateAnswer, NewGate, Store};
use countersign_domain::account::Oid;

use crate::databases::on_each;
use crate::signals::{SHOP, marks, opened, repository};
use crate::store::take;

const TTL: Duration = Duration::from_secs(30);

/// A deployment asks at the gate of `production`.
fn asks(deployment: u64, head: &str) -> Signal {
    let environment = "production".to_owned();
    let request =
        GateRequest { repository: SHOP, run: 17, environment: environment.clone(), deployment, head: Oid::new(head) };
    Signal {
        repository: Some(repository(SHOP, "Acme")),
        marks: vec![Mark::Gate { repository: SHOP, run: 17, environment }],
        evidence: vec![Evidence::GateAsked(request)],
        ..Signal::default()
    }
}

/// The gate's row, which is due.
async fn claim(store: &Store) -> Claim {
    let mut claims = store.claim("test", 9, TTL).await.expect("claims");
    let gate = claims.pop().expect("it is due");
    assert_eq!((claims.len(), gate.subject.key()), (0, format!("gate:{SHOP}/17/production")));
    gate
}

async fn waits(store: &Store) -> (u64, bool) {
    let gate = store.gate(SHOP, 17, "production").await.expect("read").expect("it is there");
    (gate.deployment, !gate.answered)
}

#[tokio::test]
async fn a_deployment_asks_once_and_a_run_that_is_begun_again_asks_anew() {
    on_each(async |db| {
        take(&db.store, "asked", asks(5, "beef")).await;
        let answer = NewGate {
            deployment: 5,
            answer: Some(GateAnswer::Approved),
            said: Some("yes".into()),
            ..NewGate::default()
        };
        assert!(db.store.record_gate(&claim(&db.store).await, &answer).await.expect("kept"));
        assert_eq!(waits(&db.store).await, (5, false));
        // The same body under another id asks nothing.
        take(&db.store, "replayed", asks(5, "dead")).await;
        assert_eq!(waits(&db.store).await, (5, false));
        let first = db.store.gate(SHOP, 17, "production").await.expect("read").expect("it is there");
        db.advance(jiff::SignedDuration::from_secs(2));
        let mut again = crate::signals::delivery("again", asks(6, "beef"));
        again.received_at = first.asked_at + jiff::SignedDuration::from_secs(1);
        db.store.take(&[again]).await.expect("taken");
        assert_eq!(waits(&db.store).await, (6, true));
        let gate = db.store.gate(SHOP, 17, "production").await.expect("read").expect("it is there");
        assert_eq!((gate.said, gate.said_times), (None, 0));
        // What is said of the one that asked before is not said of this one, and it asked first when that did.
        assert_eq!(db.store.first_asked(SHOP, "production").await.expect("read"), Some(first.asked_at));
        assert!(db.store.record_gate(&claim(&db.store).await, &answer).await.expect("kept"));
        assert_eq!(waits(&db.store).await, (6, true));
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_is_pushed_makes_the_deployments_due_that_wait() {
    on_each(async |db| {
        let (of_base, of_owner) =
            (Mark::Base { repository: SHOP, branch: "main".into() }, Mark::Owner { owner: "ACME".into() });
        take(&db.store, "asked", asks(5, "beef")).await;
        for (delivery, mark) in [("pushed", of_base.clone()), ("organisation", of_owner)] {
            let row = claim(&db.store).await;
            assert!(db.store.record_gate(&row, &NewGate::default()).await.expect("kept"));
            db.advance(jiff::SignedDuration::from_secs(2));
            assert_eq!(db.store.claim("test", 9, TTL).await.expect("claims").len(), 0);
            take(&db.store, delivery, marks(vec![mark])).await;
        }
        let answer = NewGate { deployment: 5, answer: Some(GateAnswer::Rejected), ..NewGate::default() };
        assert!(db.store.record_gate(&claim(&db.store).await, &answer).await.expect("kept"));
        db.advance(jiff::SignedDuration::from_secs(2));
        take(&db.store, "later", marks(vec![of_base])).await;
        assert_eq!(db.store.claim("test", 9, TTL).await.expect("claims").len(), 0, "it waits no more");
    })
    .await;
}

#[tokio::test]
async fn a_lost_lease_answers_no_gate() {
    on_each(async |db| {
        take(&db.store, "opened", opened(1, "c0ffee")).await;
        let other = db.store.claim("test", 9, TTL).await.expect("claims");
        take(&db.store, "asked", asks(5, "beef")).await;
        let row = claim(&db.store).await;
        assert!(db.store.release(&row).await.expect("released"));
        let answer = NewGate { deployment: 5, answer: Some(GateAnswer::Approved), ..NewGate::default() };
        assert!(!db.store.record_gate(&row, &answer).await.expect("asked"));
        assert!(!db.store.record_gate(&other[0], &answer).await.expect("asked"), "it is no gate's");
        assert_eq!(waits(&db.store).await, (5, true));
    })
    .await;
}
