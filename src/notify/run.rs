//! The worker that empties the outbox: claims what is due, sends it, keeps the receipt.
//!
//! At least once: a process that dies between the two sends again, with the same id. Each try that fails waits longer,
//! and after a day a message is given up: it stays, with its error, until somebody tries it again.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Channels, Failure, Message, Receipt, Sending};
use crate::failpoint;
use crate::store::{Result, Store, WaitingMessage};
use crate::telemetry::Telemetry;

/// At least so often the store is asked.
const POLL: Duration = Duration::from_secs(5);
/// How long to wait where the store does not answer.
const PAUSE: Duration = Duration::from_secs(1);
/// Longer than a send may take.
const LEASE: Duration = Duration::from_secs(90);
/// So many are sent at once.
const AT_ONCE: u32 = 8;
/// The first wait, and the longest.
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(3_600);
/// How often a receipt is tried to be kept: together, and with a send, shorter than the lease.
const KEPT_TRIES: u32 = 10;
/// How long a message is tried.
const GIVEN_UP: SignedDuration = SignedDuration::from_hours(24);

/// What the worker works with.
#[derive(Clone)]
pub struct Outbox {
    /// Where messages wait.
    pub store: Store,
    /// How they are sent.
    pub channels: Channels,
    /// What is counted.
    pub telemetry: Telemetry,
}

/// Sends what is due until `stop`; what is on its way then may end.
pub async fn run(outbox: Outbox, stop: CancellationToken) {
    let mut woken = outbox.store.woken();
    while !stop.is_cancelled() {
        woken.mark_unchanged();
        let wait = match outbox.send_due().await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the store cannot be asked for messages");
                PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = woken.changed(), if !wait.is_zero() => {}
            () = sleep(wait) => {}
        }
    }
}

impl Outbox {
    /// Sends what is due, and says how long there is nothing more to do.
    async fn send_due(&self) -> Result<Duration> {
        let wait = self.store.until_next_message().await?.unwrap_or(POLL).min(POLL);
        if !wait.is_zero() {
            return Ok(wait);
        }
        let mut sends = JoinSet::new();
        for message in self.store.claim_messages(AT_ONCE, LEASE).await? {
            let outbox = self.clone();
            sends.spawn(async move { outbox.send(message).await });
        }
        let nothing = sends.is_empty();
        // What fails of one stops no other: a send that is dropped half-way is sent twice.
        let mut failed = None;
        while let Some(sent) = sends.join_next().await {
            match sent {
                Ok(Ok(())) => {}
                Ok(Err(error)) => failed = Some(error),
                Err(error) => tracing::error!(%error, "sending a message broke"),
            }
        }
        // Another replica has what is due.
        failed.map_or(Ok(if nothing { PAUSE } else { Duration::ZERO }), Err)
    }

    async fn send(&self, waiting: WaitingMessage) -> Result<()> {
        let kind = waiting.channel.split(':').next().unwrap_or_default().to_owned();
        let now = self.store.now().await?;
        let sent = match serde_json::from_str::<Message>(&waiting.body) {
            Ok(message) => {
                self.channels.send(&waiting.channel, Sending { id: &waiting.id, message: &message, now }).await
            }
            Err(error) => Err(Failure::new(format!("the message cannot be read: {error}"))),
        };
        match sent {
            Ok(receipt) => {
                failpoint::reach("message-sent");
                self.telemetry.message(&kind, "sent");
                self.keep(&waiting, &receipt).await
            }
            Err(failure) => {
                let wait = failure.after.unwrap_or_default().max(after(waiting.attempts, fastrand::f64()));
                let later = now + SignedDuration::try_from(wait.min(LONGEST)).unwrap_or_default();
                let again = Some(later).filter(|again| again.duration_since(waiting.made_at) < GIVEN_UP);
                let what = if again.is_some() { "failed" } else { "given up" };
                self.telemetry.message(&kind, what);
                match again {
                    Some(again) => {
                        tracing::warn!(channel = waiting.channel, why = failure.why, %again, "a message was not taken");
                    }
                    None => tracing::error!(
                        channel = waiting.channel,
                        why = failure.why,
                        attempts = waiting.attempts + 1,
                        "a message was given up"
                    ),
                }
                self.store.message_failed(&waiting, &failure.why, again).await?;
                if failure.is_down {
                    self.store.park_channel(&waiting.channel, later).await?;
                }
                Ok(())
            }
        }
    }

    /// Keeps the receipt, though the store be away for a moment: without it the message is sent again.
    async fn keep(&self, sent: &WaitingMessage, receipt: &Receipt) -> Result<()> {
        let mut tries = 1;
        loop {
            match self.store.message_sent(sent, &receipt.status, &receipt.id).await {
                Err(error) if tries < KEPT_TRIES => {
                    tracing::warn!(%error, tries, "a receipt cannot be kept");
                    tries += 1;
                    sleep(PAUSE).await;
                }
                kept => return kept,
            }
        }
    }
}

/// The wait after so many failures before this one: doubled each time, and of that between half and all.
fn after(before: u32, jitter: f64) -> Duration {
    let whole = FIRST.saturating_mul(1u32.checked_shl(before).unwrap_or(u32::MAX)).min(LONGEST);
    whole.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_wait_longer_each_time_up_to_an_hour() {
        let seconds = |before| after(before, 1.0).as_secs();
        assert_eq!([0, 1, 4, 9, 10, 40].map(seconds), [5, 10, 80, 2_560, 3_600, 3_600]);
        assert_eq!(after(1, 0.0), Duration::from_secs(5), "half of it at the least");
    }
}
