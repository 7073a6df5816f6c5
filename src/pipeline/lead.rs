//! How early green is taken back where time ends it: as early as it takes to take back all that is green.
//!
//! The more pull requests of an installation are green, the earlier, because GitHub
//! takes so many writes a minute and no more. Each decision counts anew; the number
//! may have grown since, and whoever turned green later is taken back earlier for it,
//! so that together they fit. They are taken back without a look, by what was decided
//! beforehand (`ending`). Absent: which of them goes first (the riskiest, in the domain).

use countersign_domain::Priority;
use countersign_domain::plan::Action;
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;

use super::lane::lane;
use super::write::POINTS_A_WRITE;
use super::{Error, Pipeline, Result};
use crate::github::{Installation, Place, Written};
use crate::queue::Work;
use crate::render::{self, Reason};
use crate::store::{Cost, GreenUntil, RepositoryRow, ShownIds};

/// So many are taken back within the minute that everything is taken back early. GitHub takes twice as many: a count does
/// not know of what turned green while it was made.
const WITHIN_A_MINUTE: u64 = 40;

/// Up to so many, whoever turns green beyond [`WITHIN_A_MINUTE`] goes a minute before the others: each of the two waves
/// fits into its minute.
const IN_TWO_WAVES: u64 = 60;

/// GitHub takes 80 writes a minute, of which what is planned uses nine in ten; some of those are for what comes up
/// meanwhile, some for catching up, and we count a little more than GitHub does.
const A_MINUTE: u64 = 50;

/// GitHub takes 500 writes an hour; a tenth of them may be used by then.
const AN_HOUR: u64 = 450;

/// For so long a count is taken for the present one.
const FRESH: SignedDuration = SignedDuration::from_secs(1);

/// For so long a higher count than the present one counts: while green is taken back its number goes down, and what was
/// taken back is not to come again for that.
const HIGH_WATER: SignedDuration = SignedDuration::from_hours(2);

/// How many pull requests of each installation are green, by the last count.
pub(super) type Greens = Cache<u64, Counted>;

/// The cache for that, empty.
pub(super) fn greens() -> Greens {
    Cache::builder().max_capacity(10_000).build()
}

/// A count, and the highest of the last hours, each with its instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    at: Timestamp,
    highest: (u64, Timestamp),
}

impl Counted {
    /// What the next count makes of it.
    fn then(before: Option<Self>, greens: u64, now: Timestamp) -> Self {
        let still = before.map(|before| before.highest).filter(|(_, at)| now.duration_since(*at) < HIGH_WATER);
        let highest = still.filter(|(highest, _)| greens < *highest).unwrap_or((greens, now));
        Self { at: now, highest }
    }
}

impl Pipeline {
    /// How early what time ends is taken back in an installation; `None` where a minute will do.
    pub(super) async fn lead(&self, installation: u64, now: Timestamp) -> Result<Option<SignedDuration>> {
        let before = self.greens.get(&installation).await;
        if let Some(counted) = before.filter(|counted| now.duration_since(counted.at).abs() < FRESH) {
            return Ok(lead_of(counted.highest.0));
        }
        let counted = Counted::then(before, self.store.greens(installation).await?, now);
        self.greens.insert(installation, counted).await;
        Ok(lead_of(counted.highest.0))
    }

    /// Takes back what is green and about to end by time alone, without a look: where much is green, looks would keep the
    /// writes waiting. When it is to be looked at again; `None` where it was not taken back so.
    pub(super) async fn take_back_early(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        number: u64,
        shown: &mut ShownIds,
    ) -> Result<Option<Timestamp>> {
        let ended = work.claim.ended.clone().filter(|green| !green.then.is_empty() && work.claim.causes.is_empty());
        let Some(GreenUntil { at, then }) = ended else { return Ok(None) };
        let now = self.store.now().await?;
        let Some(lead) = self.lead(github.id(), now).await? else { return Ok(None) };
        if !self.is_green(row, number, shown).await? {
            return Ok(None);
        }
        let Some(green) = shown.run.clone() else { return Ok(None) };
        // Whoever is refused here has begun nothing, and need not be asked whether it did. What was planned leaves a
        // tenth for what nobody could plan, as gates do; where that comes too late, it goes as what nobody could plan does.
        let ends_at = at.saturating_add(lead.saturating_sub(SignedDuration::from_mins(1))).unwrap_or(now);
        match self.pay(github.id(), Cost { writes: 1, points: POINTS_A_WRITE, priority: Priority::Gate }).await {
            Err(Error::OwnBudget { until, .. }) if until >= ends_at => return Ok(None),
            paid => paid?,
        }
        let run = render::could_not_evaluate(&green.head, &green.name, &Reason::Early { then });
        // Others that share the check must not turn it green again by what this one was when it was last decided.
        self.store.forget_outcome(row.name.id, number).await?;
        let lane = lane(row.name.id, &run.head, &run.name);
        if !self.hold_soon(work, &lane).await? {
            return Err(Error::Held);
        }
        let place = Place { owner: &row.name.owner, name: &row.name.name, number };
        let said = match self.write_paid(work, github, place, &Action::CreateRun(run.clone())).await {
            Ok(Written::Run { id, .. }) => self.remember_said(work, (row.name.id, number), shown, Some(id), run).await,
            Ok(Written::Comment { .. } | Written::Requests | Written::Reaction) => Ok(()),
            Err(error) => Err(error),
        };
        self.let_go(work, &lane).await?;
        said?;
        Ok(now.checked_add(lead).ok())
    }
}

/// Between the last minute and those before it one is free, for what did not fit into them.
fn lead_of(greens: u64) -> Option<SignedDuration> {
    let more = greens.checked_sub(WITHIN_A_MINUTE + 1)? + 1;
    if greens <= IN_TWO_WAVES {
        return Some(SignedDuration::from_mins(2));
    }
    let (minutes, hours) = (more.div_ceil(A_MINUTE), greens / AN_HOUR);
    let seconds = (2 + minutes).saturating_mul(60).saturating_add(hours.saturating_mul(3_600));
    i64::try_from(seconds).ok().map(SignedDuration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_is_green_the_earlier_it_is_taken_back() {
        let check = |greens: u64, minutes: Option<i64>| {
            assert_eq!(lead_of(greens), minutes.map(SignedDuration::from_mins), "{greens} are green");
        };
        check(0, None);
        check(40, None);
        check(41, Some(2));
        check(60, Some(2));
        check(61, Some(3));
        check(90, Some(3));
        check(91, Some(4));
        check(400, Some(10));
        check(449, Some(11));
        check(450, Some(71));
        check(1_000, Some(142));
    }

    #[test]
    fn while_green_is_taken_back_the_count_before_goes_on_counting() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let check = |before: Option<Counted>, greens: u64, minutes: i64, highest: u64| {
            let counted = Counted::then(before, greens, at(minutes));
            assert_eq!(counted.highest.0, highest, "{greens} after {minutes} minutes");
            Some(counted)
        };
        let full = check(None, 400, 0, 400);
        let going = check(full, 300, 2, 400);
        let more = check(going, 500, 60, 500);
        let gone = check(more, 0, 179, 500);
        check(gone, 7, 180, 7);
    }
}
