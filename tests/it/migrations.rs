//! Tables of every version: what an older one held is read by this one, and a newer one
//! is refused.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign::clock::Clock;
use countersign::signal::{Evidence, Mark, MemberMove, Want};
use countersign::store::{
    Error, First, FirstSeen, GreenUntil, Planning, PolicyPlace, Pushed, Retention, Reviewed, Shows, Standing, Store,
    Subject,
};
use countersign_domain::account::{Oid, TeamName};
use countersign_domain::command::ChangeResult;
use countersign_domain::decision::{ChangeOutcome, Outcome};
use countersign_domain::layer::Layer;
use countersign_domain::life::{Marks, State};
use countersign_domain::plan::RunStatus;
use countersign_domain::policy::Permission;
use jiff::{SignedDuration, Timestamp};

use crate::databases::{Database, on_each, on_each_at};
use crate::signals::{SHOP, check_moved, delivery, delivery_for, lowers, mark, marks, opened, proves};
use crate::store::take;

const TTL: Duration = Duration::from_secs(30);

fn names(directory: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(directory).expect("a directory").map(|file| file.expect("a file").path());
    let number = |file: PathBuf| file.file_name().expect("a name").to_string_lossy().chars().take(4).collect();
    files.map(number).collect()
}

#[test]
fn every_migration_has_rows_to_migrate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(names(&root.join("tests/it/seeds")), names(&root.join("src/store/migrations")));
}

/// Two pull requests, one of them due, as the first version wrote them.
#[tokio::test]
async fn a_database_of_the_first_version_goes_on() {
    on_each_at(1, async |db| {
        seed(db, include_str!("seeds/0001.sql")).await;
        let store = &db.store;
        store.migrate().await.expect("migrates");
        store.ready().await.expect("ready");
        let look = store.claim("test", 2, TTL).await.expect("claims").pop().expect("one is due");
        assert_eq!(look.wants, [Want::Review { id: 5, state: "approved".into() }]);
        assert_eq!((look.causes.as_slice(), look.lowers), (["d-1".to_owned()].as_slice(), true));
        let recorded = store.decisions(SHOP, 1, 1).await.expect("read").remove(0);
        assert_eq!((recorded.outcome, recorded.policies.len(), recorded.parts.len()), (Outcome::Act, 1, 1));
        let run = store.shown(SHOP, 1).await.expect("read").run.expect("a run");
        assert_eq!((run.id, run.status), (11, RunStatus::ActionRequired));
        let moved = marks(vec![check_moved("beef", "spelling", None), mark(9)]);
        store.take(&[delivery("spelling", moved)]).await.expect("taken");
        let claims = store.claim("test", 9, TTL).await.expect("claims");
        let due = claims.iter().map(|claim| claim.subject.key()).collect::<Vec<_>>();
        assert_eq!(due, ["pull:7#9"], "the second one does not care for spelling");
    })
    .await;
}

/// A change that went in by a model and was reverted, as the seventh version wrote it.
#[tokio::test]
async fn failures_of_the_seventh_version_are_counted() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0007.sql")).await;
        let (store, bumps) = (&db.store, (Layer::Repository, "bumps".to_owned()));
        assert_eq!(store.failures_of(SHOP, "ACME", &bumps).await.expect("read"), 1);
        assert_eq!(store.failures_of(8, "acme", &bumps).await.expect("read"), 0, "of another repository");
        let asked = store.asked_reviewers((SHOP, 1)).await.expect("read");
        assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["team:acme/cab"]);
        let of_all = (Layer::Organisation, "bumps".to_owned());
        assert_eq!(store.failures_of(SHOP, "acme", &of_all).await.expect("read"), 0, "of another layer");
        store.remember_models((8, 3), "acme", &[of_all.clone()].into()).await.expect("kept");
        let at = "2026-01-30T12:00:00Z".parse().expect("an instant");
        for by in [4, 5] {
            assert_eq!(store.remember_revert((8, 3), by, at).await.expect("kept"), []);
        }
        assert_eq!(store.failures_of(SHOP, "acme", &of_all).await.expect("read"), 1, "a change fails once");
        store.remember_models((8, 3), "acme", &[].into()).await.expect("kept");
        assert_eq!(store.failures_of(SHOP, "acme", &of_all).await.expect("read"), 0, "no model let it in");
    })
    .await;
}

