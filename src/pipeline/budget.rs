//! What we allow ourselves to ask of GitHub: paid for beforehand, and put right by what GitHub says.

use countersign_domain::Priority;
use jiff::Timestamp;

use super::{Error, Pipeline, Result};
use crate::store::{Cost, Spent, Used};

/// A request over GraphQL, or a read over REST.
const A_READ: u32 = 1;

impl Pipeline {
    /// Pays for a piece of work, or says until when there is nothing left to pay with.
    pub(super) async fn pay(&self, installation: u64, cost: Cost) -> Result<()> {
        match self.store.spend(installation, cost).await? {
            Spent::Granted(used) => {
                self.show(installation, used);
                Ok(())
            }
            Spent::Wait { until } => Err(Error::OwnBudget { until, refused: cost.priority }),
        }
    }

    /// Pays for the first request of a look; what it takes beyond that is charged when it is known.
    pub(super) async fn pay_for_look(&self, installation: u64, priority: Priority) -> Result<()> {
        self.pay(installation, Cost { writes: 0, points: A_READ, priority }).await?;
        self.github.paid(installation, A_READ);
        Ok(())
    }

    /// Charges what was asked beyond what was paid for. It was asked: nothing waits for this, and where it cannot be
    /// kept the count is a little low.
    pub(super) async fn charge(&self, installation: u64) {
        let metered = self.github.metered(installation);
        match self.store.charge(installation, metered.reads * A_READ, metered.left).await {
            Ok(Some(used)) => self.show(installation, used),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "what was asked of GitHub could not be charged"),
        }
        if let Some(until) = metered.used_up_until {
            tracing::info!(installation, %until, "GitHub grants nothing more before then");
            self.park(installation, until).await;
        }
        if let Some(until) = metered.reads_used_up_until {
            tracing::info!(installation, %until, "GitHub grants no more looks before then");
            self.park_reads(installation, until).await;
        }
    }

    /// Nothing of the installation is begun before then. Where that cannot be kept, GitHub will say it again.
    pub(super) async fn park(&self, installation: u64, until: Timestamp) {
        if let Err(error) = self.store.park(installation, until).await {
            tracing::warn!(%error, "the installation could not be parked");
        }
    }

    /// Nothing of the installation is looked at before then; green is taken back without a look.
    pub(super) async fn park_reads(&self, installation: u64, until: Timestamp) {
        if let Err(error) = self.store.park_reads(installation, until).await {
            tracing::warn!(%error, "the reads of the installation could not be parked");
        }
    }

    fn show(&self, installation: u64, used: Used) {
        for (window, used) in [("minute", used.writes_minute), ("hour", used.writes_hour), ("points", used.points)] {
            self.telemetry.budget(installation, window, used);
        }
    }
}
