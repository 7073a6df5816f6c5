//! The store's contract, on each database.

use std::time::Duration;

use countersign::signal::{Delivery, Evidence, Mark, PullIndex, RepositoryName, Signal, Want};
use countersign::store::{Cares, Claim, NewDecision, ShownIds, Store, Subject, Taken};
use countersign_domain::account::Oid;
use countersign_domain::decision::{Outcome, SEMANTICS};
use jiff::{SignedDuration, Timestamp};

use crate::databases::on_each;

const REPOSITORY: u64 = 7;
const TTL: Duration = Duration::from_secs(30);

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn delivery(id: &str, signal: Signal) -> Delivery {
    Delivery {
        id: id.into(),
        event: "pull_request".into(),
        action: "opened".into(),
        installation: 1,
        received_at: at("2026-03-02T10:00:00Z"),
        payload: br#"{"zen":"keep it logically awesome"}"#.to_vec(),
        signal,
    }
}

fn mark(number: u64) -> Mark {
    Mark::Pull { repository: REPOSITORY, number, want: Want::Anything, lowers: false }
}

fn pull(number: u64, head: &str) -> PullIndex {
    let updated_at = at("2026-03-02T10:00:00Z");
    PullIndex { repository: REPOSITORY, number, head: Oid::new(head), base: "main".into(), open: true, updated_at }
}

/// A pull request is opened: what such an event tells.
fn opened(number: u64, head: &str) -> Signal {
    Signal {
        repository: Some(RepositoryName {
            id: REPOSITORY,
            owner: "Acme".into(),
            name: "shop".into(),
            default_branch: "main".into(),
        }),
        marks: vec![mark(number)],
        evidence: vec![Evidence::Pull(pull(number, head))],
    }
}

fn decision(head: &str, cares: Cares) -> NewDecision {
    NewDecision {
        head: Oid::new(head),
        check_name: "countersign".into(),
        as_of: at("2026-03-02T10:00:01Z"),
        outcome: Outcome::Wait,
        own_outcome: Outcome::Wait,
        semantics: SEMANTICS,
        engine: "0.1.0".into(),
        policies: Vec::new(),
        parts: Vec::new(),
        texts: "t".into(),
        next_due: None,
        cares,
        teams: Vec::new(),
        shown: ShownIds::default(),
        pull: Some(pull(1, head)),
        change: None,
    }
}

async fn claim(store: &Store) -> Option<Claim> {
    let mut claims = store.claim("test", 1, TTL).await.expect("a claim");
    assert!(claims.len() < 2, "one was asked for");
    claims.pop()
}

#[tokio::test]
async fn a_delivery_is_taken_once_however_often_it_comes() {
    on_each(async |db| {
        let store = &db.store;
        let first = delivery("a", opened(1, "c0ffee"));
        assert_eq!(store.take(&[first.clone(), first.clone()]).await.expect("taken"), [Taken::New, Taken::Before]);
        let claimed = claim(store).await.expect("it is due");
        assert_eq!(claimed.subject, Subject::Pull { repository: REPOSITORY, number: 1 });
        assert_eq!((claimed.installation, claimed.head.as_str()), (1, "c0ffee"));
        assert_eq!(claimed.causes, ["a"]);
        assert_eq!(store.take(&[first]).await.expect("taken"), [Taken::Before]);
        assert!(store.done(&claimed, None).await.expect("done"));
        db.advance(SignedDuration::from_secs(5));
        assert!(claim(store).await.is_none(), "the third time changed nothing");
    })
    .await;
}

#[tokio::test]
async fn a_decision_ends_its_row_and_a_lost_lease_records_nothing() {
    on_each(async |db| {
        let store = &db.store;
        store.take(&[delivery("a", opened(1, "c0ffee"))]).await.expect("taken");
        let late = claim(store).await.expect("it is due");
        db.advance(SignedDuration::from_secs(31));
        let again = claim(store).await.expect("its lease ran out");
        assert_eq!(again.attempts, 1, "a crash counts");
        let decision = decision("c0ffee", Cares::All);
        assert_eq!(store.record_decision(&late, &decision).await.expect("answered"), None);
        assert!(store.decisions(REPOSITORY, 1, 10).await.expect("read").is_empty());
        let id = store.record_decision(&again, &decision).await.expect("answered").expect("recorded");
        let recorded = store.decision(id).await.expect("read").expect("there");
        assert_eq!((recorded.outcome, recorded.causes.as_slice()), (Outcome::Wait, ["a".to_owned()].as_slice()));
        assert_eq!(store.decisions(REPOSITORY, 1, 10).await.expect("read"), [recorded]);
        assert!(!store.done(&again, None).await.expect("answered"), "it is over");
    })
    .await;
}
