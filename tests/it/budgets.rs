//! The budget of an installation, on each database: reads and writes draw on one row, and GitHub's word is heard.

use countersign::store::{Cost, POINTS_A_MINUTE, Spent, Used, WRITES_A_MINUTE};
use countersign_domain::Priority;
use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::databases::{Database, on_each};
use crate::signals::ACME;

const READ: Cost = points(1);

const fn points(points: u32) -> Cost {
    Cost { writes: 0, points, priority: Priority::Grant }
}

/// Moves the clock to so many milliseconds into the next minute: the windows begin with it.
async fn next_minute(db: &Database, into: i64) {
    let now = db.store.now().await.expect("now");
    db.advance(SignedDuration::from_millis(60_000 - now.as_millisecond() % 60_000 + into));
}

/// Spends, which is granted.
async fn granted(db: &Database, cost: Cost) -> Used {
    match db.store.spend(ACME, cost).await.expect("asked") {
        Spent::Granted(used) => used,
        Spent::Wait { until } => panic!("{cost:?} has to wait until {until}"),
    }
}

/// Tries to spend, which has to wait: so many milliseconds at the most.
async fn waits(db: &Database, cost: Cost, most: i64) {
    let Spent::Wait { until } = db.store.spend(ACME, cost).await.expect("asked") else {
        panic!("{cost:?} was granted");
    };
    let wait = until.duration_since(db.store.now().await.expect("now")).as_millis();
    assert!((-1_000..=i128::from(most)).contains(&wait), "{cost:?} waits for {wait} ms");
}

#[tokio::test]
async fn reads_and_writes_draw_on_one_budget_that_slides_and_keeps_something_for_withdrawals() {
    on_each(async |db| {
        next_minute(db, 0).await;
        let used = granted(db, Cost { writes: 40, points: 200, priority: Priority::Grant }).await;
        assert_eq!((used.writes_minute, used.points), (40, 200));
        assert_eq!(granted(db, points(505)).await.points, 705);
        granted(db, Cost { writes: 1, points: 5, priority: Priority::Grant }).await;
        waits(db, READ, 60_100).await;
        let withdrawal = Cost { priority: Priority::Withdrawal, ..READ };
        assert_eq!(granted(db, withdrawal).await.points, 711);
        // Half of the minute before counts: 355 points and 20 writes, a little less with each moment.
        next_minute(db, 30_000).await;
        let used = granted(db, points(290)).await;
        assert!((580..=646).contains(&used.points), "{used:?}");
        assert!((15..=20).contains(&used.writes_minute) && used.writes_hour >= 39, "{used:?}");
        waits(db, points(200), 30_000).await;
        next_minute(db, 60_000).await;
        let later = granted(db, READ).await;
        assert_eq!((later.points, later.writes_minute), (1, 0), "two minutes later");
        // The hour may have turned meanwhile, and with it a little of what it counts.
        assert!(later.writes_hour <= used.writes_hour && later.writes_hour + 3 > used.writes_hour, "{later:?}");
    })
    .await;
}

#[tokio::test]
async fn each_priority_leaves_something_for_all_that_are_more_urgent() {
    on_each(async |db| {
        next_minute(db, 0).await;
        let write = |priority| Cost { writes: 1, points: 1, priority };
        let mut written = 0;
        for (priority, most) in Priority::ALL.into_iter().zip([80, 72, 68, 64, 48]).rev() {
            while let Spent::Granted(used) = db.store.spend(ACME, write(priority)).await.expect("asked") {
                written = used.writes_minute;
            }
            assert_eq!(written, most, "{priority:?} of {WRITES_A_MINUTE} writes a minute");
        }
        next_minute(db, 120_000).await;
        let mut read = 0;
        for (priority, most) in Priority::ALL.into_iter().zip([890, 800, 755, 710, 530]).rev() {
            while let Spent::Granted(used) = db.store.spend(ACME, Cost { priority, ..READ }).await.expect("asked") {
                read = used.points;
            }
            assert_eq!(read, most, "{priority:?} of {POINTS_A_MINUTE} points a minute, with room for an answer");
        }
    })
    .await;
}

#[tokio::test]
async fn a_parked_installation_is_granted_no_read() {
    on_each(async |db| {
        granted(db, READ).await;
        let until = db.store.now().await.expect("now") + SignedDuration::from_mins(10);
        db.store.park(ACME, until).await.expect("parked");
        waits(db, Cost { priority: Priority::Withdrawal, ..READ }, 600_000).await;
        db.advance(SignedDuration::from_mins(11));
        granted(db, READ).await;
    })
    .await;
}

#[tokio::test]
async fn where_reads_are_parked_writes_are_granted() {
    on_each(async |db| {
        granted(db, READ).await;
        let until = db.store.now().await.expect("now") + SignedDuration::from_mins(10);
        db.store.park_reads(ACME, until).await.expect("parked");
        waits(db, Cost { priority: Priority::Withdrawal, ..READ }, 600_000).await;
        granted(db, Cost { writes: 1, points: 5, priority: Priority::Withdrawal }).await;
        db.store.unpark(ACME).await.expect("unparked");
        granted(db, READ).await;
    })
    .await;
}

#[tokio::test]
async fn less_is_granted_where_github_says_that_less_is_left() {
    on_each(async |db| {
        next_minute(db, 0).await;
        granted(db, READ).await;
        let charge = async |reads, left| db.store.charge(ACME, reads, left).await.expect("charged");
        assert_eq!(charge(0, None).await, None);
        assert_eq!(charge(0, Some(POINTS_A_MINUTE)).await, None, "it says no less than we think");
        assert_eq!(charge(2, Some(5_000)).await.map(|used| used.points), Some(3));
        assert_eq!(charge(0, Some(110)).await.map(|used| used.points), Some(790));
        assert_eq!(charge(0, Some(200)).await.map(|used| used.points), Some(790), "nothing is given back");
        granted(db, Cost { priority: Priority::Gate, ..points(10) }).await;
        waits(db, Cost { priority: Priority::Gate, ..READ }, 60_100).await;
        assert_eq!(charge(0, Some(0)).await.map(|used| used.points), Some(810));
        granted(db, Cost { writes: 1, points: 5, priority: Priority::Withdrawal }).await;
        assert_eq!(db.store.charge(77, 1, None).await.expect("charged"), None, "nobody's");
    })
    .await;
}

#[tokio::test]
async fn many_who_read_at_once_spend_no_more_than_there_is() {
    on_each(async |db| {
        let other = db.another().await;
        next_minute(db, 0).await;
        granted(db, points(10)).await;
        let mut spending = JoinSet::new();
        for n in 0..100 {
            let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
            spending.spawn(async move { store.spend(ACME, points(10)).await.expect("asked") });
        }
        let spent = spending.join_all().await;
        let granted = spent.iter().filter(|spent| matches!(spent, Spent::Granted(_))).count();
        assert_eq!(granted, 70, "of 710 points, 10 were spent before");
    })
    .await;
}
