//! `keep = "same-diff"`: an approval outlives a move of the head exactly where the net diff stays as it was.

use super::*;
use crate::account::Oid;
use crate::decision::Outcome::{Pass, Wait};
use crate::facts::FileStatus::{self, Added, Changed, Modified, Removed, Renamed};
use crate::facts::{Attribution, Commit, commits_hash};
use crate::net_diff::{Carried, DiffFile, HeadDiff, HeadMove, Side, Sides};

const FILE: u32 = 0o100_644;
const EXECUTABLE: u32 = 0o100_755;
const LINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;

fn side(mode: u32, blob: &str) -> Option<Side> {
    (!blob.is_empty()).then(|| Side { mode, blob: Oid::new(blob) })
}

/// A file with the modes and blobs of its sides; no blob, no side.
fn changed(path: &str, status: FileStatus, old: (u32, &str), new: (u32, &str)) -> DiffFile {
    let sides = Sides { old: side(old.0, old.1), new: side(new.0, new.1) };
    DiffFile { path: path.to_owned(), old_path: None, status, added: 10, removed: 2, sides: Known::Known(sides) }
}

fn pay() -> DiffFile {
    changed("src/pay.rs", Modified, (FILE, "b1"), (FILE, "b2"))
}

fn head(commits: &[&str], files: Vec<DiffFile>) -> Known<HeadDiff> {
    let people = commits.iter().map(|oid| commit(oid, "ann")).collect();
    let commits = commits.iter().map(|oid| Oid::new(*oid)).collect();
    Known::Known(HeadDiff { commits, people: Known::Known(people), files })
}

/// Bob approved `h1`; ann made it `h2`, all commits new. `then` and `now` are what the two change.
fn rebased(then: Vec<DiffFile>, now: Vec<DiffFile>) -> Facts {
    let mut facts = approved_by(&["bob"]);
    facts.change.head.tip = Oid::new("h2");
    facts.commits = Known::Known(vec![commit("h2", "ann")]);
    let listed = |changed: &DiffFile| File {
        path: changed.path.clone(),
        old_path: Known::Known(changed.old_path.clone()),
        status: changed.status,
        added: changed.added,
        removed: changed.removed,
    };
    facts.files = Known::Known(now.iter().map(listed).collect());
    let heads = [("h1", head(&["h1"], then)), ("h2", head(&["h2"], now))];
    facts.diffs.heads = heads.map(|(oid, head)| (Oid::new(oid), head)).into();
    facts
}

#[track_caller]
fn kept(facts: &Facts) {
    let decision = check(PEER, facts, Pass, &["peer approvals satisfied"]);
    says(&decision, "bob approved commit `h1`, and the diff is still the same");
    let strict = format!("[approval]\nkeep = \"same-sha\"\n{PEER}");
    check(&strict, facts, Wait, &["peer approvals waiting"]);
}

#[track_caller]
fn void(facts: &Facts, why: &str) {
    let decision = check(PEER, facts, Wait, &["peer approvals waiting"]);
    says(&decision, why);
}

#[test]
fn a_new_head_with_the_same_net_diff_keeps_the_approval() {
    kept(&rebased(vec![pay()], vec![pay()]));
    let all = || {
        let mut moved = changed("src/new.rs", Renamed, (FILE, "m1"), (FILE, "m1"));
        moved.old_path = Some("src/old.rs".to_owned());
        vec![
            changed("logo.png", Added, (0, ""), (FILE, "p1")),
            changed("run.sh", Changed, (FILE, "r1"), (EXECUTABLE, "r1")),
            changed("src/gone.rs", Removed, (FILE, "g1"), (0, "")),
            moved,
            pay(),
            changed("vendor/lib", Modified, (SUBMODULE, "s1"), (SUBMODULE, "s2")),
        ]
    };
    kept(&rebased(all(), all()));
    kept(&rebased(Vec::new(), Vec::new()));
}

#[test]
fn whatever_differs_in_status_path_mode_or_blob_voids() {
    let status = DiffFile { status: Changed, ..pay() };
    let old_path = DiffFile { old_path: Some("src/old.rs".to_owned()), ..pay() };
    let elsewhere = DiffFile { path: "src/buy.rs".to_owned(), ..pay() };
    let more_lines = DiffFile { added: 11, ..pay() };
    let cases = [
        (vec![], "`src/pay.rs` is no longer changed"),
        (vec![elsewhere], "`src/buy.rs` is changed only now"),
        (vec![pay(), changed("x", Added, (0, ""), (FILE, "x1"))], "`x` is changed only now"),
        (vec![more_lines], "`src/pay.rs` is changed otherwise now"),
        (vec![status], "`src/pay.rs` is changed otherwise now"),
        (vec![old_path], "`src/pay.rs` is changed otherwise now"),
        (vec![changed("src/pay.rs", Modified, (FILE, "b1"), (FILE, "b3"))], "is changed otherwise now"),
        (vec![changed("src/pay.rs", Modified, (FILE, "b0"), (FILE, "b2"))], "is changed otherwise now"),
        (vec![changed("src/pay.rs", Modified, (FILE, "b1"), (EXECUTABLE, "b2"))], "is changed otherwise now"),
        (vec![changed("src/pay.rs", Modified, (EXECUTABLE, "b1"), (EXECUTABLE, "b2"))], "is changed otherwise now"),
        // The file became a link to what had been its text.
        (vec![changed("src/pay.rs", Modified, (FILE, "b1"), (LINK, "b2"))], "is changed otherwise now"),
    ];
    for (now, why) in cases {
        void(&rebased(vec![pay()], now), why);
    }
}

