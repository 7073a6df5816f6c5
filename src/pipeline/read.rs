//! All that is read of a pull request before anything is decided or written: the look, and what the policies in force
//! ask for beside it. No check is held meanwhile.
//!
//! Green that an event can only take away, or that time ends, waits for it two seconds, and goes then without a read.

use std::pin::pin;
use std::time::Duration;

use countersign_domain::facts::Facts;
use countersign_domain::plan::RunStatus;
use countersign_domain::record::Template;
use countersign_domain::{Needs, wants_modes};
use jiff::Timestamp;

use super::policies::Governing;
use super::{Error, Pipeline, Result, fresh, patience};
use crate::failpoint;
use crate::github::{self, Ask, Installation, Look, Target};
use crate::queue::{FRESHNESS, Work};
use crate::render::{COMMENT_MARKER, Reason};
use crate::signal::Want;
use crate::store::{GreenUntil, RepositoryRow, ShownIds, TemplateVersion};

/// Tries of a look that are over within that time: after half a second, and one more.
const PATIENT_TRIES: u32 = 2;

/// After how many tries, which are over in three and a half seconds, a pull request that no event told of and that GitHub
/// does not show is gone.
const GONE_TRIES: u32 = 3;

/// Why a look that came to nothing is taken again.
const MOVED: &str = "the pull request moved while it was read";

/// What reading a pull request, or a group of them, came to.
pub(super) enum Reading<T = Read> {
    /// All of it.
    Whole(Box<T>),
    /// What does not count, and is read again a little later: why.
    NotYet(&'static str),
    /// GitHub shows no such thing.
    Gone,
}

/// How new a look must be, and how long it has been waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    /// What it must show.
    pub(super) wants: &'a [Want],
    /// Whether an event asked that can only take green away.
    pub(super) lowers: bool,
    /// The newest delivery that asked.
    pub(super) newest: Option<&'a String>,
    /// How many looks in a row were not new enough.
    pub(super) tries: u32,
}

impl<'a> Asking<'a> {
    /// What the row itself asks for.
    pub(super) fn of(work: &'a Work) -> Self {
        let claim = &work.claim;
        Self { wants: &claim.wants, lowers: claim.lowers, newest: claim.causes.last(), tries: claim.tries }
    }

    /// Whether there is patience left to look again.
    pub(super) fn may_wait(&self) -> bool {
        usize::try_from(self.tries).is_ok_and(|tries| tries < FRESHNESS.len())
    }
}

/// Everything that a decision needs, but for the pull requests that share the check: those are read once it is held.
pub(super) struct Read {
    pub(super) look: Box<Look>,
    pub(super) governing: Governing,
    pub(super) facts: Facts,
    pub(super) templates: Vec<Template>,
    /// Whether GitHub does not show yet who joined a team or left it.
    pub(super) members_lag: bool,
}

impl Pipeline {
    /// Looks, and reads what the policies in force ask for beside it.
    pub(super) async fn read(&self, asking: Asking<'_>, github: &Installation, target: &Target) -> Result<Reading> {
        let mut look = match github.look(target, COMMENT_MARKER).await {
            Ok(github::Outcome::Whole(look)) => look,
            Ok(github::Outcome::Torn) => return Ok(Reading::NotYet(MOVED)),
            // A pull request that was just told of and is not there yet will be.
            Err(github::Error::NotFound(_)) if !asking.wants.is_empty() && asking.may_wait() => {
                return Ok(Reading::NotYet("GitHub does not show the pull request yet"));
            }
            // Whoever is gone no longer holds the check that he shares: one answer, which a copy that lags may have
            // given, is not enough.
            Err(github::Error::NotFound(_)) if asking.tries < GONE_TRIES => {
                return Ok(Reading::NotYet("GitHub does not show the pull request"));
            }
            Err(github::Error::NotFound(_)) => return Ok(Reading::Gone),
            Err(error) => return Err(error.into()),
        };
        failpoint::reach("look-done");
        if let Some(why) = self.stale(asking, &look).await? {
            return Ok(Reading::NotYet(why));
        }
        if self.shows_old_policies(asking, &look).await? {
            return Ok(Reading::NotYet("GitHub's branches lag behind their pushes"));
        }
        // Which policies are in force is only told by a look that counts; what they ask for beside it counts by itself.
        let governing = self.governing(github, &look).await?;
        if !self.asked(github, &mut look, &governing.loaded.needs).await? {
            return Ok(Reading::NotYet(MOVED));
        }
        if let Some(why) = self.stale(asking, &look).await? {
            return Ok(Reading::NotYet(why));
        }
        let members_since = asking.wants.iter().filter_map(|want| match want {
            Want::Members(at) => Some(*at),
            _ => None,
        });
        match self.read_beside(github, look, members_since.max(), governing).await {
            Ok(read) if read.members_lag && asking.may_wait() => {
                Ok(Reading::NotYet("GitHub's teams lag behind the events of their members"))
            }
            Ok(read) => Ok(Reading::Whole(Box::new(read))),
            Err(Error::Moved) => Ok(Reading::NotYet(MOVED)),
            Err(error) => Err(error),
        }
    }

