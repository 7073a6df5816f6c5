//! The handles that stories are written in. Each is a name for something in the state; all of them
//! act at once, and none has to be kept.

mod changes;
mod github;
mod issue;
mod owner;
mod pull_request;
mod repository;
mod shown;

pub use changes::{Changes, Commit};
pub use github::{GitHub, Settings};
pub use issue::Issue;
pub use owner::{Installed, Owner, Team};
pub use pull_request::{NewPullRequest, PullRequest};
pub use repository::{Dispatched, MergeGroup, Repository};
pub use shown::{Check, Comment, Delivery, Outcome, Review};
