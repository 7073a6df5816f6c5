//! What is worked out of the facts alone, once however many policies they are decided by.
//!
//! Absent: whatever a policy, the change request or the instant has a say in; see `memo`.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::memo::Memo;
use super::paths::ChangedFiles;
use crate::account::Account;
use crate::codeowners::{self, Touched};
use crate::condition::Finding;
use crate::facts::{Facts, Known};
use crate::policy::{Independence, Unattributed};

/// Facts, and what was worked out of them so far.
pub(crate) struct Seen<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) files: Known<ChangedFiles<'a>>,
    /// Whether a person, under that login, is independent of these, where a commit of nobody does that.
    pub(crate) independent: Memo<(Account, String, BTreeSet<Independence>, Unattributed), Finding>,
    /// The hash over the commits.
    pub(crate) commits: Memo<(), String>,
    /// Who owns what the change touches, once that was asked.
    touched: OnceCell<Known<Touched>>,
}

impl<'a> Seen<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        let files = match &facts.files {
            Known::Known(files) => Known::Known(ChangedFiles::new(files)),
            Known::Unknown(why) => Known::Unknown(why.clone()),
        };
        Self { facts, files, independent: Memo::default(), commits: Memo::default(), touched: OnceCell::new() }
    }

    /// Who owns what the change touches.
    pub(crate) fn touched(&self) -> &Known<Touched> {
        self.touched.get_or_init(|| match (&self.facts.asked.codeowners, &self.facts.files) {
            (Known::Known(file), Known::Known(files)) => {
                codeowners::touched(file.as_ref().map(|file| file.text.as_str()), files)
            }
            (Known::Unknown(why), _) => Known::Unknown(why.clone()),
            (_, Known::Unknown(why)) => Known::unknown(format!("the changed files: {why}")),
        })
    }
}