/// What was found of reviewers first and who dispatched runs, as the fourteenth version wrote it.
#[tokio::test]
async fn first_memberships_and_dispatches_of_the_fourteenth_version_stand() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0014.sql")).await;
        let (store, cab) = (&db.store, TeamName::parse("acme/cab").expect("a team"));
        let at = |ms: i64| Timestamp::from_millisecond(1_700_000_000_000 + ms).expect("an instant");
        let first = |review: u64, found: Option<bool>, ms: i64| ((review, cab.clone()), First { found, at: at(ms) });
        let teams = |teams: Vec<_>| FirstSeen { teams: teams.into_iter().collect(), ..FirstSeen::default() };
        let found = teams(vec![first(5, Some(false), 0)]);
        assert_eq!(store.first_seen((SHOP, 1)).await.expect("read"), found);
        let other = teams(vec![first(5, Some(true), 9), first(8, Some(true), 9)]);
        store.remember_first_seen((SHOP, 1), &other).await.expect("kept");
        let found = teams(vec![first(5, Some(false), 0), first(8, Some(true), 9)]);
        assert_eq!(store.first_seen((SHOP, 1)).await.expect("read"), found, "the first answer stays");

        let longest = SignedDuration::from_hours(35 * 24);
        let who = async |branch: &str, head: &str, during: Option<(i64, i64)>| {
            let during = during.map(|(from, to)| (at(from), at(to)));
            let runs = store.dispatches(SHOP, (branch, &Oid::new(head)), during, longest).await.expect("read");
            runs.into_iter().map(|run| run.actor.login).collect::<Vec<_>>()
        };
        assert_eq!(who("other", "f00d", None).await, [""; 0]);
        assert_eq!(who("main", "f00d", None).await, ["dave"]);
        assert_eq!(who("other", "cafe", None).await, ["erin"]);
        assert_eq!(who("other", "f00d", Some((60_000, 70_000))).await, ["dave"], "it ended then");
        assert_eq!(who("other", "f00d", Some((60_001, 70_000))).await, [""; 0], "it was over");
        assert_eq!(who("other", "f00d", Some((-100_000_000_000, -99_999_000_000))).await, ["erin"], "no end was told");
    })
    .await;
}

/// What could not be told of a reviewer, what another might do, two branches that were pushed, and who left teams, as the
/// seventeenth version wrote them.
#[tokio::test]
async fn what_the_seventeenth_version_knew_of_people_and_branches_stands() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0017.sql")).await;
        let (store, cab) = (&db.store, TeamName::parse("acme/cab").expect("a team"));
        let at = |ms: i64| Timestamp::from_millisecond(1_700_000_000_000 + ms).expect("an instant");
        let mut found = store.first_seen((SHOP, 1)).await.expect("read");
        let untold = First { found: None, at: at(0) };
        let (team, maintains) = ((9, cab), First { found: Some(Some(Permission::Maintain)), at: at(0) });
        assert_eq!(found, FirstSeen { teams: [(team.clone(), untold)].into(), permissions: [(9, maintains)].into() });
        assert_eq!(store.seen_at_review(9).await.expect("read").expect("seen").could_write, Some(false));
        found.teams.insert(team.clone(), First { found: Some(true), at: at(5) });
        found.permissions.insert(9, First { found: Some(None), at: at(5) });
        found.permissions.insert(10, First { found: Some(None), at: at(5) });
        store.remember_first_seen((SHOP, 1), &found).await.expect("kept");
        let now = store.first_seen((SHOP, 1)).await.expect("read");
        assert_eq!(now.teams[&team], First { found: Some(true), at: at(0) }, "told since, and first looked for then");
        assert_eq!(now.permissions[&9], maintains, "the first answer stays");
        assert_eq!(now.permissions[&10].found, Some(None));

        let commit = |oid: &str| Some(oid).filter(|oid| !oid.is_empty()).map(Oid::new);
        let pushed = |before, after, ms| Pushed { before: commit(before), after: commit(after), at: at(ms) };
        let pushes = store.newest_pushes([(SHOP, "main"), (SHOP, "next"), (SHOP, "none")]).await.expect("read");
        let main = vec![pushed("b", "", 1_000), pushed("a", "b", 0)];
        assert_eq!(pushes, [main, vec![pushed("", "b", 2_000)], Vec::new()], "the newest first");

        let told = async |organisation: &str, since: i64| {
            let organisations = [organisation.to_owned()].into();
            let moved = store.members_moved(&organisations, at(since)).await.expect("read");
            let brief = |(_, moved): (Timestamp, MemberMove)| (moved.slug, moved.account.id, moved.joined);
            moved.into_iter().map(brief).collect::<Vec<_>>()
        };
        assert_eq!(
            told("Acme", 0).await,
            [("cab".to_owned(), 4, true), ("cab".to_owned(), 4, false)],
            "the oldest first"
        );
        assert_eq!(told("acme", 1).await, [("cab".to_owned(), 4, false)]);
        assert_eq!(told("other", 0).await, [(String::new(), 5, false)]);
    })
    .await;
}

