//! The door's way into the store: what arrives together is written together, and
//! nothing waits for company.
//!
//! While one group is on its way to the disk the next one gathers, so that a burst
//! costs few commits and a single delivery one.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::Store;
use super::arrivals::Arrivals;
use super::error::{Error, Result};
use super::take::{Packed, Taken};
use crate::signal::Delivery;

/// The most deliveries of one group.
const ROWS: usize = 64;
/// A group that weighs so many bytes, packed, takes no more.
const BYTES: usize = 1 << 20;

struct Waiting {
    packed: Packed,
    answer: oneshot::Sender<Result<Taken>>,
}

/// Takes deliveries in groups. A clone is another handle of the same.
#[derive(Debug, Clone)]
pub struct Writer {
    sender: mpsc::Sender<Waiting>,
    arrivals: Arrivals,
}

impl Writer {
    /// Starts the one task that writes. It ends when the last handle is gone and all that came was written.
    pub fn start(store: Store) -> Self {
        let (sender, receiver) = mpsc::channel(1024);
        let arrivals = store.arrivals.clone();
        tokio::spawn(write(store, receiver));
        Self { sender, arrivals }
    }

    /// Takes a delivery: it is on the disk when this returns. It is taken even where the caller does not wait.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self, delivery: Delivery) -> Result<Taken> {
        let _arrival = self.arrivals.one();
        let packed = Packed::new(delivery); // here, where many callers do it at once
        let (answer, taken) = oneshot::channel();
        self.sender.send(Waiting { packed, answer }).await.map_err(|_| Error::Stopped)?;
        taken.await.map_err(|_| Error::Stopped)?
    }
}

async fn write(store: Store, mut receiver: mpsc::Receiver<Waiting>) {
    let mut waiting = VecDeque::new();
    let mut arrived = Vec::with_capacity(ROWS);
    loop {
        if waiting.is_empty() && receiver.recv_many(&mut arrived, ROWS).await == 0 {
            return;
        }
        waiting.extend(arrived.drain(..));
        let (group, answers) = next_group(&mut waiting);
        match store.take_packed(&group).await {
            Ok(taken) => answers.into_iter().zip(taken).for_each(|(answer, taken)| tell(answer, Ok(taken))),
            Err(Error::Unreachable(why)) => {
                answers.into_iter().for_each(|answer| tell(answer, Err(Error::Unreachable(Arc::clone(&why)))));
            }
            // One that cannot be written must not take the others with it, and each caller gets an error of its own.
            Err(_) => {
                for (delivery, answer) in group.into_iter().zip(answers) {
                    let taken = store.take_packed(&[delivery]).await;
                    tell(answer, taken.and_then(|taken| taken.first().copied().ok_or(Error::Stopped)));
                }
            }
        }
    }
}

fn next_group(waiting: &mut VecDeque<Waiting>) -> (Vec<Packed>, Vec<oneshot::Sender<Result<Taken>>>) {
    let mut group = Vec::new();
    let mut answers = Vec::new();
    let mut bytes = 0;
    while group.len() < ROWS && bytes < BYTES {
        let Some(Waiting { packed, answer }) = waiting.pop_front() else { break };
        bytes += packed.weight();
        group.push(packed);
        answers.push(answer);
    }
    (group, answers)
}

/// Whoever does not wait any more is not told.
fn tell(answer: oneshot::Sender<Result<Taken>>, taken: Result<Taken>) {
    drop(answer.send(taken));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weights: &[usize], groups: &[usize]) {
        let mut waiting = weights.iter().map(|weight| waiting(*weight)).collect::<VecDeque<_>>();
        for expected in groups {
            assert_eq!(next_group(&mut waiting).0.len(), *expected, "{weights:?}");
        }
        assert!(waiting.is_empty());
    }

    fn waiting(weight: usize) -> Waiting {
        Waiting { packed: Packed::of_weight(weight), answer: oneshot::channel().0 }
    }

    #[test]
    fn a_group_ends_at_64_rows_or_a_mebibyte() {
        check(&[10; 3], &[3]);
        check(&[10; 65], &[64, 1]);
        check(&[BYTES / 2, BYTES / 2, 10], &[2, 1]);
        check(&[2 * BYTES, 10], &[1, 1]);
    }
}
