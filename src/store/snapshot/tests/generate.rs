//! Snapshots of any content, for properties that must hold of all.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::account::{Account, AccountKind, Oid, TeamName};
use countersign_domain::decision::Outcome;
use countersign_domain::facts::{
    Afterwards, Asked, Attribution, Branch, Change, ChangeState, Check, CheckMaker, CheckState, CodeownersFile,
    Command, Commit, Deployment, Description, EditedPolicy, Enforced, Facts, File, FileStatus, Gate, Known,
    ModelFailures, OnDemand, OtherChange, OtherPlan, OverdueReview, OwedReview, Plan, PlannedService, Received,
    RecordOf, Repository, RequiredCheck, Review, ReviewVerdict, Seen, Sibling, Thread, ThreadState, TicketUse,
    TrackRecord,
};
use countersign_domain::layer::Layer;
use countersign_domain::net_diff::{Carried, DiffFile, Diffs, HeadDiff, HeadMove, Side, Sides};
use countersign_domain::policy::{Permission, Read, Source, Version};
use countersign_domain::record::Template;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::Snapshot;

/// Any snapshot.
pub(super) fn snapshot() -> impl Strategy<Value = Snapshot> {
    let templates = vec(text().prop_map(|text| Template { text }), 0..3);
    (facts(), vec(source(), 0..3), templates).prop_map(|(facts, sources, templates)| Snapshot {
        facts,
        sources,
        packs: BTreeMap::new(),
        templates,
    })
}

/// Any text, control characters and all.
fn text() -> impl Strategy<Value = String> + Clone {
    vec(any::<char>(), 0..6).prop_map(String::from_iter)
}

fn known<T: std::fmt::Debug + Clone>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Known<T>> {
    prop_oneof![3 => of.prop_map(Known::Known), 1 => text().prop_map(Known::Unknown)]
}