/// When members of two organisations changed, as the fifteenth version wrote it.
#[tokio::test]
async fn when_members_changed_is_told_to_every_process() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0015.sql")).await;
        let other = db.another().await;
        let changed_at = async |organisations: &[&str]| {
            let organisations = organisations.iter().map(ToString::to_string).collect();
            let as_of = other.members_as_of(&organisations).await.expect("read");
            assert!(as_of.changed_at.is_none_or(|changed_at| changed_at <= as_of.now), "{as_of:?}");
            as_of.changed_at.map(Timestamp::as_millisecond)
        };
        assert_eq!(changed_at(&["Acme"]).await, Some(1_700_000_000_000));
        assert_eq!(changed_at(&["acme", "other"]).await, Some(1_700_000_060_000), "the latest");
        assert_eq!((changed_at(&["else"]).await, changed_at(&[]).await), (None, None));
        let before = db.store.now().await.expect("a clock").as_millisecond();
        let team = Mark::Team { organisation: "Acme".into(), slug: "cab".into(), lowers: true };
        db.store.take(&[delivery("left", marks(vec![team]))]).await.expect("taken");
        assert!(changed_at(&["acme"]).await >= Some(before));
        assert_eq!(changed_at(&["other"]).await, Some(1_700_000_060_000));
    })
    .await;
}

/// A status that waits for its push, and a delivery that never arrived, as the eleventh version wrote them.
#[tokio::test]
async fn what_waited_in_the_eleventh_version_is_joined() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0011.sql")).await;
        let store = &db.store;
        let since = "2023-11-01T00:00:00Z".parse().expect("an instant");
        assert_eq!(store.missed_deliveries(since, 9).await.expect("read"), [("g-1".to_owned(), 5)]);
        assert_eq!(store.delivery_walk().await.expect("read").cursor, "v1_7");
        let bumps = (Layer::Repository, "bumps".to_owned());
        assert_eq!(store.failures_of(SHOP, "acme", &bumps).await.expect("read"), 1, "by a deployment");
        let failed = store.failed_deployments(SHOP, since).await.expect("read");
        assert_eq!(failed.iter().map(|failed| failed.head.as_str()).collect::<Vec<_>>(), ["bad"]);
        let good = store.good_before(SHOP, &failed[0]).await.expect("read").expect("there was one");
        assert_eq!(good.as_str(), "good", "by the same account");
        store.take(&[delivery("push", opened(3, "late"))]).await.expect("taken");
        let look = store.claim("test", 9, TTL).await.expect("claims").pop().expect("one is due");
        assert!(matches!(look.wants.as_slice(), [Want::Status { state, .. }] if state == "success"), "{look:?}");
    })
    .await;
}

