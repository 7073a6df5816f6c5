//! Facts files: a pull request written down in a few lines, for `countersign evaluate` and for cases of policies.
//!
//! The form is documented in `docs/commands.md`, with every key and what holds where it is left out. It is versioned by
//! its key `version` and only ever added to: what is written today means the same to every later countersign. Whatever
//! is a list, a text or a yes or no may also be `{ "unknown": "why" }`, which is how a policy is tried on what could not
//! be read.
//!
//! Accounts are known by their logins here, one account per login. Absent: everything about GitHub, and the decision.

mod convert;
mod error;
mod fact;
mod heads;
mod shape;
#[cfg(test)]
mod tests;

use serde::Deserialize as _;
use serde_json::Value;

pub use self::error::Error;
pub use self::shape::FactsFile;

/// The version of the form that this countersign reads.
pub const VERSION: u32 = 1;

impl FactsFile {
    /// Reads the JSON form.
    ///
    /// # Errors
    /// Where it is no JSON, has keys that there are not, or says what its keys do not take.
    pub fn read(json: &str) -> Result<Self, Error> {
        let file: Self = serde_json::from_str(json).map_err(|error| Error::of_json(&error))?;
        file.checked()
    }

    /// Reads the same from JSON that was read already.
    ///
    /// # Errors
    /// As for [`FactsFile::read`].
    pub fn of(value: &Value) -> Result<Self, Error> {
        let file = Self::deserialize(value).map_err(|error| Error::of_json(&error))?;
        file.checked()
    }

    fn checked(self) -> Result<Self, Error> {
        if self.version == VERSION { Ok(self) } else { Err(Error::version(self.version)) }
    }
}
