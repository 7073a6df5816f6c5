//! The environments that a change reaches once it went in, by its paths and its base.
//!
//! What is not known to be out of reach is reached: a change is not called implemented for want of a list of files.
//! Absent: what the change request says of environments, which its author could leave out.

use std::collections::BTreeMap;

use crate::condition::environment_reached;
use crate::evaluate::{Context, Seen, speaking};
use crate::facts::Facts;
use crate::policy::PolicySet;
use crate::records::Records;

/// The environments of the policies that speak about the change and that it reaches: by the policy's name for each, what
/// GitHub calls it.
pub fn environments(policies: &PolicySet, records: &Records, facts: &Facts) -> BTreeMap<String, Vec<String>> {
    let seen = Seen::new(facts);
    let cx = Context::new(policies, records, &seen);
    let layers = speaking(policies, facts);
    let defined = layers.iter().filter_map(|layer| layer.policy()).flat_map(|(_, policy)| &policy.environments);
    let reached = defined.filter(|(name, environment)| !environment_reached(&cx, name, environment).is_not());
    // The lowest layer that defines a name says what it stands for.
    reached.map(|(name, environment)| (name.clone(), environment.names.clone())).collect()
}
