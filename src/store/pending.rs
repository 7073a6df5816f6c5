//! What a row waits for: how new the next look must be, and the deliveries that asked.
//!
//! Of all that was told of one thing the newest is enough, so that what is kept grows with the things that moved, and not
//! with the events. Nothing of it is dropped: where there is more than can be kept, all of it becomes one want that no
//! look meets. Absent: what meets a want, which `pipeline::fresh` says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use crate::signal::{Lowered, Want};

/// How many deliveries a row keeps; beyond that the newest stay.
const CAUSES: usize = 64;

/// How many wants a row keeps apart. A workflow run has at most 256 jobs.
const WANTS: usize = 1_000;

/// What a row waits for, each with the number of the event that asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pending {
    pub(super) wants: Vec<(i64, Want)>,
    pub(super) causes: Vec<(i64, String)>,
    /// What took away from that which green stands on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lowered: Vec<(i64, Lowered)>,
}

/// What one group of deliveries asks of one row.
#[derive(Debug, Default)]
pub(super) struct Marked {
    pub(super) installation: u64,
    pub(super) wants: Vec<Want>,
    pub(super) causes: Vec<String>,
    pub(super) lowered: Vec<Lowered>,
    pub(super) lowers: bool,
    pub(super) awaited: bool,
    /// When the newest of them was received.
    pub(super) told_at: Timestamp,
}

/// The form in which a row is kept, of which another version may have written some.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Stored {
    wants: Vec<(i64, serde_json::Value)>,
    causes: Vec<(i64, String)>,
    lowered: Vec<(i64, serde_json::Value)>,
}

impl Pending {
    /// What cannot be read (another version wrote it) is not waited for: no delivery may be refused for it.
    pub(super) fn read(json: &str) -> Self {
        let odd = |error: &serde_json::Error| tracing::warn!(%error, "what a queue row waits for cannot be read");
        let Stored { wants, causes, lowered } = serde_json::from_str(json).inspect_err(odd).unwrap_or_default();
        let want = |(seq, want)| Some((seq, serde_json::from_value(want).inspect_err(odd).ok()?));
        let what = |(seq, what)| Some((seq, serde_json::from_value(what).inspect_err(odd).ok()?));
        Self {
            wants: wants.into_iter().filter_map(want).collect(),
            causes,
            lowered: lowered.into_iter().filter_map(what).collect(),
        }
    }

    pub(super) fn write(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Unreadable(error.to_string()))
    }

    /// What is left once everything up to that number was seen.
    pub(super) fn after(mut self, done: i64) -> Self {
        self.wants.retain(|(seq, _)| *seq > done);
        self.causes.retain(|(seq, _)| *seq > done);
        self.lowered.retain(|(seq, _)| *seq > done);
        self
    }

    /// The same for keeping. What was seen once stays seen, which those ask who look for others, such as a merge group;
    /// it is dropped where it would crowd out what is waited for.
    pub(super) fn without_seen(self, done: i64) -> Self {
        let wants = if self.wants.len() < WANTS / 2 { self.wants.clone() } else { Vec::new() };
        let mut left = self.after(done);
        if !wants.is_empty() {
            left.wants = wants;
        }
        left
    }

    /// Adds the wants and causes of one event, or of several that were taken together.
    pub(super) fn add(&mut self, seq: i64, more: &Marked) {
        for want in &more.wants {
            self.want(seq, want.clone());
        }
        if self.wants.len() > WANTS {
            // What is of the pull request itself is one want of each kind, and is kept.
            self.wants.retain(|(_, want)| subject(want).is_none());
            self.want(seq, Want::Uncounted(more.told_at));
        }
        // What waited for its head may be told of more than once.
        self.causes.retain(|(_, cause)| !more.causes.contains(cause));
        self.causes.extend(more.causes.iter().map(|cause| (seq, cause.clone())));
        let surplus = self.causes.len().saturating_sub(CAUSES);
        self.causes.drain(..surplus);
        // The first that is left is what took green away.
        self.lowered.extend(more.lowered.iter().map(|what| (seq, what.clone())));
        self.lowered.truncate(CAUSES);
    }

    /// Of several that were told of one thing the newest is asked of every look that the newest event is.
    fn want(&mut self, seq: i64, mut want: Want) {
        if want == Want::Anything {
            return; // every look is after the event: it is claimed after its commit
        }
        self.wants.retain(|(_, old)| {
            let is_older = covers(&want, old);
            let is_newer = !is_older && covers(old, &want);
            if is_newer {
                want = old.clone();
            }
            !(is_older || is_newer)
        });
        self.wants.push((seq, want));
    }
}

