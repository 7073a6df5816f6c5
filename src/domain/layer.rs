//! The layers of policy, from the one that nobody below can loosen downward.

/// The repository in which an organisation keeps what holds for all of its repositories.
pub const ORGANISATION_REPOSITORY: &str = ".github";

/// Where an organisation keeps its policy in that repository.
pub const ORGANISATION_POLICY: &str = "countersign.toml";

/// Where a repository keeps its policy.
pub const REPOSITORY_POLICY: &str = ".github/countersign.toml";

/// Where a definition comes from. The order is the order of authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// What countersign itself knows, such as the standard fields.
    BuiltIn,
    /// `countersign.toml` in the organisation's `.github` repository.
    Organisation,
    /// `.github/countersign.toml` at the tip of the base branch.
    Repository,
}

impl Layer {
    /// The word shown before an id, as in `organisation/peer`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Organisation => "organisation",
            Self::Repository => "repository",
        }
    }
}
