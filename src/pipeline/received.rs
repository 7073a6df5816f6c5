//! Since when a change stands as it does, by what we received: events that told of its description and of moves of its
//! head, and the looks that showed it.
//!
//! What no event told counts from the first look that showed it. Absent: how long is long enough, which the domain says.

use countersign_domain::Needs;
use countersign_domain::facts::{ChangeState, Description, Known, Received};
use jiff::Timestamp;

use super::{Pipeline, Result};
use crate::github::Look;
use crate::store::{BodyVersion, Shows, Standing};

/// So many descriptions are told of, the newest. Where there were more, the oldest of these counts as the first.
const MOST_DESCRIPTIONS: usize = 20;

impl Pipeline {
    /// Since when the change stands as it does; `None` where no policy asks.
    pub(super) async fn received(&self, look: &Look, needs: &Needs, now: Timestamp) -> Result<Option<Received>> {
        if !needs.received {
            return Ok(None);
        }
        let pull = (look.repository.id, look.change.number);
        let standing = self.store.standing(pull, &look.change.head.tip, &shows(look), now).await?;
        let bodies = self.store.bodies(pull.0, pull.1).await?;
        // An event may have been missed that took it to another base and one that took it back.
        let last_base = look.bases.iter().map(|(until, _)| *until).filter(|until| *until <= now).max();
        let ready = standing.ready.max(last_base.unwrap_or(Timestamp::MIN));
        let descriptions = Known::Known(descriptions(look, &bodies, &standing));
        Ok(Some(Received { head: Known::Known(standing.head), ready: Known::Known(ready), descriptions }))
    }
}

/// What a look shows that is counted from.
pub(super) fn shows(look: &Look) -> Shows {
    let change = &look.change;
    let is_offered = change.state == ChangeState::Open && !change.draft;
    Shows::new(&change.body, is_offered.then(|| change.base.name.clone()))
}

/// The descriptions that events told of, where those reach up to the one that stands now; else that one alone, since the
/// first look that showed it.
fn descriptions(look: &Look, bodies: &[BodyVersion], standing: &Standing) -> Vec<Description> {
    let body = &look.change.body;
    let stands = |last: &&BodyVersion| {
        look.body_edited_at.is_none_or(|edited| edited == last.at) && last.text.lines().eq(body.lines())
    };
    if bodies.last().filter(stands).is_none() {
        return vec![Description { at: standing.body, text: body.clone() }];
    }
    let newest = &bodies[bodies.len().saturating_sub(MOST_DESCRIPTIONS)..];
    newest.iter().map(|version| Description { at: version.received_at, text: version.text.clone() }).collect()
}