/// What a want is about, where there may be any number of such things beside a pull request.
fn subject(want: &Want) -> Option<[&str; 4]> {
    Some(match want {
        Want::Review { .. } => ["review", "", "", ""],
        Want::Check { head, name, app, .. } => ["check", head, name, app],
        Want::Status { head, context, .. } => ["status", head, context, ""],
        Want::Deployment { node, .. } => ["deployment", node, "", ""],
        Want::Thread { node, .. } => ["thread", node, "", ""],
        Want::Anything
        | Want::UpdatedAt(_)
        | Want::Closed(_)
        | Want::Head { .. }
        | Want::Base { .. }
        | Want::Members(_)
        | Want::Comment
        | Want::Rerun(_)
        | Want::Explain
        | Want::Uncounted(_) => return None,
    })
}

/// Whether a want that arrives after another takes its place: it tells how the same thing stands, and is no older.
fn covers(later: &Want, want: &Want) -> bool {
    if subject(later) != subject(want) {
        return false;
    }
    match (later, want) {
        (Want::UpdatedAt(at), Want::UpdatedAt(before))
        | (Want::Closed(at), Want::Closed(before))
        | (Want::Members(at), Want::Members(before))
        | (Want::Uncounted(at), Want::Uncounted(before))
        | (Want::Base { at, .. }, Want::Base { at: before, .. })
        | (Want::Status { at, .. }, Want::Status { at: before, .. }) => at >= before,
        // GitHub tells the second only: of two heads within one it is not known which is the newer.
        (Want::Head { head, at }, Want::Head { head: former, at: before }) => {
            at > before || (at == before && head == former)
        }
        // A dismissal is the last thing that can become of a review.
        (Want::Review { id, state }, Want::Review { id: of, state: before }) => {
            id == of && (state == "dismissed" || before != "dismissed")
        }
        (Want::Check { id, concluded, .. }, Want::Check { id: of, concluded: before, .. }) => {
            (id, concluded) >= (of, before)
        }
        // A thread may be resolved and opened again.
        (Want::Thread { .. }, Want::Thread { .. }) => true,
        (Want::Deployment { status, .. }, Want::Deployment { status: before, .. }) => {
            let instant = |status: &Option<(Timestamp, String)>| status.as_ref().map(|(at, _)| *at);
            instant(status) >= instant(before)
        }
        (Want::Comment, Want::Comment) | (Want::Explain, Want::Explain) => true,
        (Want::Rerun(run), Want::Rerun(before)) => *run == 0 || (*before != 0 && run >= before),
        _ => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn status(second: i64, state: &str) -> Want {
        Want::Status { head: "h".into(), context: "ci".into(), at: at(second), state: state.into() }
    }

    fn thread(resolved: bool) -> Want {
        Want::Thread { node: "T1".into(), resolved }
    }

    fn deployment(status: Option<(i64, &str)>) -> Want {
        let status = status.map(|(second, state)| (at(second), state.to_owned()));
        Want::Deployment { head: "h".into(), node: "D1".into(), environment: "staging".into(), status }
    }

    fn review(id: u64, state: &str) -> Want {
        Want::Review { id, state: state.into() }
    }

    fn run(app: &str, id: u64, concluded: bool) -> Want {
        Want::Check { head: "h".into(), id, name: "ci".into(), app: app.into(), concluded }
    }

    fn head(head: &str, second: i64) -> Want {
        Want::Head { head: head.into(), at: at(second) }
    }

    fn told(wants: impl IntoIterator<Item = Want>) -> Pending {
        let mut pending = Pending::default();
        for (seq, want) in (1..).zip(wants) {
            pending.add(seq, &Marked { wants: vec![want], told_at: at(seq), ..Marked::default() });
        }
        pending
    }

    #[test]
    fn of_several_that_were_told_of_one_thing_the_last_is_waited_for() {
        let check = |events: &[Want], left: &[Want]| {
            let wants: Vec<Want> = told(events.to_vec()).wants.into_iter().map(|(_, want)| want).collect();
            assert_eq!(wants, left, "of {events:?}");
        };
        check(&[status(1, "pending"), status(2, "success")], &[status(2, "success")]);
        check(&[status(2, "success"), status(1, "pending")], &[status(2, "success")]);
        check(&[status(1, "pending"), status(1, "success")], &[status(1, "success")]);
        check(&[thread(true), thread(false)], &[thread(false)]);
        check(&[deployment(Some((1, "success"))), deployment(None)], &[deployment(Some((1, "success")))]);
        check(&[deployment(None), deployment(Some((1, "queued")))], &[deployment(Some((1, "queued")))]);
        check(&[status(1, "success"), thread(true)], &[status(1, "success"), thread(true)]);
        check(&[review(4, "approved"), review(4, "dismissed")], &[review(4, "dismissed")]);
        check(&[review(4, "dismissed"), review(4, "approved")], &[review(4, "dismissed")]);
        check(&[review(4, "dismissed"), review(5, "approved")], &[review(4, "dismissed"), review(5, "approved")]);
        check(&[run("a", 8, true), run("a", 9, false)], &[run("a", 9, false)]);
        check(&[run("a", 9, true), run("a", 9, false), run("a", 8, true)], &[run("a", 9, true)]);
        check(&[run("a", 8, true), run("b", 9, true)], &[run("a", 8, true), run("b", 9, true)]);
        check(&[head("b", 2), head("a", 1)], &[head("b", 2)]);
        check(&[head("a", 1), head("b", 1), head("a", 1)], &[head("b", 1), head("a", 1)]);
        check(&[Want::UpdatedAt(at(2)), Want::UpdatedAt(at(1))], &[Want::UpdatedAt(at(2))]);
        check(&[Want::Closed(at(1)), Want::Closed(at(2))], &[Want::Closed(at(2))]);
        check(&[Want::Rerun(7), Want::Rerun(0), Want::Rerun(9)], &[Want::Rerun(0)]);
        check(&[Want::Rerun(9), Want::Rerun(7)], &[Want::Rerun(9)]);
        check(&[Want::Anything], &[]);
    }

    #[test]
    fn what_is_older_than_what_is_known_is_waited_for_by_the_newest_event() {
        let pending = told([review(4, "dismissed"), review(4, "approved")]);
        assert_eq!(pending.after(1).wants, [(2, review(4, "dismissed"))]);
    }

    #[test]
    fn a_flood_drops_nothing_that_lowers() {
        let flood = (5..).map(|id| review(id, "approved"));
        let dismissed = [head("b", 1), review(4, "dismissed")];
        let kept = told(dismissed.clone().into_iter().chain(flood.clone().take(WANTS - 2)));
        assert!(kept.wants.contains(&(2, review(4, "dismissed"))) && kept.wants.len() == WANTS);
        let count = i64::try_from(WANTS).unwrap() + 1;
        let folded = told(dismissed.into_iter().chain(flood.take(WANTS - 1)));
        assert_eq!(folded.wants, [(1, head("b", 1)), (count, Want::Uncounted(at(count)))]);
    }

    #[test]
    fn what_another_version_wrote_is_left_out_and_nothing_else() {
        let json = r#"{"wants":[[3,{"tip":"beef"}],[4,{"rerun":7}],[5,{"check":{"head":"h","id":8,"name":"ci","concluded":true}}]],"causes":[[3,"d"]]}"#;
        let read = Pending::read(json);
        assert_eq!(read.wants, [(4, Want::Rerun(7)), (5, run("", 8, true))]);
        assert_eq!((read.causes, Pending::read("odd")), (vec![(3, "d".to_owned())], Pending::default()));
    }
}