/// The edit of the path was carried over from the one pair of blobs to the other.
fn carried(facts: &mut Facts, blobs: [&str; 4]) {
    let [old_base, old_head, new_base, new_head] = blobs.map(Oid::new);
    facts.diffs.carried.insert(Carried { old_base, old_head, new_base, new_head });
}

#[test]
fn a_text_may_match_hunk_for_hunk_and_nothing_else_may() {
    let other_base = |mode: u32| vec![changed("src/pay.rs", Modified, (mode, "b3"), (mode, "b4"))];
    let mut facts = rebased(vec![pay()], other_base(FILE));
    void(&facts, "`src/pay.rs` is changed otherwise now");
    // Of these four blobs, in this order.
    carried(&mut facts, ["b1", "b2", "b4", "b3"]);
    void(&facts, "`src/pay.rs` is changed otherwise now");
    carried(&mut facts, ["b1", "b2", "b3", "b4"]);
    kept(&facts);
    for mode in [LINK, SUBMODULE] {
        let then = changed("src/pay.rs", Modified, (mode, "b1"), (mode, "b2"));
        let mut facts = rebased(vec![then], other_base(mode));
        carried(&mut facts, ["b1", "b2", "b3", "b4"]);
        void(&facts, "`src/pay.rs` is changed otherwise now");
    }
    // Its mode changed along with the base.
    let mut facts = rebased(vec![pay()], other_base(EXECUTABLE));
    carried(&mut facts, ["b1", "b2", "b3", "b4"]);
    void(&facts, "`src/pay.rs` is changed otherwise now");
    // The file was moved, and the hunk with it.
    let moved = DiffFile { path: "src/buy.rs".to_owned(), ..pay() };
    let mut facts = rebased(vec![pay()], vec![moved]);
    carried(&mut facts, ["b1", "b2", "b1", "b2"]);
    void(&facts, "`src/buy.rs` is changed only now");
    // A new or removed file has no hunks to carry.
    for status in [Added, Removed] {
        let file = |blob: &str| match status {
            Added => changed("x", Added, (0, ""), (FILE, blob)),
            _ => changed("x", Removed, (FILE, blob), (0, "")),
        };
        void(&rebased(vec![file("x1")], vec![file("x2")]), "`x` is changed otherwise now");
    }
}

#[test]
fn what_cannot_be_shown_the_same_is_different() {
    let unread = DiffFile { sides: Known::unknown("GitHub answered 502"), ..pay() };
    void(&rebased(vec![unread.clone()], vec![pay()]), "what `src/pay.rs` was and is could not be read");
    void(&rebased(vec![unread.clone()], vec![unread]), "what `src/pay.rs` was and is could not be read");
    let same = || rebased(vec![pay()], vec![pay()]);
    for oid in ["h1", "h2"] {
        let mut facts = same();
        facts.diffs.heads.insert(Oid::new(oid), Known::unknown("GitHub no longer has it"));
        void(&facts, "its diff cannot be compared (`GitHub no longer has it`)");
        facts.diffs.heads.remove(&Oid::new(oid));
        void(&facts, "its diff was not compared");
    }
    // The commits of the head that was approved, or of the one now, are others than those compared.
    for oid in ["h1", "h2"] {
        let mut facts = same();
        facts.diffs.heads.insert(Oid::new(oid), head(&["h1", "h2"], vec![pay()]));
        void(&facts, "commits");
    }
    let mut facts = same();
    known(&mut facts.reviews)[0].seen.commits = Known::unknown("the server was away");
    void(&facts, "it was given on commit `h1`");
}

#[test]
fn base_and_record_bind_as_ever() {
    let mut facts = rebased(vec![pay()], vec![pay()]);
    facts.change.base.name = "release".to_owned();
    void(&facts, "it was given when the base branch was `main`, it is now `release`");
    let mut facts = rebased(vec![pay()], vec![pay()]);
    facts.change.body = "## Rollback plan\nPray".to_owned();
    void(&facts, "`backout` was edited");
}

/// Bob moved the head from `h1`, ann's, to `h2` with these commits, and has approved one of them; the diff stayed.
fn brought_up_to_date(approved: &str, commits: Vec<Commit>) -> Facts {
    let mut facts = rebased(vec![pay()], vec![pay()]);
    let ids: Vec<&str> = commits.iter().map(|commit| commit.oid.as_str()).collect();
    facts.diffs.heads.insert(Oid::new("h2"), head(&ids, vec![pay()]));
    if approved == "h2" {
        let reviews = known(&mut facts.reviews);
        reviews[0].commit = Some(Oid::new("h2"));
        reviews[0].seen.commits = Known::Known(commits_hash(&commits));
    }
    facts.commits = Known::Known(commits);
    facts.pushers = Known::Known(people(&["ann", "bob"]));
    let moved = HeadMove { before: Oid::new("h1"), after: Oid::new("h2") };
    facts.diffs.moves = [(person("bob"), vec![moved])].into();
    facts
}

