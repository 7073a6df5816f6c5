//! `[approval]`: the defaults, the rule's layer, the entry, and what layers below tighten.

use super::*;
use Layer::{Organisation, Repository};

const RULE: &str = "\n[[rule]]\nid = \"a\"\nallow = \"b\"";

/// What governs an entry of the layer's, as a line of words.
fn effective(organisation: &str, repository: &str, rule_layer: Layer, entry: &str) -> String {
    let file = |text: &str| format!("version = 1\n{text}{RULE}");
    let entry =
        format!("version = 1\n[[rule]]\nid = \"a\"\napprovals = [{{ from = [\"user:carol\"], count = 1{entry} }}]");
    let Requirement::Approvals(mut entries) = valid(&entry).rules.remove(0).asks.remove(0) else { panic!("{entry}") };
    let ApprovalEntry::From { settings, .. } = entries.remove(0) else { panic!("{entry}") };
    let (set, found) = load(&[source(Organisation, &file(organisation)), source(Repository, &file(repository))]);
    assert_eq!(found, []);
    let effective = set.approval_for(rule_layer, &settings);
    let unbound: Vec<&str> = effective.unbound.iter().map(crate::record::FieldId::as_str).collect();
    let expires: Vec<String> = effective.expires.iter().map(ToString::to_string).collect();
    let unenforced: Vec<&str> = effective.unenforced.iter().map(|part| part.key.as_str()).collect();
    format!(
        "{:?} {:?} {:?} {:?} {:?} unbound {unbound:?} expires {expires:?} unenforced {unenforced:?}",
        effective.independent_of,
        effective.keep,
        effective.changes_requested,
        effective.unattributed,
        effective.request
    )
}

#[test]
fn what_is_said_nearest_counts_and_layers_below_only_tighten() {
    let default = "{Author, Committers, CoAuthors, Pushers, Operators} SameDiff Block Unknown No unbound [] expires [] unenforced []";
    let cases: &[(&str, &str, Layer, &str, &str)] = &[
        ("", "", Organisation, "", default),
        (
            "[approval]\nindependent_of = [\"author\"]\nkeep = \"same-sha\"\nchanges_requested = \"ignore\"\nunattributed = \"pusher\"\nunbound = [\"summary\", \"reason\"]",
            "",
            Organisation,
            "",
            "{Author} SameSha Ignore Pusher No unbound [\"reason\", \"summary\"] expires [] unenforced []",
        ),
        // Another layer's table governs nothing here.
        ("[approval]\nindependent_of = [\"author\"]\nunattributed = \"pusher\"", "", Repository, "", default),
        // The entry counts before its layer.
        (
            "[approval]\nindependent_of = [\"author\"]\nkeep = \"same-sha\"",
            "",
            Organisation,
            ", independent_of = [\"pushers\"], keep = \"same-diff\"",
            "{Pushers} SameDiff Block Unknown No unbound [] expires [] unenforced []",
        ),
        // A layer below tightens.
        (
            "[approval]\nindependent_of = [\"author\"]\nchanges_requested = \"ignore\"\nunattributed = \"pusher\"\nunbound = [\"summary\", \"reason\"]",
            "[approval]\nindependent_of = [\"pushers\"]\nkeep = \"same-sha\"\nchanges_requested = \"block\"\nunattributed = \"unknown\"\nunbound = [\"summary\", \"impact\"]",
            Organisation,
            "",
            "{Author, Pushers} SameSha Block Unknown No unbound [\"summary\"] expires [] unenforced []",
        ),
        // A layer below loosens nothing, not even an entry's own words.
        (
            "",
            "[approval]\nindependent_of = [\"author\"]\nchanges_requested = \"ignore\"\nunattributed = \"pusher\"\nunbound = [\"summary\"]",
            Organisation,
            ", keep = \"same-sha\"",
            "{Author, Committers, CoAuthors, Pushers, Operators} SameSha Block Unknown No unbound [] expires [] unenforced []",
        ),
        // Every layer's expiry ends an approval.
        (
            "[approval]\nrequest = \"teams\"\nexpires = \"9w\"",
            "[approval]\nexpires = \"14d\"",
            Organisation,
            ", expires = \"7d\"",
            "{Author, Committers, CoAuthors, Pushers, Operators} SameDiff Block Unknown Teams unbound [] \
             expires [\"7d\", \"14d\"] unenforced []",
        ),
        ("[approval]\nrequest = \"no\"", "", Organisation, "", default),
    ];
    for (organisation, repository, layer, entry, expected) in cases {
        assert_eq!(
            effective(organisation, repository, *layer, entry),
            *expected,
            "{organisation}\n{repository}\n{entry}"
        );
    }
}
