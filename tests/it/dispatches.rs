//! Who dispatched a run, from when to when it ran: whatever order its events come in.

use countersign::signal::{Dispatch, Evidence};
use countersign_domain::account::Oid;
use jiff::SignedDuration;

use crate::databases::on_each;
use crate::signals::{SHOP, at, delivery, proves, user};

const BEGAN: &str = "2026-03-02T10:00:00Z";
const OVER: &str = "2026-03-02T10:09:00Z";

fn told(attempt: u64, ended_at: Option<&str>) -> Evidence {
    Evidence::Dispatched(Dispatch {
        repository: SHOP,
        run: 90,
        attempt,
        actors: vec![user(4, "dave"), user(5, "erin")],
        branch: "main".into(),
        head: Oid::new("beef"),
        started_at: at(BEGAN),
        ended_at: ended_at.map(at),
    })
}

#[tokio::test]
async fn a_run_that_is_over_stays_over_in_whichever_order_it_is_told() {
    let (begun, over) = (|| told(1, None), || told(1, Some(OVER)));
    let orders = [
        vec![vec![begun(), over()]],
        vec![vec![over(), begun()]],
        vec![vec![begun()], vec![over()]],
        vec![vec![over()], vec![begun()], vec![begun()]],
    ];
    for order in orders {
        on_each(async |db| {
            let store = &db.store;
            for (place, evidence) in order.iter().enumerate() {
                store.take(&[delivery(&format!("d-{place}"), proves(evidence.clone()))]).await.expect("taken");
            }
            let of_branch = async || {
                let runs = store.dispatches(SHOP, ("main", &Oid::new("f00d")), None, SignedDuration::ZERO).await;
                let shown = |run: &countersign::store::DispatchRow| (run.actor.login.clone(), run.ended_at);
                runs.expect("read").iter().map(shown).collect::<Vec<_>>()
            };
            let both = [("dave".to_owned(), Some(at(OVER))), ("erin".to_owned(), Some(at(OVER)))];
            assert_eq!(of_branch().await, both, "{order:?}");
            // Another attempt is another run.
            store.take(&[delivery("again", proves(vec![told(2, None)]))]).await.expect("taken");
            assert_eq!(of_branch().await.iter().filter(|(_, ended_at)| ended_at.is_none()).count(), 2);
        })
        .await;
    }
}
