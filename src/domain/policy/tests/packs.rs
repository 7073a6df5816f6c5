//! Packs: what they come to where a file switches them on, and what each of them has to be.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::*;
use Layer::{Organisation, Repository};

/// A pack that was shipped at another time.
const ROLES: &str = "version = 1\n\
    [record]\nrequired = [\"reason\"]\n\
    [environments.production]\nnames = [\"prod\"]\n\
    [authorities.approvers]\nfill = \"who authorises here\"\n\
    [authorities.peer]\npermission = \"write\"\n\
    [[risk.factor]]\nid = \"ships\"\nwhen = { environments = [\"production\"] }\nscore = 10\nwhy = \"it ships\"\n\
    [[rule]]\nid = \"approved\"\napprovals = [{ from = [\"approvers\"], count = 1 }]\n\
    [[rule]]\nid = \"peer\"\nmode = \"warn\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n";

fn shelf() -> BTreeMap<String, String> {
    BTreeMap::from([("roles".to_owned(), ROLES.to_owned())])
}

/// What layers come to with that pack on the shelf.
fn load_kept(layers: &[(Layer, &str)]) -> (PolicySet, Vec<Diagnostic>) {
    let sources: Vec<Source> =
        layers.iter().map(|(layer, text)| source(*layer, &format!("version = 1\n{text}"))).collect();
    load_with(&sources, Shelf::Kept(&shelf()))
}

fn only(text: &str) -> Policy {
    let (mut set, _) = load_kept(&[(Repository, text)]);
    set.layers.remove(0).policy.unwrap()
}

#[test]
fn a_pack_belongs_to_the_layer_that_switches_it_on_its_ids_under_its_name() {
    let policy = only(
        "mode = \"observe\"\npacks = [\"roles\"]\nrecord.required = [\"risk\", \"reason\"]\n\
         [[rule]]\nid = \"peer\"\nallow = \"a test\"",
    );
    let rules: Vec<_> = policy.rules.iter().map(|rule| (rule.id.as_str(), rule.mode)).collect();
    assert_eq!(rules, [("roles/approved", Mode::Observe), ("roles/peer", Mode::Warn), ("peer", Mode::Observe)]);
    assert_eq!(policy.factors[0].id, "roles/ships");
    let required: Vec<_> = policy.required_fields.iter().map(|field| field.as_str()).collect();
    assert_eq!(required, ["reason", "risk"]);
    assert!(policy.unenforced_parts().is_empty() && policy.asks);
}

#[test]
fn a_file_says_otherwise_what_its_pack_gives_a_name_to() {
    let policy = only(
        "packs = [\"roles\"]\n[authorities.peer]\nteams = [\"acme/web\"]\n[environments.production]\nnames = [\"live\"]",
    );
    assert_eq!((policy.authorities["peer"].teams.len(), policy.authorities["peer"].permission), (1, None));
    assert_eq!(policy.environments["production"].names, ["live"]);
    let policy = only("packs = [\"roles\"]\n[[rule]]\nid = \"a\"\napprovals = [{ from = [\"peer\"], count = 1 }]");
    assert_eq!(policy.authorities["peer"].permission, Some(Permission::Write));
}

#[test]
fn a_role_of_a_pack_waits_for_its_own_file_or_the_layer_below() {
    let fill = "[authorities.approvers]\nteams = [\"acme/leads\"]";
    let rule = "[[rule]]\nid = \"a\"\nallow = \"a test\"";
    let on = "packs = [\"roles\"]";
    let codes = |found: &[Diagnostic]| found.iter().map(|problem| problem.code).collect::<Vec<_>>();
    let teams = |set: &PolicySet, layer| set.authority(layer, "approvers").unwrap().teams.len();

    let (set, found) = load_kept(&[(Repository, on)]);
    assert_eq!((codes(&found), teams(&set, Repository)), (vec!["role-unfilled"], 0));
    // It is shown where the pack is switched on.
    assert_eq!(marks(&found, "version = 1\npacks = [\"roles\"]"), [("role-unfilled", "\"roles\"")]);

    let (set, found) = load_kept(&[(Repository, &format!("{on}\n{fill}"))]);
    assert_eq!((codes(&found), teams(&set, Repository)), (vec![], 1));
    let (set, found) = load_kept(&[(Organisation, on), (Repository, &format!("{fill}\n{rule}"))]);
    assert_eq!((codes(&found), teams(&set, Organisation)), (vec![], 1));
    // Where both layers switch it on, the lower file names the people of both.
    let (set, found) = load_kept(&[(Organisation, on), (Repository, &format!("{on}\n{fill}"))]);
    assert_eq!((codes(&found), teams(&set, Organisation), teams(&set, Repository)), (vec![], 1, 1));
}

#[test]
fn names_of_a_pack_above_are_not_defined_again_below() {
    let below = "[authorities.peer]\nusers = [\"eve\"]\n[[rule]]\nid = \"a\"\nallow = \"a test\"";
    let (_, found) = load_kept(&[(Organisation, "packs = [\"roles\"]"), (Repository, below)]);
    assert!(found.iter().any(|problem| problem.code == "redefined"), "{found:?}");
}

