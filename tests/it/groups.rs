//! Merge groups in the store, on each database: who is in them, what their members were told, and when they are gone.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign::signal::{Evidence, Mark, PullIndex, Want};
use countersign::store::{GroupRow, Retention, ShownRunIds, Store};
use countersign_domain::account::Oid;
use countersign_domain::plan::RunStatus;
use jiff::SignedDuration;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::databases::{Database, on_each};
use crate::signals::{SHOP, at, lowers, mark, marks, opened, proves, pull};
use crate::store::take;

const TTL: Duration = Duration::from_secs(30);

fn head() -> Oid {
    Oid::new("beef")
}

fn group() -> Mark {
    Mark::Group { repository: SHOP, base: "main".into(), head: head() }
}

/// What is due, with whether it lowers and which deliveries asked; all of it is ended.
async fn due(db: &Database) -> BTreeSet<(String, bool, String)> {
    db.advance(SignedDuration::from_secs(2));
    let claims = db.store.claim("test", 99, TTL).await.expect("claims");
    for claim in &claims {
        assert!(db.store.done(claim, None).await.expect("done"));
    }
    claims.into_iter().map(|claim| (claim.subject.key(), claim.lowers, claim.causes.join(" "))).collect()
}

fn rows<const N: usize>(rows: [(&str, bool, &str); N]) -> BTreeSet<(String, bool, String)> {
    rows.map(|(key, lowers, causes)| (key.to_owned(), lowers, causes.to_owned())).into()
}

async fn remember(store: &Store, numbers: &[u64]) {
    store.remember_members(SHOP, "main", &head(), numbers).await.expect("kept");
}

#[tokio::test]
async fn what_concerns_a_member_makes_its_groups_due() {
    on_each(async |db| {
        take(&db.store, "opened", opened(1, "c0ffee")).await;
        remember(&db.store, &[1, 2]).await;
        due(db).await;
        take(&db.store, "dismissed", lowers(1)).await;
        take(&db.store, "labelled", marks(vec![mark(2)])).await;
        take(&db.store, "other", marks(vec![mark(3)])).await;
        let expected = [
            ("group:7:beef", true, "dismissed labelled"),
            ("pull:7#1", true, "dismissed"),
            ("pull:7#2", false, "labelled"),
            ("pull:7#3", false, "other"),
        ];
        assert_eq!(due(db).await, rows(expected));
        // Whoever was in it stays, and who comes is added.
        remember(&db.store, &[3]).await;
        take(&db.store, "again", marks(vec![mark(1), mark(3)])).await;
        let expected = [("group:7:beef", false, "again"), ("pull:7#1", false, "again"), ("pull:7#3", false, "again")];
        assert_eq!(due(db).await, rows(expected));
        let gone = |head: &str| Evidence::GroupGone { repository: SHOP, base: "main".into(), head: Oid::new(head) };
        take(&db.store, "destroyed", proves(vec![gone("beef"), gone("dead")])).await;
        take(&db.store, "late", lowers(1)).await;
        assert_eq!(due(db).await, rows([("pull:7#1", true, "late")]));
        assert!(db.store.group(SHOP, &head()).await.expect("read").gone);
        assert!(db.store.group(SHOP, &Oid::new("dead")).await.expect("read").gone, "it was told before it was seen");
        // A group of the same commit that is asked for later is another one.
        let mut later = crate::signals::delivery("later", marks(vec![group()]));
        later.received_at = at("2026-03-02T10:00:01Z");
        db.store.take(&[later]).await.expect("taken");
        assert_eq!(due(db).await, rows([("group:7:beef", false, "later")]));
        assert!(!db.store.group(SHOP, &head()).await.expect("read").gone);
    })
    .await;
}

