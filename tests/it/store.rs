//! The store's contract, on each database: what was taken is kept and found again.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::signal::{Evidence, Lowered, Mark, Moved, MovedCheck, PullIndex, Signal, Want};
use countersign::store::{
    CaredCheck, CaredChecks, Cares, ChangeRow, Claim, Cost, HeadPlace, NewDecision, Part, PolicyPlace, PolicyVersion,
    Refused, RefusedComment, Retention, SeenRow, ShownIds, ShownRunIds, SiblingRow, Spent, Store, Subject, Taken,
    TemplateVersion, Writer,
};
use countersign_domain::Priority;
use countersign_domain::account::{Account, AccountKind, Oid, TeamName};
use countersign_domain::decision::{Outcome, SEMANTICS};
use countersign_domain::layer::Layer;
use countersign_domain::plan::RunStatus;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::databases::{Database, on_each};
use crate::signals::{
    ACME, SHOP, at, check_moved, delivery, delivery_for, lowers, mark, marks, opened, proves, pull, repository, user,
};

const TTL: Duration = Duration::from_secs(30);
const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(crate) fn decision(number: u64, head: &str) -> NewDecision {
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
        green_until: None,
        cares: CaredChecks::Only(Vec::new()).into(),
        teams: Vec::new(),
        shown: ShownIds::default(),
        pull: Some(pull(number, head)),
        shows: None,
        change: None,
        told: None,
        stands: None,
    }
}

pub(crate) async fn take(store: &Store, id: &str, signal: Signal) {
    let taken = store.take(&[delivery(id, signal)]).await.expect("taken");
    assert_eq!(taken, [Taken::New], "{id}");
}

async fn claim_all(store: &Store) -> Vec<Claim> {
    store.claim("test", 100, TTL).await.expect("claims")
}

pub(crate) async fn claim(store: &Store) -> Claim {
    let mut claims = claim_all(store).await;
    assert_eq!(claims.len(), 1, "one row is due");
    claims.remove(0)
}

/// The numbers of the pull requests that are due, in order; their rows are ended.
async fn due(db: &Database) -> Vec<u64> {
    db.advance(SignedDuration::from_secs(2));
    let mut numbers = Vec::new();
    for claim in claim_all(&db.store).await {
        if let Subject::Pull { number, .. } = claim.subject {
            numbers.push(number);
        }
        assert!(db.store.done(&claim, None).await.expect("done"));
    }
    numbers.sort_unstable();
    numbers
}

/// Opens a pull request and records a decision on it.
pub(crate) async fn decided(db: &Database, number: u64, decision: &NewDecision) {
    take(&db.store, &format!("open {number}"), opened(number, decision.head.as_str())).await;
    let claim = claim(&db.store).await;
    db.store.record_decision(&claim, decision).await.expect("answered").expect("recorded");
}

#[tokio::test]
async fn a_delivery_is_taken_once_however_often_it_comes() {
    on_each(async |db| {
        let store = &db.store;
        let first = delivery("a", opened(1, "c0ffee"));
        assert_eq!(store.take(&[first.clone(), first.clone()]).await.expect("taken"), [Taken::New, Taken::Before]);
        let claimed = claim(store).await;
        assert_eq!(claimed.subject, Subject::Pull { repository: SHOP, number: 1 });
        assert_eq!((claimed.installation, claimed.head.as_str()), (ACME, "c0ffee"));
        assert_eq!(claimed.causes, ["a"]);
        assert_eq!(store.take(std::slice::from_ref(&first)).await.expect("taken"), [Taken::Before]);
        assert!(store.done(&claimed, None).await.expect("done"));
        assert_eq!(due(db).await, [0; 0], "the third time changed nothing");
        assert!(store.is_taken("a").await.expect("read"));
        assert_eq!(store.payload("a").await.expect("read"), Some(first.payload));
    })
    .await;
}