#[test]
fn what_a_file_above_means_by_a_name_is_not_what_a_pack_means() {
    let above = "[authorities.peer]\nusers = [\"eve\"]\n[[rule]]\nid = \"a\"\nallow = \"a test\"";
    let below = "packs = [\"roles\"]\n[authorities.approvers]\nusers = [\"eve\"]\n\
                 [[rule]]\nid = \"b\"\napprovals = [{ from = [\"peer\"], count = 1 }]";
    let (set, found) = load_kept(&[(Organisation, above), (Repository, below)]);
    assert!(found.is_empty(), "{found:?}");
    let own = Who::Authority { layer: Repository, name: "peer".to_owned() };
    for rule in &set.layers[1].policy.as_ref().unwrap().rules[1..] {
        let Requirement::Approvals(entries) = &rule.asks[0] else { panic!("{rule:?}") };
        let ApprovalEntry::From { from, .. } = &entries[0] else { panic!("{entries:?}") };
        assert_eq!(*from, std::slice::from_ref(&own), "{}", rule.id);
    }
    assert_eq!(set.authority(Repository, "peer").unwrap().permission, Some(Permission::Write));
}

#[test]
fn a_waiver_reaches_a_rule_of_a_pack_by_its_whole_id() {
    let waiver = |rule: &str| {
        let text = format!(
            "packs = [\"roles\"]\n[[waiver]]\nid = \"w\"\nrules = [\"{rule}\"]\nuntil = 2027-01-01T00:00:00Z\nwhy = \"w\""
        );
        load_kept(&[(Repository, &text)]).1.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(waiver("roles/peer"), ["role-unfilled"]);
    assert_eq!(waiver("peer"), ["unknown-name"]);
}

#[test]
fn a_pack_that_was_not_kept_with_a_decision_holds_as_it_did() {
    let policy = only("packs = [\"later\"]");
    let parts: Vec<_> = policy.unenforced_parts().into_iter().map(|part| (part.key, part.id)).collect();
    assert_eq!(parts, [("packs".to_owned(), Some("later".to_owned()))]);
}

#[test]
fn the_packs_of_a_text_are_kept_however_they_are_written() {
    let kept = |text: &str| packs_of(&[source(Repository, text)]).into_keys().collect::<Vec<_>>();
    assert_eq!(kept("packs = [\"baseline\"]"), ["baseline"]);
    assert_eq!(kept("\"p\\u0061cks\" = [\"base\\u006cine\"]"), ["baseline"]);
    assert_eq!(kept("# packs = [\"baseline\"]\nversion = 1"), [""; 0]);
    let last = Source {
        last_good: Some(Version { blob: String::new(), text: "packs = [\"baseline\"]".to_owned() }),
        ..source(Repository, "")
    };
    assert_eq!(packs_of(&[last]).len(), 1);
}

/// What a pack may say: all that is carried over to the file that switches it on.
const KEYS: [(&str, &[&str]); 3] = [
    ("", &["version", "record", "environments", "authorities", "risk", "rule", "freeze", "window", "emergency"]),
    ("record", &["required"]),
    ("risk", &["factor"]),
];

#[test]
fn every_pack_is_valid_whole_and_enforced() {
    let mut meanings: BTreeMap<String, String> = BTreeMap::new();
    for Pack { name, text } in PACKS {
        let (file, broken) = DeTable::parse_recoverable(text);
        assert!(broken.is_empty(), "{name} {broken:?}");
        let top = file.get_ref();
        for (table, allowed) in KEYS {
            let table =
                if table.is_empty() { Some(top) } else { top.get(table).and_then(|table| table.get_ref().as_table()) };
            for key in table.into_iter().flat_map(|table| table.keys()).map(|key| key.get_ref().as_ref()) {
                assert!(allowed.contains(&key), "{name} says `{key}`");
            }
        }
        // Alone, and switched on: nothing is wrong but roles that nobody fills yet.
        for text in [*text, &format!("version = 1\npacks = [\"{name}\"]\n")] {
            let (set, found) = load_one(text);
            let other: Vec<_> = found.iter().filter(|problem| problem.code != "role-unfilled").collect();
            assert!(other.is_empty(), "{name} {other:?}");
            let policy = set.layers[0].policy.as_ref().unwrap();
            assert_eq!(policy.unenforced_parts(), [], "{name}");
            for rule in &policy.rules {
                assert!(!rule.why.is_empty(), "`{}` of {name} does not say why", rule.id);
            }
        }
        // A name that two packs give means the same in both: they may be switched on together.
        let policy = valid(text);
        let people = policy.authorities.iter().map(|(word, who)| {
            (word, format!("{:?}", (&who.teams, &who.users, who.permission, &who.fill, &who.except, who.write)))
        });
        let places = policy.environments.iter().map(|(word, place)| {
            (word, format!("{:?}", (&place.names, &place.paths.written, &place.base.globs.written)))
        });
        for (word, meaning) in people.chain(places) {
            let known = meanings.entry(word.clone()).or_insert_with(|| meaning.clone());
            assert_eq!(*known, meaning, "`{word}` of {name}");
        }
    }
}