/// A row that found the budget used up until the year 2099, as the thirteenth version wrote it.
#[tokio::test]
async fn a_row_that_the_thirteenth_version_put_off_is_begun_for_something_more_urgent() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0013.sql")).await;
        assert_eq!(db.store.claim("test", 9, TTL).await.expect("claims").len(), 0);
        let lowers = Mark::Pull { repository: 8, number: 3, want: Want::Anything, lowers: true };
        db.store.take(&[delivery_for(2, "dismissed", marks(vec![lowers]))]).await.expect("taken");
        let claims = db.store.claim("test", 9, TTL).await.expect("claims");
        assert_eq!(claims.iter().map(|claim| (claim.lowers, claim.awaited)).collect::<Vec<_>>(), [(true, true)]);
    })
    .await;
}

/// An installation whose reads are parked until the year 2099, as the sixteenth version wrote it.
#[tokio::test]
async fn reads_that_the_sixteenth_version_parked_are_left_alone() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0016.sql")).await;
        assert_eq!(db.store.claim("test", 9, TTL).await.expect("claims").len(), 0);
        let lowers = Mark::Pull { repository: 8, number: 3, want: Want::Anything, lowers: true };
        db.store.take(&[delivery_for(2, "dismissed", marks(vec![lowers]))]).await.expect("taken");
        assert_eq!(db.store.claim("test", 9, TTL).await.expect("claims").len(), 1);
    })
    .await;
}

/// A merge group of two pull requests, and one that is gone, as the eighteenth version wrote them.
#[tokio::test]
async fn what_concerns_a_member_concerns_the_groups_of_the_eighteenth_version() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0018.sql")).await;
        let head = Oid::new("beef");
        let group = db.store.group(SHOP, &head).await.expect("read");
        assert!(!group.gone && group.run.expect("a run").status == RunStatus::Success);
        assert!(db.store.group(SHOP, &Oid::new("dead")).await.expect("read").gone);
        db.store.take(&[delivery("dismissed", lowers(2))]).await.expect("taken");
        let claims = db.store.claim("test", 9, TTL).await.expect("claims");
        let due = claims.iter().map(|claim| (claim.subject.key(), claim.lowers, claim.causes.concat()));
        let expected = ["group:7:beef", "pull:7#2"].map(|key| (key.to_owned(), true, "dismissed".to_owned()));
        assert_eq!(due.collect::<BTreeSet<_>>(), expected.into());
    })
    .await;
}

/// What GitHub refused, and two green checks while reads are parked until the year 2099, of which time has ended one, as
/// the nineteenth version wrote them.
#[tokio::test]
async fn what_time_ended_and_what_github_refused_in_the_nineteenth_version_stand() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0019.sql")).await;
        let refused = db.store.shown(SHOP, 1).await.expect("read").refused;
        assert_eq!(refused.comment.map(|comment| (comment.hash, comment.why)), Some(("h".into(), "locked".into())));
        assert_eq!(refused.requests.as_deref(), Some("no such team"));
        let claims = db.store.claim("test", 9, TTL).await.expect("claims");
        let ended = claims.iter().map(|claim| (claim.subject.key(), claim.lowers, claim.ended.clone()));
        let green = GreenUntil { at: at_ms(1_700_000_000_000), then: "plan a new window".into() };
        assert_eq!(ended.collect::<Vec<_>>(), [("pull:9#4".to_owned(), true, Some(green))]);
    })
    .await;
}

#[tokio::test]
async fn since_when_a_pull_request_stands_as_it_does_is_read_from_the_twenty_third_version_on() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0023.sql")).await;
        let (head, now) = (Oid::new("c0ffee"), at_ms(1_800_000_000_000));
        let shows = Shows::new("another", Some("main".to_owned()));
        let standing = db.store.standing((SHOP, 1), &head, &shows, now).await.expect("read");
        let (moved, ready) = (at_ms(1_700_000_003_000), at_ms(1_700_000_002_000));
        assert_eq!(standing, Standing { head: moved, body: now, ready }, "the move counts, where it is the later");
        let elsewhere = Shows { ready_for: Some("release".to_owned()), ..shows };
        let standing = db.store.standing((SHOP, 1), &Oid::new("beef"), &elsewhere, now).await.expect("read");
        assert_eq!(standing, Standing { head: now, body: now, ready: now });
    })
    .await;
}

