//! Emergencies as the store keeps them: whose a ticket is, and which reviews are owed.

use std::time::Duration;

use crate::databases::on_each;
use crate::signals::{ACME, SHOP, at, opened, user};
use crate::store::take;

const TTL: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_ticket_is_its_first_change_s_for_ever() {
    on_each(async |db| {
        let store = &db.store;
        assert_eq!(store.ticket("acme", "inc-7").await.expect("read"), None);
        assert_eq!(store.use_ticket("Acme", "inc-7", (SHOP, 1)).await.expect("used"), (SHOP, 1));
        assert_eq!(store.use_ticket("acme", "inc-7", (SHOP, 2)).await.expect("used"), (SHOP, 1));
        assert_eq!(store.use_ticket("acme", "inc-7", (SHOP, 1)).await.expect("used"), (SHOP, 1));
        assert_eq!(store.use_ticket("initech", "inc-7", (8, 1)).await.expect("used"), (8, 1), "another owner's");
    })
    .await;
}

#[tokio::test]
async fn what_was_in_the_lane_when_it_was_merged_owes_one_review() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "opened", opened(4, "c0ffee")).await;
        let (until, merged, due) = (at("2026-03-02T14:00:00Z"), at("2026-03-02T11:00:00Z"), at("2026-03-09T11:00:00Z"));
        // Those that are due afterwards; whatever asks is ended.
        let concerned = async || {
            db.advance(jiff::SignedDuration::from_secs(2));
            let claims = store.claim("test", 9, TTL).await.expect("claims");
            for claim in &claims {
                assert!(store.done(claim, None).await.expect("done"));
            }
            claims.into_iter().map(|claim| claim.subject.key()).collect::<Vec<_>>()
        };
        let owe = async |number: u64, due| {
            store.owe_review(ACME, (SHOP, number), merged, due).await.expect("kept");
            concerned().await
        };
        concerned().await;
        assert_eq!(owe(1, due).await, [""; 0], "never in the lane");
        for (number, until) in [(1, Some(until)), (2, Some(merged)), (3, None)] {
            store.remember_emergency((SHOP, number), until).await.expect("kept");
        }
        assert_eq!(owe(1, due).await, ["pull:7#4"], "whom it concerns");
        assert_eq!(owe(1, until).await, [""; 0], "known already");
        for number in [2, 3] {
            assert_eq!(owe(number, due).await, [""; 0], "over, or never");
        }
        assert_eq!(store.reviews_owed(SHOP, 4).await.expect("read"), [(1, due)]);
        let bob = user(2, "bob");
        for expected in [vec!["pull:7#4"], vec![]] {
            store.review_done(ACME, (SHOP, 1), due, &bob).await.expect("kept");
            assert_eq!(concerned().await, expected);
        }
        assert_eq!(store.reviews_owed(SHOP, 4).await.expect("read"), []);
    })
    .await;
}