#[test]
fn a_head_move_that_leaves_the_diff_the_same_makes_nobody_a_committer_or_pusher() {
    let merge = || vec![commit("h1", "ann"), commit("h2", "bob")];
    let again = || vec![Commit { committer: by("bob"), ..commit("h2", "ann") }];
    for approved in ["h1", "h2"] {
        for commits in [merge(), again()] {
            let facts = brought_up_to_date(approved, commits);
            check(PEER, &facts, Pass, &["peer approvals satisfied"]);
        }
    }
}

#[test]
fn a_head_move_that_changes_the_diff_makes_its_mover_a_pusher() {
    let mut facts = brought_up_to_date("h2", vec![commit("h1", "ann"), commit("h2", "bob")]);
    let other = changed("src/pay.rs", Modified, (FILE, "b1"), (FILE, "b3"));
    facts.diffs.heads.insert(Oid::new("h1"), head(&["h1"], vec![other]));
    void(&facts, "bob is behind commit `h2`");
    let pushers = format!("[approval]\nindependent_of = [\"pushers\"]\n{PEER}");
    let decision = check(&pushers, &facts, Wait, &["peer approvals waiting"]);
    says(&decision, "bob pushed to this pull request");
    // One of two moves is enough.
    let mut facts = brought_up_to_date("h2", vec![commit("h1", "ann"), commit("h2", "bob")]);
    let moves = facts.diffs.moves.get_mut(&person("bob")).unwrap();
    moves.push(HeadMove { before: Oid::new("h0"), after: Oid::new("h1") });
    check(&pushers, &facts, Wait, &["peer approvals waiting"]);
    // So is one that nobody knows both ends of.
    facts.diffs.moves.clear();
    check(&pushers, &facts, Wait, &["peer approvals waiting"]);
}

#[test]
fn a_move_frees_nobody_of_what_they_were_before_it() {
    // Bob wrote it, and then made it again in ann's name.
    let mut facts = brought_up_to_date("h2", vec![commit("h2", "ann")]);
    let wrote = HeadDiff { people: Known::Known(vec![commit("h1", "bob")]), ..known_head(&facts, "h1") };
    facts.diffs.heads.insert(Oid::new("h1"), Known::Known(wrote));
    void(&facts, "bob is behind commit `h1`");
    // A commit that bob wrote stays his, also made again.
    let facts = brought_up_to_date("h2", vec![commit("h2", "bob")]);
    void(&facts, "bob is behind commit `h2`");
    // Whoever brought it up to date is free, and nobody else.
    let mut facts = brought_up_to_date("h2", vec![commit("h1", "carol"), commit("h2", "bob")]);
    known(&mut facts.reviews)[0].author = Some(person("carol"));
    void(&facts, "carol is behind commit `h1`");
    // More than one commit on top: the diff may have come and gone.
    let facts = brought_up_to_date("h2", vec![commit("h1", "ann"), commit("x", "bob"), commit("h2", "bob")]);
    void(&facts, "bob is behind commit `x`");
}

#[test]
fn who_goes_back_to_what_was_there_is_not_excused_from_it() {
    // Bob committed `h1`, which ann pushed; he makes it `h2` and then `h1` again.
    let committed = || vec![Commit { committer: by("bob"), ..commit("h1", "ann") }];
    let mut facts = brought_up_to_date("h2", committed());
    let was = HeadDiff { people: Known::Known(committed()), ..known_head(&facts, "h1") };
    facts.change.head.tip = Oid::new("h1");
    known(&mut facts.reviews)[0].commit = Some(Oid::new("h1"));
    facts.diffs.heads.insert(Oid::new("h1"), Known::Known(was));
    facts.diffs.heads.insert(Oid::new("h2"), head(&["h2"], vec![pay()]));
    let moves = [("h1", "h2"), ("h2", "h1")]
        .map(|(before, after)| HeadMove { before: Oid::new(before), after: Oid::new(after) });
    facts.diffs.moves = [(person("bob"), moves.to_vec())].into();
    void(&facts, "bob is behind commit `h1`");
}

#[test]
fn a_commit_of_nobody_is_not_laid_at_the_door_of_who_brought_the_branch_up_to_date() {
    let nobody = Commit { author: Attribution::Nobody { name: "box".to_owned() }, ..commit("h1", "ann") };
    let mut facts = brought_up_to_date("h2", vec![nobody, commit("h2", "bob")]);
    facts.pushers = Known::Known(people(&["bob"]));
    let pusher = format!("[approval]\nunattributed = \"pusher\"\n{PEER}");
    check(&pusher, &facts, crate::decision::Outcome::Unknown, &["peer approvals unknown"]);
}

fn known_head(facts: &Facts, oid: &str) -> HeadDiff {
    facts.diffs.heads[&Oid::new(oid)].known().unwrap().clone()
}
