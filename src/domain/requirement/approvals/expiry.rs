//! `expires`: an approval counts for a time, from GitHub's instant of its submission.

use crate::condition::Finding;
use crate::evaluate::Context;
use crate::facts::Review;
use crate::policy::EffectiveApproval;
use crate::text::Phrase;

/// Whether the approval is not too old. Where several layers set an age, each ends it.
pub(crate) fn is_fresh(cx: &Context<'_>, settings: &EffectiveApproval, review: &Review) -> Finding {
    Finding::all(settings.expires.iter().map(|age| match age.after(review.submitted_at) {
        Some(end) if !cx.lasts_until(end) => {
            let given = Phrase::words("it was given at ").instant(review.submitted_at);
            Finding::does_not(given.and(format!(", and approvals expire after {age}")))
        }
        _ => Finding::holds(Phrase::default()),
    }))
}
