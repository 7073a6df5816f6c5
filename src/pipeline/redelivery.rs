//! Deliveries that GitHub could not hand over, asked for again.
//!
//! GitHub's list of attempts is read back over three days, or to where it was read
//! before; a walk that was broken off goes on where it stood. What comes again comes
//! through the door like all others. Absent: what the deliveries say.

use std::collections::BTreeMap;

use countersign_domain::Priority;
use jiff::{SignedDuration, Timestamp};

use super::{Pipeline, Result};
use crate::github::{self, Attempt};
use crate::queue::Outcome;
use crate::store::{Cost, DeliveryWalk, MissedDelivery};

/// GitHub hands over again what it tried within the last three days (its documents on "Redelivering webhooks").
const KEPT: SignedDuration = SignedDuration::from_hours(72);
/// An attempt is listed once it is over, so that an older one may be listed after a newer one was read.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(15);
/// Pages that are read, and deliveries that are asked for, before others are let in.
const PAGES_AT_ONCE: u32 = 50;
const ASKED_AT_ONCE: u32 = 50;
/// When it then goes on.
const SOON: SignedDuration = SignedDuration::from_secs(5);
/// Events without an installation pay for what the App asks for itself.
const NO_INSTALLATION: u64 = 0;
/// What GitHub counts for a read, and for a request that changes something.
const READ: Cost = Cost { writes: 0, points: 1, priority: Priority::Grant };
const CHANGE: Cost = Cost { writes: 0, points: 5, priority: Priority::Grant };

impl Pipeline {
    /// Reads on in the list of attempts, and asks for what never arrived.
    pub(super) async fn redelivery(&self) -> Result<Outcome> {
        let since = self.store.forget_missed(KEPT).await?;
        let all_read = self.read_attempts(since).await?;
        let missed = self.store.missed_deliveries(since, ASKED_AT_ONCE).await?;
        for (guid, attempt) in &missed {
            self.pay(NO_INSTALLATION, CHANGE).await?;
            match self.github.redeliver(*attempt).await {
                // GitHub no longer has it: nobody will.
                Ok(()) | Err(github::Error::NotFound(_) | github::Error::Refused(_)) => {
                    self.store.remember_asked_again(guid, *attempt).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if !missed.is_empty() {
            tracing::info!(deliveries = missed.len(), "asked for again");
        }
        let next = if all_read && missed.len() < ASKED_AT_ONCE as usize {
            self.next_sweep().await?
        } else {
            self.store.now().await? + SOON
        };
        Ok(Outcome::Done { next: Some(next) })
    }

    /// Reads back until what was read before, or as many pages as are read at once; false where there are more.
    async fn read_attempts(&self, since: Timestamp) -> Result<bool> {
        let mut walk = self.store.delivery_walk().await?;
        let seen = walk.seen_until.saturating_sub(UNDER_WAY).map_or(since, |seen| seen.max(since));
        for _ in 0..PAGES_AT_ONCE {
            self.pay(NO_INSTALLATION, READ).await?;
            let from = Some(walk.cursor.as_str()).filter(|cursor| !cursor.is_empty());
            let (attempts, next) = match self.github.attempts(from).await {
                Ok(page) => page,
                Err(github::Error::NotFound(_) | github::Error::Refused(_)) if from.is_some() => {
                    // GitHub no longer knows the cursor: from the newest on.
                    let anew = DeliveryWalk { cursor: String::new(), ..walk };
                    self.store.remember_missed(&[], &anew).await?;
                    return Ok(false);
                }
                Err(error) => return Err(error.into()),
            };
            if from.is_none() {
                walk.top = attempts.first().map_or(walk.seen_until, |newest| newest.at);
            }
            let is_last = next.is_none() || attempts.last().is_none_or(|oldest| oldest.at < seen);
            walk = match next.filter(|_| !is_last) {
                Some(cursor) => DeliveryWalk { cursor, ..walk },
                None => DeliveryWalk { seen_until: walk.top, cursor: String::new(), ..walk },
            };
            self.store.remember_missed(&missed(attempts, since), &walk).await?;
            if walk.cursor.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What is to be known of a page: which deliveries failed, and which of those arrived in the end. What arrived at once
/// is none of them.
fn missed(attempts: Vec<Attempt>, since: Timestamp) -> Vec<MissedDelivery> {
    let mut newest: BTreeMap<String, MissedDelivery> = BTreeMap::new();
    for Attempt { id, guid, at, succeeded, again } in attempts {
        let known = newest.get(&guid).is_some_and(|known| known.attempt > id);
        if at >= since && (!succeeded || again) && !known {
            newest.insert(guid.clone(), MissedDelivery { guid, attempt: id, failed: !succeeded, at });
        }
    }
    newest.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_attempts_the_newest_tells_whether_a_delivery_arrived() {
        let at = |second: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        let attempt = |id: u64, guid: &str, succeeded: bool, again: bool| {
            let (guid, at) = (guid.to_owned(), at(id.cast_signed()));
            Attempt { id, guid, at, succeeded, again }
        };
        let page = vec![
            attempt(9, "arrived", true, true),
            attempt(8, "lost", false, true),
            attempt(7, "at once", true, false),
            attempt(6, "lost", false, false),
            attempt(5, "arrived", false, false),
            attempt(1, "long ago", false, false),
        ];
        let told: Vec<_> = missed(page, at(2)).into_iter().map(|it| (it.guid, it.attempt, it.failed)).collect();
        assert_eq!(told, [("arrived".to_owned(), 9, false), ("lost".to_owned(), 8, true)]);
    }
}
