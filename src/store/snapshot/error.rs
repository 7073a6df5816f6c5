//! Why a snapshot cannot be restored.

/// Why a snapshot cannot be restored. It is never restored in part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no part of a kind that every snapshot has.
    #[error("the part `{kind}` is missing")]
    Absent {
        /// The kind.
        kind: &'static str,
    },
    /// A part that another one refers to is not there, or its bytes are not those that were referred to.
    #[error("the part `{kind}` is missing: none has the hash `{hash}`")]
    Missing {
        /// The kind.
        kind: &'static str,
        /// The hash referred to.
        hash: String,
    },
    /// There are several parts of a kind that a snapshot has once.
    #[error("the part `{kind}` is there {count} times, with different contents")]
    Several {
        /// The kind.
        kind: &'static str,
        /// How many there are.
        count: usize,
    },
    /// The part was written by a later countersign.
    #[error("the part `{kind}` is of version {version}, and this countersign reads version {newest}")]
    Version {
        /// The kind.
        kind: &'static str,
        /// Its version.
        version: u64,
        /// The newest version of its kind that is read.
        newest: u32,
    },
    /// The part does not say what its kind and version say.
    #[error("the part `{kind}` is broken: {problem}")]
    Broken {
        /// The kind.
        kind: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}