    /// What is read; where the event can only take green away, or time has ended what it stood on, and nothing that
    /// counts is read in time, green goes meanwhile.
    pub(super) async fn or_take_back<T>(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        number: u64,
        (shown, reason): (&mut ShownIds, &Reason),
        reading: impl Future<Output = Result<Reading<T>>>,
    ) -> Result<Reading<T>> {
        if !work.claim.lowers || !self.is_green(row, number, shown).await? {
            return reading.await;
        }
        let mut reading = pin!(reading);
        let waited = self.since_asked(work).await?.unwrap_or_default();
        let Ok(read) = tokio::time::timeout(patience::of_green(work.claim.tries, waited), &mut reading).await else {
            // Both go on side by side: one may wait for what the other has begun, such as a token.
            let taken = self.take_back(work, github, row, number, shown, reason);
            let ((), read) = tokio::try_join!(taken, async { Ok(reading.await) })?;
            return read;
        };
        let in_vain = match &read {
            Ok(Reading::NotYet(_)) => work.claim.tries >= PATIENT_TRIES,
            Ok(Reading::Whole(_) | Reading::Gone) => false,
            Err(error) => matches!(error, Error::GitHub(_) | Error::OwnBudget { .. }),
        };
        if in_vain {
            self.take_back(work, github, row, number, shown, reason).await?;
        }
        read
    }