#[tokio::test]
async fn a_burst_is_taken_whole_and_each_caller_gets_its_own_answer() {
    on_each(async |db| {
        let writer = Writer::start(db.store.clone());
        let mut callers = JoinSet::new();
        for n in 0..400 {
            let (writer, first) = (writer.clone(), delivery(&format!("d{}", n % 390), opened(n % 200, "c0ffee")));
            callers.spawn(async move { writer.take(first).await.expect("taken") });
        }
        let taken = callers.join_all().await;
        assert_eq!(taken.iter().filter(|taken| **taken == Taken::New).count(), 390);
        assert_eq!(db.store.queue_stats().await.expect("stats").depth, 200);
    })
    .await;
}

#[tokio::test]
async fn what_a_delivery_says_never_makes_taking_it_fail() {
    on_each(async |db| {
        let odd = "a\0b\u{1f980}\"'\\";
        let signal = Signal {
            repository: Some(repository(9, odd)),
            sender: Some(Account { id: 3, login: odd.into(), kind: AccountKind::Other }),
            marks: vec![
                Mark::Base { repository: 9, branch: odd.into() },
                Mark::Group { repository: 9, base: odd.into(), head: Oid::new(odd) },
                check_moved(odd, odd, Some(odd)),
            ],
            evidence: vec![
                Evidence::Pull(PullIndex { base: odd.into(), repository: 9, ..pull(1, odd) }),
                Evidence::Body {
                    repository: 9,
                    number: 1,
                    at: at("2026-03-02T10:00:00Z"),
                    editor: None,
                    text: odd.into(),
                },
                Evidence::Push {
                    repository: 9,
                    branch: odd.into(),
                    before: odd.into(),
                    after: odd.into(),
                    sender: user(u64::MAX, odd),
                },
            ],
            awaited: true,
            lowered: Some(Lowered::Check { name: odd.into() }),
        };
        take(&db.store, odd, signal).await;
        let bodies = db.store.bodies(9, 1).await.expect("read");
        assert_eq!(bodies.first().expect("one").text, odd, "a description is kept to the byte");
        let claims = claim_all(&db.store).await;
        let mut kinds = claims.iter().map(|claim| claim.subject.kind()).collect::<Vec<_>>();
        kinds.sort_unstable();
        assert_eq!(kinds, ["group", "pull"], "the base found its pull request");
    })
    .await;
}

