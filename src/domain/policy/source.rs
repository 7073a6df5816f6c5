//! Policy files as the shell read them: where from, which version, and what the read came to.

use crate::layer::Layer;

/// The policy file of one layer as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// Which layer.
    pub layer: Layer,
    /// Repository and path, as `acme/.github/countersign.toml`.
    pub path: String,
    /// What the read came to.
    pub read: Read,
    /// The last version known to be valid, of this repository, base and layer.
    pub last_good: Option<Version>,
}

/// What reading a policy file came to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Read {
    /// The file as it is.
    Text(Version),
    /// Its repository was read, and the file is not there.
    Absent,
    /// It could not be read; why.
    Unreachable(String),
    /// The layer's repository is not covered by the installation and was never seen.
    Unseen,
}

/// A version of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// Its blob id.
    pub blob: String,
    /// Its text.
    pub text: String,
}
