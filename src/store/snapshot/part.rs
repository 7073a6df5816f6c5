//! A piece of a snapshot: bytes of a kind, named by their hash.

use sha2::{Digest as _, Sha256};

/// A piece of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is: `files`, `commits`, `body`, …; its retention goes by it.
    pub kind: String,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// The name of a part within its kind: the SHA-256 of its bytes in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