#[tokio::test]
async fn marks_find_open_pull_requests_by_head_base_owner_and_installation() {
    on_each(async |db| {
        let release = PullIndex { base: "release".into(), ..pull(2, "beef") };
        let closed = PullIndex { open: false, ..pull(3, "c0ffee") };
        let elsewhere = PullIndex { repository: 8, ..pull(4, "c0ffee") };
        let other = Signal { repository: Some(repository(8, "Other")), ..proves(vec![Evidence::Pull(elsewhere)]) };
        let shop = vec![Evidence::Pull(pull(1, "c0ffee")), Evidence::Pull(release), Evidence::Pull(closed)];
        take(&db.store, "shop", Signal { repository: Some(repository(SHOP, "Acme")), ..proves(shop) }).await;
        db.store.take(&[delivery_for(2, "other", other)]).await.expect("taken");
        let head =
            Mark::Head { repository: SHOP, head: Oid::new("c0ffee"), check: None, want: Want::Anything, lowers: false };
        let base = |branch: &str| Mark::Base { repository: SHOP, branch: branch.into() };
        let cases = [
            ("head", head, vec![1]),
            ("base", base("release"), vec![2]),
            ("unknown base", base("none"), vec![]),
            ("owner", Mark::Owner { owner: "ACME".into() }, vec![1, 2]),
            ("installation", Mark::Installation { installation: 2 }, vec![4]),
        ];
        for (id, mark, expected) in cases {
            take(&db.store, id, marks(vec![mark])).await;
            assert_eq!(due(db).await, expected, "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_installation_is_swept() {
    on_each(async |db| {
        let signal = marks(vec![Mark::Installation { installation: 5 }]);
        db.store.take(&[delivery_for(5, "a", signal)]).await.expect("taken");
        let swept = claim(&db.store).await;
        assert_eq!((swept.subject, swept.installation), (Subject::Sweep { installation: 5 }, 5));
        assert_eq!(db.store.installations().await.expect("read"), [5]);
    })
    .await;
}

#[tokio::test]
async fn a_team_finds_the_pull_requests_that_rest_on_it() {
    on_each(async |db| {
        let team = |name: &str| TeamName::parse(name).expect("a team");
        let named = NewDecision { teams: vec![team("acme/payments"), team("acme/cab")], ..decision(1, "c0ffee") };
        decided(db, 1, &named).await;
        decided(db, 2, &decision(2, "beef")).await;
        let moved = |slug: &str| {
            marks(vec![Mark::Team { organisation: "Acme".into(), slug: slug.into(), lowers: slug == "CAB" }])
        };
        take(&db.store, "cab", moved("CAB")).await;
        let wanted = {
            db.advance(SignedDuration::from_secs(2));
            claim(&db.store).await
        };
        assert_eq!((&*wanted.wants, wanted.lowers), (&[Want::Members(at("2026-03-02T10:00:00Z"))][..], true));
        let fewer = NewDecision { teams: vec![team("acme/payments")], ..decision(1, "c0ffee") };
        db.store.record_decision(&wanted, &fewer).await.expect("answered").expect("recorded");
        for (slug, expected) in [("cab", vec![]), ("payments", vec![1]), ("", vec![1]), ("pay", vec![])] {
            take(&db.store, &format!("again {slug}"), moved(slug)).await;
            assert_eq!(due(db).await, expected, "`{slug}`");
        }
    })
    .await;
}

#[tokio::test]
async fn a_check_that_no_rule_cares_about_makes_nothing_due() {
    on_each(async |db| {
        let cared = |name: &str, app: Option<&str>| CaredCheck { name: name.into(), app: app.map(Into::into) };
        let cares = CaredChecks::Only(vec![cared("build", Some("github-actions")), cared("ci/jenkins", None)]);
        decided(db, 1, &NewDecision { cares: cares.into(), check_name: "gate".into(), ..decision(1, "c0ffee") }).await;
        decided(db, 2, &NewDecision { cares: CaredChecks::All.into(), ..decision(2, "beef") }).await;
        let ours = MovedCheck { name: "gate".into(), app: Some("countersign".into()), ours: true };
        let ours = Mark::Head {
            repository: SHOP,
            head: Oid::new("c0ffee"),
            check: Some(ours),
            want: Want::Anything,
            lowers: false,
        };
        let cases = [
            ("asked for", check_moved("c0ffee", "build", Some("GitHub-Actions")), vec![1]),
            ("of another app", check_moved("c0ffee", "build", Some("circleci")), vec![]),
            ("a status of that name", check_moved("c0ffee", "build", None), vec![]),
            ("a status", check_moved("c0ffee", "ci/jenkins", None), vec![1]),
            ("nobody's", check_moved("c0ffee", "spelling", Some("github-actions")), vec![]),
            ("our name from somebody else", check_moved("c0ffee", "Countersign / prod", Some("evil")), vec![1]),
            ("our check's name from somebody else", check_moved("c0ffee", "gate", None), vec![1]),
            ("ours", ours, vec![]),
            ("any, where all matter", check_moved("beef", "spelling", None), vec![2]),
        ];
        for (id, mark, expected) in cases {
            take(&db.store, id, marks(vec![mark])).await;
            assert_eq!(due(db).await, expected, "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_only_some_policies_ask_for_makes_due_whoever_asks_for_it() {
    on_each(async |db| {
        let environments = ["staging".to_owned()].into();
        let cares = Cares { checks: CaredChecks::All, environments, threads: true };
        decided(db, 1, &NewDecision { cares, ..decision(1, "c0ffee") }).await;
        decided(db, 2, &NewDecision { cares: CaredChecks::All.into(), ..decision(2, "beef") }).await;
        let moved = |head: &str, moved: Moved| Mark::Asked {
            repository: SHOP,
            head: Oid::new(head),
            moved,
            want: Want::Anything,
            lowers: false,
        };
        let to = |environment: &str| Moved::Deployment { environment: environment.into() };
        let cases = [
            ("asked for", moved("c0ffee", to("staging")), vec![1]),
            ("to another environment", moved("c0ffee", to("load")), vec![]),
            ("where nobody asks", moved("beef", to("staging")), vec![]),
            ("of no head", moved("dead", to("staging")), vec![]),
            ("a thread, asked for", moved("c0ffee", Moved::Thread), vec![1]),
            ("a thread, where nobody asks", moved("beef", Moved::Thread), vec![]),
        ];
        for (id, mark, expected) in cases {
            take(&db.store, id, marks(vec![mark])).await;
            assert_eq!(due(db).await, expected, "{id}");
        }
    })
    .await;
}

#[test]
fn what_was_cared_for_before_there_were_deployments_is_still_read() {
    let before = r#"{"only":[{"name":"build","app":null}]}"#;
    let checks = CaredChecks::Only(vec![CaredCheck { name: "build".into(), app: None }]);
    assert_eq!(serde_json::from_str::<Cares>(before).unwrap(), checks.into());
    assert_eq!(serde_json::from_str::<Cares>("\"all\"").unwrap(), CaredChecks::All.into());
    let now = Cares { checks: CaredChecks::All, environments: ["staging".to_owned()].into(), threads: true };
    let text = serde_json::to_string(&now).unwrap();
    assert_eq!(serde_json::from_str::<Cares>(&text).unwrap(), now, "{text}");
}

#[tokio::test]
async fn any_check_matters_before_the_first_decision_and_while_one_is_made() {
    on_each(async |db| {
        let spelling = || marks(vec![check_moved("c0ffee", "spelling", Some("github-actions"))]);
        take(&db.store, "seen", proves(vec![Evidence::Pull(pull(1, "c0ffee"))])).await;
        take(&db.store, "first", spelling()).await;
        let look = claim(&db.store).await;
        db.store.record_decision(&look, &decision(1, "c0ffee")).await.expect("answered").expect("recorded");
        take(&db.store, "not asked for", spelling()).await;
        assert_eq!(due(db).await, [0; 0]);
        take(&db.store, "push", opened(1, "c0ffee")).await;
        let look = claim(&db.store).await;
        take(&db.store, "meanwhile", spelling()).await;
        db.store.record_decision(&look, &decision(1, "c0ffee")).await.expect("answered").expect("recorded");
        assert_eq!(due(db).await, [1], "the rule that cares may have come with this very look");
    })
    .await;
}

#[tokio::test]
async fn what_took_green_away_is_the_first_that_no_look_has_seen() {
    on_each(async |db| {
        let told = |what: Lowered| Signal { lowered: Some(what), ..lowers(1) };
        let (dismissed, pushed) = (Lowered::Dismissal { by: Some("carol".into()) }, Lowered::Push { by: None });
        take(&db.store, "a", told(dismissed.clone())).await;
        take(&db.store, "b", told(pushed.clone())).await;
        take(&db.store, "c", Signal { lowered: Some(Lowered::Draft), ..marks(vec![mark(1)]) }).await;
        let first = claim(&db.store).await;
        assert_eq!(first.lowered, Some(dismissed));
        take(&db.store, "d", told(pushed.clone())).await;
        assert!(db.store.done(&first, None).await.expect("done"));
        db.advance(SignedDuration::from_secs(2));
        let second = claim(&db.store).await;
        assert_eq!(second.lowered, Some(pushed), "what came after it");
        assert!(db.store.done(&second, None).await.expect("done"));
        db.advance(SignedDuration::from_secs(2));
        take(&db.store, "e", marks(vec![mark(1)])).await;
        assert_eq!(claim(&db.store).await.lowered, None);
    })
    .await;
}

#[tokio::test]
async fn wants_gather_until_a_look_has_seen_them() {
    on_each(async |db| {
        let want = |want: Want, lowers| marks(vec![Mark::Pull { repository: SHOP, number: 1, want, lowers }]);
        let review = Want::Review { id: 5, state: "approved".into() };
        take(&db.store, "a", want(Want::UpdatedAt(at("2026-03-02T10:00:05Z")), false)).await;
        take(&db.store, "b", want(Want::UpdatedAt(at("2026-03-02T10:00:01Z")), true)).await;
        take(&db.store, "c", want(review.clone(), false)).await;
        take(&db.store, "d", want(review.clone(), false)).await;
        let first = claim(&db.store).await;
        assert_eq!(first.wants, [Want::UpdatedAt(at("2026-03-02T10:00:05Z")), review]);
        assert_eq!((first.lowers, first.causes.len()), (true, 4));
        let opened = Want::Thread { node: "T1".into(), resolved: false };
        take(&db.store, "e", want(opened.clone(), false)).await;
        assert!(db.store.done(&first, None).await.expect("done"));
        db.advance(SignedDuration::from_secs(2));
        let second = claim(&db.store).await;
        assert_eq!((second.wants.as_slice(), second.lowers), ([opened].as_slice(), false), "only what came after");
        assert_eq!(second.causes, ["e"]);
        let dismissed = Want::Review { id: 5, state: "dismissed".into() };
        take(&db.store, "g", want(dismissed.clone(), true)).await;
        for id in 100..300 {
            take(&db.store, &format!("f{id}"), want(Want::Review { id, state: "approved".into() }, false)).await;
        }
        assert!(db.store.done(&second, None).await.expect("done"));
        db.advance(SignedDuration::from_secs(2));
        let third = claim(&db.store).await;
        assert_eq!((third.wants.len(), third.causes.len()), (201, 64), "deliveries are bounded");
        assert_eq!(third.wants.first(), Some(&dismissed), "and what lowers is not crowded out");
    })
    .await;
}

#[tokio::test]
async fn an_older_event_never_overwrites_what_a_newer_one_said() {
    on_each(async |db| {
        let then = |head: &str, second: &str| {
            let updated_at = at(&format!("2026-03-02T10:00:{second}Z"));
            Evidence::Pull(PullIndex { updated_at, ..pull(1, head) })
        };
        take(&db.store, "a", proves(vec![then("new", "05")])).await;
        take(&db.store, "b", proves(vec![then("old", "01")])).await;
        take(&db.store, "c", proves(vec![then("newest", "09"), then("older", "07")])).await;
        let open = db.store.open_pulls(SHOP).await.expect("read");
        assert_eq!(open.iter().map(|pull| pull.head.as_str()).collect::<Vec<_>>(), ["newest"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_gone_is_not_looked_at_until_it_comes_back() {
    on_each(async |db| {
        let gone = || proves(vec![Evidence::RepositoryGone { repository: SHOP }]);
        take(&db.store, "a", opened(1, "c0ffee")).await;
        take(&db.store, "b", gone()).await;
        assert_eq!(due(db).await, [0; 0]);
        assert_eq!(db.store.repository(SHOP).await.expect("read"), None);
        take(&db.store, "c", opened(1, "c0ffee")).await;
        let back = db.store.repository(SHOP).await.expect("read").expect("back");
        assert_eq!((back.installation, back.name.owner.as_str()), (ACME, "Acme"));
        assert_eq!(due(db).await, [1]);
        let both = [delivery("d", opened(2, "beef")), delivery("e", gone())];
        db.store.take(&both).await.expect("taken");
        assert_eq!(due(db).await, [0; 0], "in one group the last word counts");
        take(&db.store, "f", opened(1, "c0ffee")).await;
        take(&db.store, "g", proves(vec![Evidence::InstallationGone { installation: ACME }])).await;
        assert_eq!(due(db).await, [0; 0]);
        assert_eq!(db.store.installations().await.expect("read"), [0; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_decision_ends_its_row_and_a_lost_lease_records_nothing() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        let late = claim(store).await;
        db.advance(SignedDuration::from_secs(31));
        let again = claim(store).await;
        assert_eq!(again.attempts, 1, "a crash counts");
        let run = ShownRunIds {
            id: 11,
            status: RunStatus::ActionRequired,
            fingerprint: "f".into(),
            head: Oid::new("c0ffee"),
            name: "countersign".into(),
        };
        let comment = RefusedComment { hash: "h".into(), why: "locked".into() };
        let refused = Refused { comment: Some(comment), requests: None };
        let shown = ShownIds {
            run: Some(run),
            comment: Some(12),
            comment_node: Some("IC_12".into()),
            refused,
            explained: Some(Oid::new("c0ffee")),
        };
        let change = ChangeRow {
            repository: SHOP,
            number: 1,
            author: Some(3),
            opened_at: Some(at("2026-03-01T00:00:00Z")),
            merged_at: None,
            files: Some(2),
            lines: None,
            risk_level: "high".into(),
            risk_score: 60,
            outcome: Outcome::Wait,
        };
        let new = NewDecision { shown: shown.clone(), change: Some(change.clone()), ..decision(1, "c0ffee") };
        assert_eq!(store.record_decision(&late, &new).await.expect("answered"), None);
        assert!(store.decisions(SHOP, 1, 10).await.expect("read").is_empty(), "nothing of it was written");
        assert_eq!(store.shown(SHOP, 1).await.expect("read"), ShownIds::default());
        let id = store.record_decision(&again, &new).await.expect("answered").expect("recorded");
        let recorded = store.decision(id).await.expect("read").expect("there");
        assert_eq!((recorded.outcome, recorded.causes.as_slice()), (Outcome::Wait, ["a".to_owned()].as_slice()));
        assert_eq!(store.decisions(SHOP, 1, 10).await.expect("read"), [recorded]);
        assert_eq!(store.shown(SHOP, 1).await.expect("read"), shown);
        assert_eq!(store.changes(SHOP, at("2026-03-02T00:00:00Z")).await.expect("read"), [change]);
        assert!(!store.done(&again, None).await.expect("answered"), "it is over");
    })
    .await;
}

#[tokio::test]
async fn siblings_are_those_that_may_share_the_check() {
    on_each(async |db| {
        decided(db, 1, &NewDecision { own_outcome: Outcome::Pass, ..decision(1, "c0ffee") }).await;
        decided(db, 2, &NewDecision { check_name: "other".into(), ..decision(2, "c0ffee") }).await;
        decided(db, 3, &decision(3, "before")).await;
        take(&db.store, "moved", proves(vec![Evidence::Pull(pull(3, "c0ffee"))])).await;
        take(&db.store, "new", proves(vec![Evidence::Pull(pull(4, "c0ffee"))])).await;
        let siblings = db.store.open_pulls_at(SHOP, &Oid::new("c0ffee"), "countersign").await.expect("read");
        let row = |number, outcome| SiblingRow { number, outcome };
        assert_eq!(siblings, [row(1, Some(Outcome::Pass)), row(3, None), row(4, None)]);
    })
    .await;
}

#[tokio::test]
async fn evidence_tells_who_moved_a_head_and_what_a_description_said() {
    on_each(async |db| {
        let push = |branch: &str, after: &str, sender| Evidence::Push {
            repository: SHOP,
            branch: branch.into(),
            before: "c0".into(),
            after: after.into(),
            sender,
        };
        let body = |second: &str, editor, text: &str| {
            let at = at(&format!("2026-03-02T10:00:{second}Z"));
            Evidence::Body { repository: SHOP, number: 1, at, editor, text: text.into() }
        };
        let evidence = vec![
            push("fix", "c1", user(1, "ann")),
            push("fix", "c9", user(2, "bob")),
            push("main", "c2", user(3, "cem")),
            // The head was there, whether or not its commit still goes in.
            push("fix", "gone", user(4, "dea")),
            Evidence::HeadMoved {
                repository: SHOP,
                number: 1,
                before: "b0".into(),
                after: "gone".into(),
                sender: user(4, "dea"),
            },
            Evidence::HeadMoved {
                repository: SHOP,
                number: 1,
                before: "b0".into(),
                after: "c3".into(),
                sender: user(4, "dea"),
            },
            body("05", None, "second"),
            body("01", Some(user(1, "ann")), "first"),
        ];
        take(&db.store, "a", proves(evidence)).await;
        take(&db.store, "b", proves(vec![body("05", Some(user(2, "bob")), "second")])).await;
        let place = HeadPlace { repository: SHOP, number: 1, head_repository: Some(SHOP), branch: "fix" };
        let commits = (0..9).map(|n| Oid::new(format!("c{n}"))).collect::<Vec<_>>();
        let moved = db.store.pushers_of(place, &commits).await.expect("read");
        let told = |moved: &countersign::store::SeenMove| {
            let before = moved.before.as_ref().map(Oid::as_str).unwrap_or_default();
            format!("{} {before}..{}", moved.sender.login, moved.after)
        };
        let mut told: Vec<_> = moved.iter().map(told).collect();
        told.sort();
        assert_eq!(told, ["ann c0..c1", "dea b0..c3", "dea b0..gone", "dea c0..gone"]);
        let bodies = db.store.bodies(SHOP, 1).await.expect("read");
        let bodies = bodies.iter().map(|body| (body.text.as_str(), body.editor.as_ref().map(|editor| editor.id)));
        assert_eq!(bodies.collect::<Vec<_>>(), [("first", Some(1)), ("second", Some(2))], "an editor is added");
    })
    .await;
}

#[tokio::test]
async fn the_first_word_on_reviews_logins_and_layers_stays() {
    on_each(async |db| {
        let (store, now) = (&db.store, at("2026-03-02T10:00:00Z"));
        let seen =
            |commits: &str| SeenRow { base: "main".into(), commits: commits.into(), at: now, could_write: Some(true) };
        assert_eq!(store.seen_at_review(5).await.expect("read"), None);
        store.remember_seen((SHOP, 1), 5, &seen("first")).await.expect("kept");
        store.remember_seen((SHOP, 1), 5, &seen("second")).await.expect("kept");
        assert_eq!(store.seen_at_review(5).await.expect("read"), Some(seen("first")));
        store.pin_logins("acme", &[("Ann", user(1, "Ann"))], now).await.expect("kept");
        store.pin_logins("acme", &[("ann", user(9, "ann")), ("bob", user(2, "bob"))], now).await.expect("kept");
        let pins = store.login_pins("acme").await.expect("read");
        let pins = pins.iter().map(|(login, account)| (login.as_str(), account.id));
        assert_eq!(pins.collect::<Vec<_>>(), [("ann", 1), ("bob", 2)]);
        assert!(!store.organisation_layer_seen("Acme").await.expect("read"));
        store.see_organisation_layer("ACME", now).await.expect("kept");
        assert!(store.organisation_layer_seen("acme").await.expect("read"));
    })
    .await;
}

#[tokio::test]
async fn the_last_valid_policy_and_every_template_are_kept() {
    on_each(async |db| {
        let store = &db.store;
        let place = PolicyPlace { repository: SHOP, base: "main", layer: Layer::Repository };
        let version = |blob: &str, minute: u32| {
            let good_at = at(&format!("2026-03-02T10:{minute:02}:00Z"));
            PolicyVersion { blob: blob.into(), text: format!("version = 1 # {blob}"), good_at }
        };
        for (blob, minute, expected) in [("b1", 1, "b1"), ("b3", 3, "b3"), ("b2", 2, "b3")] {
            store.set_good_policy(place, &version(blob, minute)).await.expect("kept");
            let last = store.last_good_policy(place).await.expect("read").expect("there");
            assert_eq!(last.blob, expected, "after {blob}");
        }
        let elsewhere = PolicyPlace { base: "release", ..place };
        assert_eq!(store.last_good_policy(elsewhere).await.expect("read"), None);
        let template = |text: &str| TemplateVersion { blob: "b1".into(), text: text.into() };
        for (text, minute) in [("one", "01"), ("two", "02"), ("one", "03")] {
            store.add_template(SHOP, &template(text), at(&format!("2026-03-02T10:{minute}:00Z"))).await.expect("kept");
        }
        assert_eq!(store.template_versions(SHOP).await.expect("read"), [template("one"), template("two")]);
    })
    .await;
}

#[tokio::test]
async fn a_part_is_kept_once_until_its_time_is_over_and_its_hash_longer() {
    on_each(async |db| {
        let part = |text: &str| Part { kind: "files".into(), bytes: text.into() };
        let new = NewDecision { parts: vec![part("b"), part("a"), part("b")], ..decision(1, "c0ffee") };
        decided(db, 1, &new).await;
        let recorded = db.store.decisions(SHOP, 1, 1).await.expect("read").remove(0);
        let (kind, hash) = recorded.parts.first().expect("three of them").clone();
        assert_eq!(recorded.parts.len(), 3, "in the order given");
        assert_eq!(db.store.part(&kind, &hash).await.expect("read"), Some(b"b".to_vec()));
        let days = |days| DAY * days;
        let retention = Retention {
            payloads: days(5),
            parts_of: BTreeMap::from([("files".to_owned(), days(10))]),
            parts: days(1),
            evidence: days(5),
        };
        db.advance(days(8));
        let swept = db.store.retain(&retention).await.expect("swept");
        assert_eq!((swept.payloads, swept.parts), (1, 0));
        assert_eq!(db.store.payload("open 1").await.expect("read"), None);
        assert!(db.store.is_taken("open 1").await.expect("read"), "only the body went");
        db.advance(days(4));
        assert_eq!(db.store.retain(&retention).await.expect("swept").parts, 2);
        assert_eq!(db.store.part(&kind, &hash).await.expect("read"), None);
        assert_eq!(db.store.decisions(SHOP, 1, 1).await.expect("read"), [recorded], "the hash stays");
        take(&db.store, "again", opened(1, "c0ffee")).await;
        let look = claim(&db.store).await;
        db.store.record_decision(&look, &new).await.expect("answered").expect("recorded");
        assert_eq!(db.store.part(&kind, &hash).await.expect("read"), Some(b"b".to_vec()), "used again, kept again");
    })
    .await;
}

#[tokio::test]
async fn evidence_of_an_open_pull_request_stays() {
    on_each(async |db| {
        let moved = |number| Evidence::HeadMoved {
            repository: SHOP,
            number,
            before: "b".into(),
            after: "c".into(),
            sender: user(1, "ann"),
        };
        let closed = PullIndex { open: false, ..pull(2, "beef") };
        let evidence = vec![moved(1), moved(2), Evidence::Pull(pull(1, "c0ffee")), Evidence::Pull(closed)];
        take(&db.store, "a", proves(evidence)).await;
        let retention = Retention { payloads: DAY, parts_of: BTreeMap::new(), parts: DAY, evidence: DAY };
        db.advance(DAY * 3650);
        db.store.retain(&retention).await.expect("swept");
        for (number, kept) in [(1, 1), (2, 0)] {
            let place = HeadPlace { repository: SHOP, number, head_repository: None, branch: "" };
            assert_eq!(db.store.pushers_of(place, &[]).await.expect("read").len(), kept, "#{number}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_budget_is_shared_keeps_something_for_withdrawals_and_waits_when_asked_to() {
    on_each(async |db| {
        let other = db.another().await;
        let cost = |priority| Cost { writes: 1, points: 5, priority };
        let now = db.store.now().await.expect("now");
        db.advance(SignedDuration::from_millis(60_000 - now.as_millisecond() % 60_000));
        for n in 0..72 {
            let store = if n % 2 == 0 { &db.store } else { &other };
            assert!(matches!(store.spend(ACME, cost(Priority::Gate)).await.expect("asked"), Spent::Granted(_)), "{n}");
        }
        let Spent::Wait { until } = db.store.spend(ACME, cost(Priority::Gate)).await.expect("asked") else {
            panic!("80 a minute, 8 of them kept")
        };
        assert!(
            matches!(db.store.spend(2, cost(Priority::Gate)).await.expect("asked"), Spent::Granted(_)),
            "others have their own"
        );
        for n in 0..8 {
            assert!(
                matches!(db.store.spend(ACME, cost(Priority::Withdrawal)).await.expect("asked"), Spent::Granted(_)),
                "withdrawal {n}"
            );
        }
        assert!(matches!(db.store.spend(ACME, cost(Priority::Withdrawal)).await.expect("asked"), Spent::Wait { .. }));
        db.advance(until.duration_since(db.store.now().await.expect("now")) + SignedDuration::from_secs(8));
        assert!(
            matches!(db.store.spend(ACME, cost(Priority::Gate)).await.expect("asked"), Spent::Granted(_)),
            "the window slides"
        );
        let retry_after = db.store.now().await.expect("now") + SignedDuration::from_mins(10);
        db.store.park(ACME, retry_after).await.expect("parked");
        db.store.park(ACME, until).await.expect("parked");
        let wait =
            Spent::Wait { until: Timestamp::from_millisecond(retry_after.as_millisecond()).expect("an instant") };
        assert_eq!(other.spend(ACME, cost(Priority::Withdrawal)).await.expect("asked"), wait);
        db.store.unpark(ACME).await.expect("unparked");
        assert!(matches!(other.spend(ACME, cost(Priority::Withdrawal)).await.expect("asked"), Spent::Granted(_)));
    })
    .await;
}