fn instant() -> impl Strategy<Value = Timestamp> {
    let seconds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    (seconds, 0..1_000_000_000_i32).prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

fn account() -> impl Strategy<Value = Account> {
    let kind = select(vec![AccountKind::User, AccountKind::Bot, AccountKind::Other]);
    (prop_oneof![0..5_u64, any::<u64>()], text(), kind).prop_map(|(id, login, kind)| Account { id, login, kind })
}

fn accounts() -> impl Strategy<Value = BTreeSet<Account>> {
    btree_set(account(), 0..4)
}

fn oid() -> impl Strategy<Value = Oid> {
    text().prop_map(Oid::new)
}

fn held() -> impl Strategy<Value = Known<Option<Permission>>> {
    use Permission::{Admin, Maintain, Read, Triage, Write};
    known(select(&[None, Some(Read), Some(Triage), Some(Write), Some(Maintain), Some(Admin)]))
}

fn permissions() -> impl Strategy<Value = BTreeMap<Account, Known<Option<Permission>>>> {
    btree_map(account(), held(), 0..3)
}

fn required() -> impl Strategy<Value = Option<Known<BTreeSet<RequiredCheck>>>> {
    let check = (text(), option::of(any::<u64>())).prop_map(|(name, app)| RequiredCheck { name, app });
    option::of(known(btree_set(check, 0..3)))
}

fn lead() -> impl Strategy<Value = Option<SignedDuration>> {
    option::of((60..100_000_i64).prop_map(SignedDuration::from_secs))
}

fn gate() -> impl Strategy<Value = Option<Gate>> {
    let authority = known(option::of(select(&Outcome::ALL)));
    option::of((text(), authority).prop_map(|(environment, authority)| Gate { environment, authority }))
}

fn received() -> impl Strategy<Value = Option<Received>> {
    let description = (instant(), text()).prop_map(|(at, text)| Description { at, text });
    let received = (known(instant()), known(instant()), known(vec(description, 0..3)));
    option::of(received.prop_map(|(head, ready, descriptions)| Received { head, ready, descriptions }))
}

/// What others plan.
fn collisions() -> impl Strategy<Value = Option<Known<Vec<OtherPlan>>>> {
    let change = prop_oneof![
        any::<u64>().prop_map(OtherChange::Here),
        (text(), any::<u64>()).prop_map(|(repository, number)| OtherChange::Elsewhere { repository, number }),
        Just(OtherChange::Unnamed),
    ];
    let services = || btree_set(text().prop_map(|name| PlannedService { layer: Layer::Organisation, name }), 0..3);
    let plan = (instant(), instant(), services(), services(), option::of(text()), btree_set(text(), 0..3));
    let plan = plan.prop_map(|(start, end, services, needs, implementer, folders)| Plan {
        start,
        end,
        services,
        needs,
        implementer,
        folders,
    });
    let other = (change, any::<bool>(), plan).prop_map(|(change, earlier, plan)| OtherPlan { change, earlier, plan });
    option::of(known(vec(other, 0..3)))
}

fn afterwards() -> impl Strategy<Value = Option<Afterwards>> {
    let of = prop_oneof![
        (select(vec![Layer::Organisation, Layer::Repository]), text())
            .prop_map(|(layer, name)| RecordOf::Service { layer, name }),
        text().prop_map(RecordOf::Team)
    ];
    let record = (of, any::<u32>(), any::<u32>()).prop_map(|(of, successful, outcomes)| TrackRecord {
        of,
        successful,
        outcomes,
    });
    let overdue = (instant(), any::<u64>(), option::of(any::<u64>())).prop_map(|(due, number, issue)| OverdueReview {
        due,
        number,
        issue,
    });
    let all = (vec(record, 0..3), vec(overdue, 0..3));
    option::of(all.prop_map(|(track_record, overdue)| Afterwards { track_record, overdue }))
}

/// What is known of emergencies.
fn emergencies() -> impl Strategy<Value = OnDemand> {
    let owed = (instant(), any::<u64>()).prop_map(|(due, number)| OwedReview { due, number });
    (btree_map(text(), known(ticket_use()), 0..3), option::of(known(vec(owed, 0..3))), option::of(instant())).prop_map(
        |(tickets, reviews_owed, merged_at)| OnDemand { tickets, reviews_owed, merged_at, ..Default::default() },
    )
}

fn ticket_use() -> impl Strategy<Value = TicketUse> {
    prop_oneof![Just(TicketUse::Free), any::<u64>().prop_map(TicketUse::Here), Just(TicketUse::Elsewhere)]
}

fn team() -> impl Strategy<Value = TeamName> {
    (text(), text()).prop_map(|(organisation, slug)| TeamName { organisation, slug })
}

fn facts() -> impl Strategy<Value = Facts> {
    let lists =
        (known(vec(file(), 0..3)), known(vec(commit(), 0..3)), known(vec(review(), 0..3)), known(vec(command(), 0..3)));
    let people = (
        known(accounts()),
        accounts(),
        btree_map(team(), known(accounts()), 0..4),
        btree_map(text(), known(account()), 0..4),
    );
    let edit = option::of(known(option::of(text()).prop_map(|text| EditedPolicy { text })));
    let properties = option::of(known(btree_map(text(), btree_set(text(), 0..3), 0..3)));
    let on_demand = (
        option::of(known(btree_set(text(), 0..3))),
        option::of(text()),
        vec(failures(), 0..3),
        permissions(),
        required(),
        properties,
        (lead(), gate(), received(), collisions(), afterwards()),
        emergencies(),
    )
        .prop_map(
            |(
                special_files,
                check_name,
                failures,
                permissions,
                required_checks,
                properties,
                (lead, gate, received, collisions, afterwards),
                late,
            )| OnDemand {
                special_files,
                check_name,
                failures,
                permissions,
                required_checks,
                properties,
                lead,
                gate,
                received,
                collisions,
                afterwards,
                ..late
            },
        );
    let rest = (known(vec(check(), 0..3)), enforced(), edit, asked(), vec(sibling(), 0..3), any::<u64>(), on_demand);
    (instant(), repository(), change(), lists, people, rest, diffs()).prop_map(
        |(as_of, repository, change, (files, commits, reviews, commands), people, rest, diffs)| {
            let (pushers, operators, teams, accounts) = people;
            let (checks, enforced, policy_edit, asked, siblings, app_id, on_demand) = rest;
            Facts {
                as_of,
                repository,
                change,
                files,
                commits,
                reviews,
                commands,
                checks,
                pushers,
                operators,
                teams,
                accounts,
                enforced,
                policy_edit,
                asked,
                siblings,
                app_id,
                on_demand,
                diffs,
            }
        },
    )
}

fn asked() -> impl Strategy<Value = Asked> {
    let deployment = (text(), option::of(account()), text(), instant());
    let deployment =
        deployment.prop_map(|(environment, by, state, made_at)| Deployment { environment, by, state, made_at });
    let state =
        prop_oneof![Just(ThreadState::Open), option::of(account()).prop_map(|by| ThreadState::Resolved { by }),];
    let thread = (text(), state).prop_map(|(path, state)| Thread { path, state });
    let lists = (known(vec(deployment, 0..3)), known(vec(thread, 0..3)), known(any::<bool>()));
    let file = (text(), oid(), text()).prop_map(|(path, blob, text)| CodeownersFile { path, blob, text });
    let owning = btree_map(team(), known(any::<bool>()), 0..3);
    let asked = (lists, known(option::of(file)), owning).prop_map(|(lists, codeowners, owning_teams)| {
        let (deployments, threads, merged_before) = lists;
        Asked { deployments, threads, merged_before, codeowners, owning_teams }
    });
    prop_oneof![Just(Asked::default()), asked]
}

fn failures() -> impl Strategy<Value = ModelFailures> {
    (select(vec![Layer::Organisation, Layer::Repository]), text(), any::<u32>())
        .prop_map(|(layer, model, changes)| ModelFailures { layer, model, changes })
}

fn diffs() -> impl Strategy<Value = Diffs> {
    let side = || option::of((any::<u32>(), oid()).prop_map(|(mode, blob)| Side { mode, blob }));
    let sides = (side(), side()).prop_map(|(old, new)| Sides { old, new });
    let file = (file(), option::of(text()), known(sides)).prop_map(|(file, old_path, sides)| {
        let File { path, status, added, removed, .. } = file;
        DiffFile { path, old_path, status, added, removed, sides }
    });
    let head = (vec(oid(), 0..3), known(vec(commit(), 0..2)), vec(file, 0..3))
        .prop_map(|(commits, people, files)| HeadDiff { commits, people, files });
    let edit = (oid(), oid(), oid(), oid()).prop_map(|(old_base, old_head, new_base, new_head)| Carried {
        old_base,
        old_head,
        new_base,
        new_head,
    });
    let moved = (oid(), oid()).prop_map(|(before, after)| HeadMove { before, after });
    let heads = btree_map(oid(), known(head), 0..3);
    let moves = btree_map(account(), vec(moved, 0..3), 0..2);
    let patches = option::of(known(btree_map(text(), text(), 0..3)));
    (heads, btree_set(edit, 0..3), moves, patches).prop_map(|(heads, carried, moves, patches)| Diffs {
        heads,
        carried,
        moves,
        patches,
    })
}

fn repository() -> impl Strategy<Value = Repository> {
    (any::<u64>(), text(), text(), any::<bool>(), text())
        .prop_map(|(id, owner, name, public, default_branch)| Repository { id, owner, name, public, default_branch })
}

fn branch() -> impl Strategy<Value = Branch> {
    (text(), oid()).prop_map(|(name, tip)| Branch { name, tip })
}

fn change() -> impl Strategy<Value = Change> {
    let state = select(vec![ChangeState::Open, ChangeState::Closed, ChangeState::Merged]);
    let texts = (text(), text(), option::of(text()), vec(text(), 0..3));
    let flags = (any::<bool>(), any::<bool>());
    (any::<u64>(), texts, option::of(account()), state, branch(), branch(), flags, instant()).prop_map(
        |(number, (title, body, head_owner, labels), author, state, base, head, (draft, fork), updated_at)| Change {
            number,
            title,
            body,
            author,
            state,
            draft,
            base,
            head,
            head_owner,
            fork,
            labels,
            updated_at,
        },
    )
}

fn file() -> impl Strategy<Value = File> {
    use FileStatus::{Added, Changed, Copied, Modified, Removed, Renamed};
    let status = select(vec![Added, Modified, Removed, Renamed, Copied, Changed]);
    (text(), known(option::of(text())), status, any::<u64>(), any::<u64>())
        .prop_map(|(path, old_path, status, added, removed)| File { path, old_path, status, added, removed })
}

fn commit() -> impl Strategy<Value = Commit> {
    let attribution = || {
        prop_oneof![
            account().prop_map(Attribution::Account),
            Just(Attribution::GitHub),
            text().prop_map(|name| Attribution::Nobody { name }),
        ]
    };
    (oid(), attribution(), attribution(), vec(account(), 0..3), any::<bool>()).prop_map(
        |(oid, author, committer, co_authors, verified)| Commit { oid, author, committer, co_authors, verified },
    )
}

fn review() -> impl Strategy<Value = Review> {
    let dismissed = (option::of(account()), option::of(any::<bool>()))
        .prop_map(|(by, asked_for_changes)| ReviewVerdict::Dismissed { by, asked_for_changes });
    let verdict = prop_oneof![Just(ReviewVerdict::Approved), Just(ReviewVerdict::ChangesRequested), dismissed];
    (any::<u64>(), option::of(account()), verdict, instant(), option::of(oid()), any::<bool>(), seen()).prop_map(
        |(id, author, verdict, submitted_at, commit, can_write, seen)| Review {
            id,
            author,
            verdict,
            submitted_at,
            commit,
            can_write,
            seen,
        },
    )
}

fn seen() -> impl Strategy<Value = Seen> {
    let was = btree_map(team(), known(any::<bool>()), 0..3);
    let rights = (option::of(any::<bool>()), option::of(held()));
    (known(text()), known(text()), known(text()), was, rights).prop_map(
        |(base, commits, body, member_of, (could_write, held))| Seen {
            base,
            commits,
            body,
            member_of,
            could_write,
            held,
        },
    )
}

fn command() -> impl Strategy<Value = Command> {
    (any::<u64>(), account(), instant(), text(), option::of(any::<bool>()), seen(), option::of(oid())).prop_map(
        |(comment, by, at, line, can_write, seen, head)| Command { comment, by, at, line, can_write, seen, head },
    )
}

fn check() -> impl Strategy<Value = Check> {
    let app = (any::<u64>(), text()).prop_map(|(id, slug)| CheckMaker::App { id, slug });
    let maker = prop_oneof![app, option::of(account()).prop_map(CheckMaker::Creator)];
    let state = prop_oneof![Just(CheckState::Running), text().prop_map(CheckState::Concluded)];
    (text(), maker, state, any::<bool>()).prop_map(|(name, maker, state, required)| Check {
        name,
        maker,
        state,
        required,
    })
}

fn enforced() -> impl Strategy<Value = Enforced> {
    prop_oneof![Just(Enforced::Yes), text().prop_map(Enforced::No), text().prop_map(Enforced::Unknown),]
}

fn sibling() -> impl Strategy<Value = Sibling> {
    use Outcome::{Act, Block, Neutral, Pass, Silent, Unknown, Wait};
    let outcome = option::of(select(vec![Block, Unknown, Act, Wait, Pass, Neutral, Silent]));
    (any::<u64>(), outcome).prop_map(|(number, outcome)| Sibling { number, outcome })
}

fn source() -> impl Strategy<Value = Source> {
    let version = || (text(), text()).prop_map(|(blob, text)| Version { blob, text });
    let layer = select(vec![Layer::BuiltIn, Layer::Organisation, Layer::Repository]);
    let read = prop_oneof![
        version().prop_map(Read::Text),
        Just(Read::Absent),
        text().prop_map(Read::Unreachable),
        Just(Read::Unseen),
    ];
    (layer, text(), read, option::of(version())).prop_map(|(layer, path, read, last_good)| Source {
        layer,
        path,
        read,
        last_good,
    })
}