#[tokio::test]
async fn a_description_that_a_former_version_kept_was_received_when_it_was_written() {
    on_each(async |db| {
        let written = at_ms(1_700_000_000_000);
        let body = Evidence::Body { repository: SHOP, number: 1, at: written, editor: None, text: "then".into() };
        let delivered = delivery("d-1", proves(vec![body]));
        db.store.take(std::slice::from_ref(&delivered)).await.expect("taken");
        let received = async || db.store.bodies(SHOP, 1).await.expect("read").remove(0).received_at;
        assert_eq!(received().await, delivered.received_at);
        db.execute("UPDATE body_version SET received_at = NULL").await;
        assert_eq!(received().await, written);
    })
    .await;
}

/// Two commands, one of them answered, as the twentieth version wrote them.
#[tokio::test]
async fn what_was_commanded_in_the_twentieth_version_stands() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0020.sql")).await;
        let commands = db.store.commands((SHOP, 1)).await.expect("read");
        let lines = commands.iter().map(|command| (command.by.login.as_str(), command.line.as_str(), &command.head));
        let head = Some(Oid::new("c0ffee"));
        assert_eq!(lines.collect::<Vec<_>>(), [("bob", "hold the bank is away", &head), ("carol", "unhold", &None)]);
        assert_eq!(commands[0].at, at_ms(1_700_000_001_500));
        let unanswered = db.store.unanswered_commands((SHOP, 1)).await.expect("read");
        assert_eq!(unanswered.into_keys().collect::<Vec<_>>(), [32]);
        assert_eq!(db.store.shown(SHOP, 1).await.expect("read").explained, head);
    })
    .await;
}

#[tokio::test]
async fn gates_and_deployments_of_the_twenty_second_version_stand() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0022.sql")).await;
        let claims = db.store.claim("test", 9, TTL).await.expect("claims");
        let gate = Subject::Gate { repository: SHOP, run: 17, environment: "Production".into() };
        assert_eq!(claims.iter().map(|claim| claim.subject.clone()).collect::<Vec<_>>(), [gate]);
        let waits = db.store.gate(SHOP, 17, "Production").await.expect("read").expect("it is there");
        assert_eq!((waits.deployment, waits.said.as_deref(), waits.said_times), (5, Some("held"), 2));
        assert!(!waits.answered && db.store.gate(SHOP, 16, "Production").await.expect("read").expect("there").answered);
        assert_eq!(db.store.last_through_gate(SHOP, "PRODUCTION").await.expect("read"), Some(Oid::new("dead")));
        let deployed = db.store.deployments_of(SHOP, 1).await.expect("read").remove(0);
        assert_eq!((deployed.deployment, deployed.succeeded_at), (4, Some(at_ms(1_690_000_003_000))));
        let long = SignedDuration::from_hours(24);
        let retention = Retention { payloads: long, parts_of: [].into(), parts: long, evidence: long };
        db.store.retain(&retention).await.expect("swept");
        assert_eq!(db.store.gate(SHOP, 17, "Production").await.expect("read"), None, "GitHub gave it up long ago");
        assert!(
            db.store.last_through_gate(SHOP, "production").await.expect("read").is_some(),
            "what was let through stays"
        );
    })
    .await;
}

#[tokio::test]
async fn steps_of_the_twenty_fourth_version_are_told() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0024.sql")).await;
        let steps = db.store.transitions_of(SHOP, 1).await.expect("read");
        let told = steps.iter().map(|step| (step.from, step.to, step.marks.names().collect(), step.cause.as_deref()));
        let frozen: Vec<&str> = vec!["emergency", "frozen"];
        let expected =
            [(None, State::Authorise, vec![], Some("d-1")), (Some(State::Authorise), State::Scheduled, frozen, None)];
        assert_eq!(told.collect::<Vec<_>>(), expected);
        let actor = steps[0].actor.as_ref().expect("somebody");
        assert_eq!((actor.id, actor.login.as_str(), steps[0].at), (1, "ann", at_ms(1_700_000_000_000)));
        assert_eq!((steps[0].policies[0].blob.as_str(), &steps[1].actor), ("aa11", &None));
        let marks = Marks { frozen: true, emergency: true };
        assert_eq!(db.store.stands(SHOP, 1).await.expect("read"), Some((State::Scheduled, marks)));
        assert_eq!(db.store.stands(SHOP, 2).await.expect("read"), None);
    })
    .await;
}

