//! The check's name: after the base, or the one that the default branch's policy gives a family of bases.
//!
//! One policy governs one name: whatever bears a family's name is judged by the
//! default branch's policy, be it of the family or a branch that happens to be
//! called so. Absent: where that policy is read.

use crate::facts::Facts;
use crate::policy::PolicySet;

/// The name of the check on the default branch, with which that of every other base begins.
pub const CHECK_NAME: &str = "countersign";

/// Whether no other check than one of ours bears that name rightly.
pub fn is_our_name(name: &str) -> bool {
    name.starts_with(CHECK_NAME)
}

/// The name of the check for pull requests into a base of no family: a check hangs on a commit that pull requests into
/// several bases may share.
pub fn check_name(base: &str, default_branch: &str) -> String {
    if base == default_branch { CHECK_NAME.to_owned() } else { format!("{CHECK_NAME}: {base}") }
}

/// The family's name of the check for pull requests into a base, by the policies of the default branch: the first that
/// fits, the organisation's before the repository's. `None` where the base is of no family.
pub fn family_name(of_default_branch: &PolicySet, base: &str, default_branch: &str) -> Option<String> {
    let names = || of_default_branch.policies().flat_map(|(_, policy)| &policy.check_names);
    let own = check_name(base, default_branch);
    let given = names().find(|(globs, _)| globs.matches(base)).map(|(_, name)| name.clone());
    given.or_else(|| names().any(|(_, name)| *name == own).then_some(own))
}

/// The name of the check that carries the decision on these facts.
pub(super) fn own_check(facts: &Facts) -> String {
    let given = facts.on_demand.check_name.clone();
    given.unwrap_or_else(|| check_name(&facts.change.base.name, &facts.repository.default_branch))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::layer::Layer;
    use crate::policy::{Read, Source, Version, load};

    #[test]
    fn one_policy_governs_one_name() {
        let names = "version = 1\n[check]\nnames = { \"release/*\" = \"countersign: release\", \"release/**\" = \"late\" }\n\
                     [[rule]]\nid = \"a\"\nallow = \"ok\"\n";
        let version = Version { blob: String::new(), text: names.to_owned() };
        let source =
            Source { layer: Layer::Repository, path: String::new(), read: Read::Text(version), last_good: None };
        let (set, found) = load(&[source]);
        assert_eq!(found, []);
        let check = |base: &str, family: Option<&str>| assert_eq!(family_name(&set, base, "main").as_deref(), family);
        check("main", None);
        check("release/1", Some("countersign: release"));
        check("release/1/2", Some("late"));
        check("dev", None);
        // A branch whose own check would have the family's name.
        check("release", Some("countersign: release"));
        assert_eq!(check_name("main", "main"), "countersign");
        assert_eq!(check_name("release/1", "main"), "countersign: release/1");
        assert_eq!(family_name(&PolicySet::default(), "main", "main"), None);
        assert!(set.policies().next().unwrap().1.unenforced_parts().is_empty());
    }
}
