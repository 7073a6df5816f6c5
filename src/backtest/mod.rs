//! What a policy would have done to the changes that were decided: each is decided again from its snapshot, once by the
//! policies that were in force and once with another text in place of one layer's.
//!
//! Every change counts once, by the last decision it was given while it was open. Nothing is read from GitHub: a fact
//! that the new policy wants and nobody fetched then is not known, and such changes are counted apart. Absent: what
//! people would have done about other demands, and how the answer is shown.

mod compare;
mod effect;
mod lacking;
mod missed;
mod scan;
mod stored;

use countersign_domain::layer::Layer;
use countersign_domain::policy::{Read, Source, Version};

pub use compare::{Compared, compare};
pub use effect::{Approvals, Change, Differs, Effect, NotKnown, Unread};
pub use missed::missed;
pub use scan::{Bounds, Which, scan};
pub use stored::{Loaded, Parts, Policies};

/// What is asked of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The layer whose file is another one.
    pub layer: Layer,
    /// The file that is tried; `None` where it would be gone.
    pub new: Option<String>,
    /// The file that it is compared with; `None`: whatever was in force then.
    pub against: Option<String>,
    /// The base branch whose changes are meant, with those of its family where it is the default one; `None`: all.
    pub base: Option<String>,
}

/// The layers' files with another text in place of one layer's.
fn replaced(sources: &[Source], layer: Layer, text: Option<&str>) -> Vec<Source> {
    let read = match text {
        Some(text) => Read::Text(Version { blob: String::new(), text: text.to_owned() }),
        None => Read::Absent,
    };
    let there = sources.iter().find(|source| source.layer == layer);
    let path = there.map_or_else(|| layer.name().to_owned(), |source| source.path.clone());
    let mut sources: Vec<Source> = sources.iter().filter(|source| source.layer != layer).cloned().collect();
    sources.push(Source { layer, path, read, last_good: None });
    sources.sort_by_key(|source| source.layer);
    sources
}
