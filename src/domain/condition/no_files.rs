//! `no_files`: no changed path matches. The one condition on files that a change of no files meets.

use super::{Finding, files};
use crate::evaluate::Context;
use crate::policy::Globs;

pub(super) fn no_files(cx: &Context<'_>, globs: &Globs) -> Finding {
    files::files(cx, globs).negated()
}
