//! What the App asks about itself: its installations, and deliveries that GitHub could not hand over.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::client::GitHub;
use super::error::Result;

/// A delivery that did not reach us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedDelivery {
    /// GitHub's number for the attempt.
    pub id: u64,
    /// The delivery's id, the same for every attempt.
    pub guid: String,
    /// When it was tried.
    pub at: Timestamp,
}

impl GitHub {
    /// Numbers of the installations of the App that are not suspended.
    pub async fn installations(&self) -> Result<Vec<u64>> {
        #[derive(Deserialize)]
        struct Installation {
            id: u64,
            suspended_at: Option<String>,
        }
        let mut all = Vec::new();
        for page in 1.. {
            let answer: Vec<Installation> =
                self.as_app(Method::GET, &format!("/app/installations?per_page=100&page={page}"), None).await?;
            let last = answer.len() < 100;
            all.extend(
                answer
                    .iter()
                    .filter(|installation| installation.suspended_at.is_none())
                    .map(|installation| installation.id),
            );
            if last {
                break;
            }
        }
        Ok(all)
    }

    /// Deliveries since an instant of which no attempt succeeded, oldest first: GitHub keeps them for three days and
    /// tries none again by itself.
    pub async fn failed_deliveries(&self, since: Timestamp) -> Result<Vec<FailedDelivery>> {
        #[derive(Deserialize)]
        struct Attempt {
            id: u64,
            guid: String,
            delivered_at: Timestamp,
            status_code: u16,
        }
        let attempts: Vec<Attempt> = self.as_app(Method::GET, "/app/hook/deliveries?per_page=100", None).await?;
        let succeeded: std::collections::BTreeSet<_> = attempts
            .iter()
            .filter(|attempt| (200..300).contains(&attempt.status_code))
            .map(|attempt| attempt.guid.clone())
            .collect();
        let mut failed: Vec<_> = attempts
            .into_iter()
            .filter(|attempt| attempt.delivered_at >= since && !succeeded.contains(&attempt.guid))
            .map(|attempt| FailedDelivery { id: attempt.id, guid: attempt.guid, at: attempt.delivered_at })
            .collect();
        failed.sort_by_key(|delivery| (delivery.at, delivery.id));
        failed.dedup_by(|later, earlier| later.guid == earlier.guid);
        Ok(failed)
    }

    /// Asks GitHub to hand a delivery over again.
    pub async fn redeliver(&self, delivery: u64) -> Result<()> {
        let path = format!("/app/hook/deliveries/{delivery}/attempts");
        self.as_app::<Value>(Method::POST, &path, None).await.map(drop)
    }
}