fn at_ms(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).expect("an instant")
}

async fn seed(db: &Database, sql: &str) {
    for statement in sql.split(";\n").filter(|text| !text.trim().is_empty()) {
        db.execute(statement).await;
    }
}

#[tokio::test]
async fn a_store_is_ready_once_its_tables_are_those_of_this_version() {
    on_each(async |db| {
        db.store.ready().await.expect("ready");
        db.execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (9999, 'of a later version', true, 'x', 0)",
        )
        .await;
        assert!(matches!(db.store.ready().await, Err(Error::Migration(_))));
        assert!(matches!(db.store.migrate().await, Err(Error::Migration(_))));
    })
    .await;
}

#[tokio::test]
async fn two_processes_may_migrate_at_once() {
    on_each_at(0, async |db| {
        let other = db.another().await;
        assert!(db.store.ready().await.is_err(), "not before it is migrated");
        let (one, two) = tokio::join!(db.store.migrate(), other.migrate());
        one.and(two).expect("migrated");
        db.store.ready().await.expect("ready");
    })
    .await;
}

#[tokio::test]
async fn an_address_is_not_shown() {
    for wrong in ["mysql://user:secret@host/db", "postgres://user:secret@host:port/db", "secret"] {
        let error = Store::open(wrong, Clock::default()).await.expect_err("no such database");
        assert!(matches!(error, Error::Address) && !format!("{error:?} {error}").contains("secret"), "{wrong}");
    }
}

/// The ticket of an emergency, one in the lane, a review that is owed and one that was done.
#[tokio::test]
async fn emergencies_of_the_twenty_first_version_are_still_owed_their_review() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0021.sql")).await;
        let store = &db.store;
        assert_eq!(store.ticket("ACME", "inc-7").await.expect("read"), Some((SHOP, 1)));
        assert_eq!(store.reviews_owed(SHOP, 9).await.expect("read"), [(1, at_ms(1_700_000_000_000))]);
        assert_eq!(store.reviews_owed(SHOP, 1).await.expect("read"), [], "of others than itself");
    })
    .await;
}

/// What a change plans, for another that wants the same.
#[tokio::test]
async fn a_plan_of_the_twenty_sixth_version_is_met() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0026.sql")).await;
        let store = &db.store;
        let planning = |installation: u64, number: u64| Planning {
            installation,
            change: (SHOP, number),
            public: false,
            yields: false,
        };
        let at = |ms: i64| at_ms(1_700_000_000_000 + ms);
        take(store, "opened", opened(1, "c0ffee")).await;
        let beside = store.plans_beside(planning(1, 2), at(0), at(1)).await.expect("read");
        let [other] = beside.as_slice() else { panic!("{beside:?}") };
        assert_eq!((other.change, other.public, other.planned_at), ((SHOP, 1), false, at_ms(1_690_000_000_000)));
        assert_eq!((other.plan.start, other.plan.end), (at(0), at(3_600_000)));
        assert_eq!(other.plan.implementer.as_deref(), Some("carol"));
        let kept = store.keep_plan(planning(1, 1), Some(&other.plan)).await.expect("kept");
        assert_eq!(kept, Some(other.planned_at), "since when it is planned stays");
        let count = async |asked: Planning, from: i64, until: i64| {
            store.plans_beside(asked, at(from), at(until)).await.expect("read").len()
        };
        assert_eq!(count(planning(2, 2), 0, 1).await, 0, "of another installation");
        assert_eq!(count(planning(1, 1), 0, 1).await, 0, "its own");
        assert_eq!(count(planning(1, 2), 3_600_000, 9_000_000).await, 0, "it is over");
        assert_eq!(count(planning(1, 2), -2, 0).await, 0, "it comes later");
        assert_eq!(store.keep_plan(planning(1, 1), None).await.expect("kept"), None);
        assert_eq!(count(planning(1, 2), 0, 1).await, 0, "taken back");
    })
    .await;
}