#[tokio::test]
async fn a_group_finds_what_its_members_were_told() {
    on_each(async |db| {
        let closed = PullIndex { open: false, ..pull(2, "f00d") };
        take(&db.store, "opened", opened(1, "c0ffee")).await;
        take(&db.store, "closed", proves(vec![Evidence::Pull(closed)])).await;
        let asks = |want: Want, lowers: bool| Mark::Pull { repository: SHOP, number: 1, want, lowers };
        let review = Want::Review { id: 5, state: "dismissed".into() };
        let told = vec![asks(Want::Uncounted(at("2026-03-02T10:00:01Z")), false), asks(review.clone(), true)];
        take(&db.store, "dismissed", marks(told)).await;
        remember(&db.store, &[2, 1]).await;
        let told = async || db.store.told_of_members(SHOP, &head()).await.expect("read");
        let since = Want::UpdatedAt(at("2026-03-02T10:00:00Z"));
        let found = told().await;
        assert_eq!(
            found.iter().map(|member| (member.number, member.open)).collect::<Vec<_>>(),
            [(1, true), (2, false)]
        );
        assert_eq!(found[0].wants, [since.clone(), Want::Uncounted(at("2026-03-02T10:00:01Z")), review.clone()]);
        assert_eq!((found[0].lowers, found[0].causes.join(" ")), (true, "opened dismissed".to_owned()));
        assert_eq!(found[1].wants.as_slice(), std::slice::from_ref(&since));
        // What was seen stays seen, but for what was not kept apart: time alone ends that.
        due(db).await;
        let found = told().await;
        assert_eq!((found[0].wants.clone(), found[0].lowers), (vec![since, review], false));
    })
    .await;
}

/// Only PostgreSQL has two transactions at once.
#[tokio::test]
async fn whoever_marks_a_member_is_waited_for_whether_or_not_it_has_a_row() {
    on_each(async |db| {
        if !db.is_postgres() {
            return;
        }
        take(&db.store, "opened", opened(1, "c0ffee")).await;
        due(db).await;
        db.execute("DELETE FROM due").await;
        let mut marks = PgConnection::connect(&db.url).await.expect("there");
        let row = "BEGIN; INSERT INTO due (key, kind, installation, repository, number, head, base, seq, pending)
            VALUES ('pull:7#1', 'pull', 1, 7, 1, 'c0ffee', 'main', 1, '{}')";
        marks.execute(row).await.expect("marked");
        let store = db.another().await;
        let keeps = tokio::spawn(async move { remember(&store, &[1, 2]).await });
        let waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        let mut beside = PgConnection::connect(&db.url).await.expect("there");
        while beside.fetch_optional(waits).await.expect("read").is_none() {
            assert!(!keeps.is_finished(), "it did not wait");
            tokio::task::yield_now().await;
        }
        marks.execute("COMMIT").await.expect("committed");
        keeps.await.expect("kept");
        // And the row that it made for the other is nobody's until something is told.
        assert_eq!(due(db).await, rows([]));
        take(&db.store, "labelled", crate::signals::marks(vec![mark(2)])).await;
        assert_eq!(due(db).await, rows([("group:7:beef", false, "labelled"), ("pull:7#2", false, "labelled")]));
    })
    .await;
}

#[tokio::test]
async fn what_is_shown_on_a_group_is_kept_for_as_long_as_the_group() {
    on_each(async |db| {
        let (head, name, fingerprint) = (head(), "countersign".to_owned(), "cs1".to_owned());
        let run = ShownRunIds { id: 11, status: RunStatus::Success, fingerprint, head: head.clone(), name };
        db.store.remember_group_run(SHOP, "main", &run).await.expect("kept");
        remember(&db.store, &[1]).await;
        assert_eq!(db.store.group(SHOP, &head).await.expect("read"), GroupRow { gone: false, run: Some(run.clone()) });
        let edited = ShownRunIds { id: 12, status: RunStatus::InProgress, ..run };
        db.store.remember_group_run(SHOP, "main", &edited).await.expect("kept");
        let long = SignedDuration::from_hours(24 * 1_000);
        let retention = Retention { payloads: long, parts_of: [].into(), parts: long, evidence: long };
        for (days, run) in [(29, Some(edited)), (2, None)] {
            db.advance(SignedDuration::from_hours(24 * days));
            db.store.retain(&retention).await.expect("swept");
            assert_eq!(db.store.group(SHOP, &head).await.expect("read").run, run);
        }
        assert_eq!(db.store.told_of_members(SHOP, &head).await.expect("read"), []);
    })
    .await;
}
