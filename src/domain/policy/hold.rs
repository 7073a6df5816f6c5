//! What time holds: a freeze while it lasts, a window while it is closed.

use std::ops::Range;

use super::condition::Conditions;
use super::waive::Waive;
use crate::calendar::Times;

/// A time in which a change waits.
#[derive(Debug, Clone)]
pub struct Hold {
    /// What kind of time.
    pub kind: HoldKind,
    /// Its id within the layer.
    pub id: String,
    /// Why, for people; empty for a window.
    pub why: String,
    /// When the freeze lasts, or when the window is open.
    pub times: Times,
    /// Whether it holds deployments as well, for whoever gates them; the check holds merges.
    pub deploys: bool,
    /// Which changes it holds. Holding asks more, so that whatever is not known of a change holds it.
    pub when: Conditions,
    /// Whether nothing relaxes it.
    pub always: bool,
    /// Who may let a change through.
    pub waive: Option<Waive>,
    /// Where it stands in the file.
    pub span: Range<usize>,
}

/// What kind of time holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldKind {
    /// Nothing goes in while it lasts.
    Freeze,
    /// Nothing goes in but while it is open.
    Window,
}

impl HoldKind {
    /// The name of its table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Freeze => "freeze",
            Self::Window => "window",
        }
    }
}