/// Reviews, outcomes and what went in without our word, as the twenty-eighth version wrote them.
#[tokio::test]
async fn reviews_of_the_twenty_eighth_version_stand() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0028.sql")).await;
        let (store, what) = (&db.store, Reviewed::Pull { number: 1 });
        let review = store.review(SHOP, &what).await.expect("read").expect("a review");
        assert_eq!((review.causes.as_str(), review.issue, review.is_done), ("pir", Some(12), false));
        store.owe(SHOP, &what, "unauthorised", at_ms(0)).await.expect("kept");
        assert_eq!(store.review(SHOP, &what).await.expect("read"), Some(review), "what is owed stays as it is");
        let late = store.overdue_reviews(SHOP, 9, at_ms(1_700_000_000_000)).await.expect("read");
        assert_eq!(late.iter().map(|review| (review.number, review.issue)).collect::<Vec<_>>(), [(1, Some(12))]);
        let kept = store.unauthorised(SHOP).await.expect("read").remove(0);
        assert_eq!((kept.what.key().as_str(), kept.by), ("push:beef", Some((4, "dave".to_owned()))));
        assert!(!store.remember_outcome(SHOP, &what, &outcome(1_700_000_000_000)).await.expect("kept"), "no newer one");
        assert!(store.remember_outcome(SHOP, &what, &outcome(1_700_000_000_001)).await.expect("kept"), "a newer word");
        store.review_over(SHOP, &what, at_ms(1)).await.expect("kept");
        assert_eq!(store.overdue_reviews(SHOP, 9, at_ms(1_700_000_000_000)).await.expect("read"), []);
    })
    .await;
}

/// A message that waits, one that was sent and one that was given up, as the twenty-seventh version wrote them.
#[tokio::test]
async fn messages_of_the_twenty_seventh_version_are_still_sent() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0027.sql")).await;
        let store = &db.store;
        let told = store.told((SHOP, 1)).await.expect("read").expect("told");
        assert_eq!((told.holding.len(), told.sequence), (2, 2));
        let rows = store.messages_of((SHOP, 1)).await.expect("read");
        let of = |id: &str| rows.iter().find(|row| row.id == id).expect("there");
        assert_eq!(of("m-2").receipt, Some((at_ms(1_700_000_011_000), "200".to_owned(), "m-2".to_owned())));
        assert_eq!(of("m-3").dead_at, Some(at_ms(1_700_086_400_000)));
        let claimed = store.claim_messages(9, TTL).await.expect("claims");
        let brief = claimed.iter().map(|message| (message.id.as_str(), message.attempts)).collect::<Vec<_>>();
        assert_eq!(brief, [("m-1", 1)]);
        assert_eq!(store.claim_messages(9, TTL).await.expect("claims"), [], "somebody has it");
        assert_eq!(store.retry_messages().await.expect("again"), 1);
        assert_eq!(store.claim_messages(9, TTL).await.expect("claims").len(), 1, "the dead one");
    })
    .await;
}

fn outcome(at: i64) -> ChangeOutcome {
    ChangeOutcome {
        result: ChangeResult::Failed,
        text: String::new(),
        by: crate::signals::user(2, "bob"),
        at: at_ms(at),
    }
}

/// The last valid version of a calendar: a newer finding takes its place, an older one does not.
#[tokio::test]
async fn calendars_of_the_twenty_fifth_version_give_way_to_newer_ones() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0025.sql")).await;
        let store = &db.store;
        let place = PolicyPlace { repository: SHOP, base: "main", layer: Layer::Repository };
        store.set_good_calendar(place, "a.ics", "newer", at_ms(1_700_000_000_001)).await.expect("kept");
        store.set_good_calendar(place, "a.ics", "older", at_ms(1_700_000_000_000)).await.expect("refused");
        assert_eq!(store.last_good_calendar(place, "a.ics").await.expect("read").as_deref(), Some("newer"));
        let other = PolicyPlace { base: "release", ..place };
        assert_eq!(store.last_good_calendar(other, "a.ics").await.expect("read"), None, "of another branch");
        assert_eq!(store.last_good_calendar(place, "b.ics").await.expect("read"), None, "of another path");
    })
    .await;
}
