//! The store's shorter ways, taken where there is little to do: they come to the same as the long ones.

use countersign::signal::{Delivery, Signal};
use countersign::store::{Cost, Spent, Taken};
use countersign_domain::Priority;
use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::databases::on_each;
use crate::signals::{ACME, SHOP, delivery, opened, repository};

#[tokio::test]
async fn a_frequent_event_that_tells_nothing_is_kept_once_and_that_is_all() {
    on_each(async |db| {
        let quiet = |id: &str| {
            let signal = Signal { repository: Some(repository(SHOP, "Acme")), ..Signal::default() };
            Delivery { event: "check_run".to_owned(), ..delivery(id, signal) }
        };
        assert_eq!(
            db.store.take(&[quiet("a"), quiet("b"), quiet("a")]).await.expect("taken"),
            [Taken::New, Taken::New, Taken::Before]
        );
        assert_eq!(db.store.take(&[quiet("b")]).await.expect("taken"), [Taken::Before]);
        assert_eq!(db.store.payload("b").await.expect("read"), Some(quiet("b").payload));
        assert_eq!(db.store.repository(SHOP).await.expect("read"), None, "nothing is to be looked at there");
        // In company, and with an event of another kind, nothing is left out.
        let told = [quiet("c"), delivery("d", opened(1, "c0ffee"))];
        assert_eq!(db.store.take(&told).await.expect("taken"), [Taken::New, Taken::New]);
        assert!(db.store.is_taken("c").await.expect("read"));
        assert!(db.store.repository(SHOP).await.expect("read").is_some());
    })
    .await;
}

#[tokio::test]
async fn an_event_that_only_renames_is_heard() {
    on_each(async |db| {
        let signal = Signal { repository: Some(repository(SHOP, "Renamed")), ..Signal::default() };
        let renamed = Delivery { event: "repository".to_owned(), ..delivery("a", signal) };
        db.store.take(&[renamed]).await.expect("taken");
        let row = db.store.repository(SHOP).await.expect("read").expect("it is known");
        assert_eq!(row.name.owner, "Renamed");
    })
    .await;
}

#[tokio::test]
async fn many_who_spend_at_once_spend_no_more_than_there_is() {
    on_each(async |db| {
        let other = db.another().await;
        let cost = Cost { writes: 1, points: 5, priority: Priority::Gate };
        let now = db.store.now().await.expect("now");
        db.advance(SignedDuration::from_millis(60_000 - now.as_millisecond() % 60_000));
        // The row is there: all of them begin with the shorter way.
        assert!(matches!(db.store.spend(ACME, cost).await.expect("asked"), Spent::Granted(_)));
        let mut spending = JoinSet::new();
        for n in 0..100 {
            let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
            spending.spawn(async move { store.spend(ACME, cost).await.expect("asked") });
        }
        let granted = spending.join_all().await.into_iter().filter(|spent| matches!(spent, Spent::Granted(_))).count();
        assert_eq!(granted, 71, "72 a minute, and one was spent before");
    })
    .await;
}
