//! What the App asks about itself: its installations, and deliveries that GitHub could not hand over.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::client::GitHub;
use super::error::Result;

/// One try of GitHub's to hand a delivery over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Listed")]
pub struct Attempt {
    /// GitHub's number for the attempt; a later one has a higher.
    pub id: u64,
    /// The delivery's id, the same for every attempt.
    pub guid: String,
    /// When it was tried.
    pub at: Timestamp,
    /// Whether we took it.
    pub succeeded: bool,
    /// Whether it was asked for, after another that failed.
    pub again: bool,
}

/// An attempt as GitHub lists it.
#[derive(Deserialize)]
struct Listed {
    id: u64,
    guid: String,
    delivered_at: Timestamp,
    status_code: u16,
    #[serde(default)]
    redelivery: bool,
}

impl From<Listed> for Attempt {
    fn from(listed: Listed) -> Self {
        let Listed { id, guid, delivered_at: at, status_code, redelivery: again } = listed;
        Self { id, guid, at, succeeded: (200..300).contains(&status_code), again }
    }
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

    /// A page of the attempts to hand deliveries over, newest first, and the cursor of the next one. GitHub tries none
    /// again by itself.
    pub async fn attempts(&self, cursor: Option<&str>) -> Result<(Vec<Attempt>, Option<String>)> {
        let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        self.as_app_page(&format!("/app/hook/deliveries?per_page=100{from}")).await
    }

    /// Asks GitHub to hand a delivery over again.
    pub async fn redeliver(&self, delivery: u64) -> Result<()> {
        let path = format!("/app/hook/deliveries/{delivery}/attempts");
        self.as_app::<Value>(Method::POST, &path, None).await.map(drop)
    }
}