    /// Why a look is not new enough to count, where there is patience left to take it again.
    async fn stale(&self, asking: Asking<'_>, look: &Look) -> Result<Option<&'static str>> {
        let unmet = fresh::unmet(look, asking.wants);
        if unmet.is_empty() {
            return Ok(None);
        }
        if asking.may_wait() {
            return Ok(Some("GitHub's reads lag behind its events"));
        }
        let (now, since_told) = (self.store.now().await?, self.since(asking.newest).await?);
        let told = Told { lowers: asking.lowers, since: since_told, now };
        if is_refused(&unmet, told, self.rules.sweep_every) {
            let lag = "its reads have lagged behind its events for a minute";
            return Err(github::Error::Outage(lag.to_owned()).into());
        }
        tracing::warn!(?unmet, "events that GitHub's reads never showed");
        Ok(None)
    }

    /// Whether the check is green, by our own knowledge. It may have been written for another pull request that shares
    /// it, as a run of its own or by editing this one's: then that is what is shown.
    /// Where the head has moved since, what counts is what others wrote where it is now.
    pub(super) async fn is_green(&self, row: &RepositoryRow, number: u64, shown: &mut ShownIds) -> Result<bool> {
        let index = self.store.pull_index(row.name.id, number).await?;
        if let Some(index) = index.filter(|index| shown.run.as_ref().is_none_or(|run| run.head != index.head)) {
            let name = self.last_check_name(&row.name, &index.base).await?;
            let green = self.store.newest_green(row.name.id, &index.head, &name).await?;
            let is_green = green.is_some();
            shown.run = green.or_else(|| shown.run.take());
            return Ok(is_green);
        }
        let Some(own) = &shown.run else { return Ok(false) };
        let green = self.store.newest_green(row.name.id, &own.head, &own.name).await?;
        if let Some(green) = green.filter(|green| green.id >= own.id) {
            shown.run = Some(green);
        }
        Ok(shown.run.as_ref().is_some_and(|run| run.status == RunStatus::Success))
    }

    /// Adds to a look what the policies ask for beside it; false where the pull request has moved since.
    pub(super) async fn asked(&self, github: &Installation, look: &mut Look, needs: &Needs) -> Result<bool> {
        let ask = Ask { environments: needs.environments.clone(), threads: needs.threads };
        let read = github.asked(look, ask).await?;
        let whole = read.is_some();
        look.asked = read.unwrap_or_default();
        Ok(whole)
    }

    /// From a look to the facts, with all reads that the policies need.
    pub(super) async fn read_beside(
        &self,
        github: &Installation,
        look: Box<Look>,
        members_since: Option<Timestamp>,
        governing: Governing,
    ) -> Result<Read> {
        let Governing { loaded, check_name, family, .. } = &governing;
        let (mut facts, told) = self.facts(github, &look, &loaded.needs, members_since, check_name).await?;
        facts.on_demand.check_name.clone_from(family);
        facts.on_demand.failures = self.failures(&look, &loaded.policies).await?;
        facts.on_demand.required_checks = self.required_checks(github, &look, &loaded.needs).await?;
        if wants_modes(&loaded.policies, &facts.files) {
            facts.on_demand.special_files = Some(self.special_files(github, &look, &facts.files).await?);
        }
        facts.on_demand.calendars = self.calendars(github, &look, &governing).await?;
        self.emergencies(&look, &loaded.policies, &mut facts).await?;
        self.afterwards(&look, &loaded.policies, &mut facts).await?;
        let templates = self.templates(&look).await?;
        Ok(Read { look, governing, facts, templates, members_lag: told.is_shown_late() })
    }

    /// The templates of every version seen: a text that stood in one is a prompt, not an answer.
    async fn templates(&self, look: &Look) -> Result<Vec<Template>> {
        let repository = look.repository.id;
        let mut known = self.store.template_versions(repository).await?;
        for template in &look.templates {
            if !known.iter().any(|version| version.text == template.text) {
                let version = TemplateVersion { blob: template.blob.clone(), text: template.text.clone() };
                self.store.add_template(repository, &version, self.store.now().await?).await?;
                known.push(version);
            }
        }
        Ok(known.into_iter().map(|version| Template { text: version.text }).collect())
    }
}

/// What the events that asked for a look say beside what they want of it.
#[derive(Debug, Clone, Copy)]
struct Told {
    /// Whether one of them can only take green away.
    lowers: bool,
    /// How long ago the newest was received.
    since: Option<Duration>,
    now: Timestamp,
}

/// Whether a look without these is refused although the tries have run out. A pull request that is older than its event
/// never counts. What is not dated by the pull request (a check, a thread, a deployment) may never be shown; where it
/// lowers it is given up no sooner than a sweep would have come by since the newest event was received. So is what was
/// not kept apart, because some of it may have lowered.
fn is_refused(unmet: &[&Want], told: Told, sweep_every: Duration) -> bool {
    let soon = |since: Duration| since < sweep_every;
    let holds = |want: &&Want| match want {
        Want::UpdatedAt(_) | Want::Closed(_) | Want::Head { .. } | Want::Base { .. } => true,
        Want::Uncounted(at) => soon(Duration::try_from(told.now.duration_since(*at)).unwrap_or_default()),
        _ => false,
    };
    unmet.iter().any(holds) || (told.lowers && told.since.is_some_and(soon))
}

/// Why green goes without a look, for the words on the check.
pub(super) fn why_taken_back(work: &Work) -> Reason {
    match work.claim.ended.clone() {
        Some(GreenUntil { at, then }) => Reason::Ended { until: at, then },
        None => Reason::LookingAgain(work.claim.lowered.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lowers_is_given_up_no_sooner_than_a_sweep_comes_by_and_what_is_dated_never() {
        let check = |want: Want, lowers: bool, since: Option<u64>, refused: bool| {
            let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(3_600);
            let told = Told { lowers, since: since.map(Duration::from_secs), now };
            assert_eq!(is_refused(&[&want], told, Duration::from_secs(600)), refused, "{want:?} {since:?}");
        };
        let red = || Want::Check { head: "h".into(), id: 8, name: "ci".into(), app: String::new(), concluded: true };
        check(red(), false, Some(61), false);
        check(red(), true, Some(61), true);
        check(red(), true, Some(600), false);
        check(red(), true, None, false);
        let at = Timestamp::UNIX_EPOCH;
        let then = |ago: i64| Want::Uncounted(at + jiff::SignedDuration::from_secs(3_600 - ago));
        check(then(599), false, None, true);
        check(then(600), false, None, false);
        for dated in [Want::UpdatedAt(at), Want::Closed(at), Want::Head { head: "h".into(), at }] {
            check(dated, false, Some(3_600), true);
        }
    }
}
