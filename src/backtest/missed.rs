//! Factors that none of the changes of the past would have hit.
//!
//! A factor of which nobody knows whether it would have been hit counts as hit. Absent: what to say of the others; that
//! is a lint (`countersign_domain::policy::lint`).

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::decision::SEMANTICS;
use countersign_domain::facts::ChangeState;
use countersign_domain::layer::Layer;
use countersign_domain::policy::{Missed, packs_of};
use jiff::Timestamp;

use super::replaced;
use super::stored::{Parts, Policies};
use crate::pipeline::decision_with;
use crate::store::{self, Changes, Store};

/// How many changes are read at a time.
const PAGE: usize = 250;

/// Which factors of these files none of the last changes of a store would have hit.
///
/// # Errors
/// The database's.
pub async fn missed(store: &Store, files: &[(Layer, String)], at_most: u32) -> store::Result<Missed> {
    let wanted = Changes { since: Timestamp::MIN, repository: None, owner: None, at_most };
    let (changes, _) = store.decided_changes(&wanted).await?;
    let (mut parts, mut policies) = (Parts::default(), Policies::default());
    let (mut seen, mut hit, mut all) = (0, BTreeSet::new(), BTreeSet::new());
    for page in changes.chunks(PAGE) {
        let ids: Vec<_> = page.iter().map(|change| change.decision).collect();
        let snapshots = store.snapshots(&ids).await?;
        let packed = parts.missing(store, snapshots.values().flat_map(|kept| &kept.parts)).await?;
        parts.take(packed);
        for kept in snapshots.values().filter(|kept| kept.semantics == SEMANTICS) {
            // What cannot be restored any more says nothing of factors.
            let Ok(snapshot) = parts.snapshot(&kept.parts) else { continue };
            if snapshot.facts.change.state != ChangeState::Open {
                continue;
            }
            let then = snapshot.sources.clone();
            let sources = files.iter().fold(then, |sources, (layer, text)| replaced(&sources, *layer, Some(text)));
            let mut packs: BTreeMap<String, String> = packs_of(&sources);
            packs.extend(snapshot.packs.clone());
            let loaded = policies.of(&sources, &packs);
            let own = loaded.set.policies().filter(|(layer, _)| files.iter().any(|(file, _)| file == layer));
            all.extend(own.flat_map(|(layer, policy)| policy.factors.iter().map(move |one| (layer, one.id.clone()))));
            let decision = decision_with(&loaded.set, &loaded.fields, &snapshot.facts, &snapshot.templates);
            hit.extend(decision.risk.factors.into_iter().map(|factor| (factor.layer, factor.id)));
            seen += 1;
        }
    }
    Ok(Missed { changes: seen, factors: all.difference(&hit).cloned().collect() })
}
