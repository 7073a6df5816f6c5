//! What the layers come to together.

use super::*;
use Layer::{Organisation, Repository};

/// Two files, and what is found in which.
pub(super) struct StackCase {
    organisation: &'static str,
    repository: &'static str,
    /// Whether the repository's text was valid before the organisation's was edited.
    was_valid: bool,
    pub(super) found: &'static [(Layer, &'static str, &'static str)],
}

const fn case(
    organisation: &'static str,
    repository: &'static str,
    found: &'static [(Layer, &'static str, &'static str)],
) -> StackCase {
    StackCase { organisation, repository, was_valid: false, found }
}

const fn after_edit(mut case: StackCase) -> StackCase {
    case.was_valid = true;
    case
}

const PEER: &str = "[authorities.peer]\npermission = \"write\"\n[[rule]]\nid = \"a\"\nallow = \"b\"";
const ROLE: &str = "[authorities.approvers]\nfill = \"who\"\n\
                    [[rule]]\nid = \"a\"\napprovals = [{ from = [\"approvers\"], count = 1 }]";

pub(super) const CASES: &[StackCase] = &[
    case(PEER, "[[rule]]\nid = \"a\"\napprovals = [{ from = [\"peer\"], count = 1 }]", &[]),
    case(
        PEER,
        "[[rule]]\nid = \"a\"\napprovals = [{ from = [\"per\"], count = 1 }]",
        &[(Repository, "unknown-name", "\"per\"")],
    ),
    // Defining again
    case(PEER, "[authorities.peer]\nusers = [\"eve\"]", &[(Repository, "redefined", "peer")]),
    after_edit(case(PEER, "[authorities.peer]\nusers = [\"eve\"]", &[(Repository, "redefined", "peer")])),
    case(
        "[services.a]\npaths = [\"a\"]\n[environments.e]\nnames = [\"e\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"",
        "[services.a]\npaths = [\"a\"]\n[environments.e]\nnames = [\"e\"]",
        &[(Repository, "redefined", "a"), (Repository, "redefined", "e")],
    ),
    case(
        "[record]\nrequired = [\"notice\"]\n[record.fields.notice]\nkind = \"text\"",
        "[record.fields.notice]\nkind = \"text\"",
        &[(Repository, "redefined", "notice")],
    ),
    case(
        "[record]\nrequired = [\"notice\"]\n[record.fields.notice]\nkind = \"text\"",
        "[record.fields.notice]\naliases = [\"who knows\"]\n[record.fields.backout]\naliases = [\"way back\"]",
        &[],
    ),
    case(
        "[record]\nrequired = [\"backout\"]",
        "[record.fields.backout]\nnone = \"refuse\"",
        &[(Repository, "redefined", "backout")],
    ),
    case(
        "[record]\nrequired = [\"notice\"]\n[record.fields.notice]\naliases = [\"who knows\"]",
        "[record.fields.other]\naliases = [\"Who knows\"]",
        &[(Repository, "alias-clash", "\"Who knows\"")],
    ),
    // The same ids in two layers are two rules.
    case(PEER, "[[rule]]\nid = \"a\"\nallow = \"b\"", &[]),
    // Roles
    case(ROLE, "[authorities.approvers]\nteams = [\"acme/web\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"", &[]),
    case(ROLE, "[[rule]]\nid = \"a\"\nallow = \"b\"", &[(Organisation, "role-unfilled", "\"approvers\"")]),
    case(
        ROLE,
        "[[rule]]\nid = \"a\"\napprovals = [{ from = [\"approvers\"], count = 2 }]",
        &[(Organisation, "role-unfilled", "\"approvers\"")],
    ),
    case(
        ROLE,
        "[authorities.approvers]\nusers = [\"eve\"]\nwrite = false",
        &[(Repository, "role-loosened", "false"), (Organisation, "role-unfilled", "\"approvers\"")],
    ),
    case(
        ROLE,
        "[authorities.approvers]\nfill = \"who else\"",
        &[(Repository, "redefined", "approvers"), (Organisation, "role-unfilled", "\"approvers\"")],
    ),
    case(
        "[authorities.cab]\nusers = [\"eve\"]\n[authorities.approvers]\nfill = \"who\"\nexcept = [\"cab\"]\n\
         [[rule]]\nid = \"a\"\nallow = \"b\"",
        "[authorities.approvers]\nusers = [\"carol\"]\nexcept = [\"web\"]\n\
         [authorities.web]\nusers = [\"eve\"]\nexcept = [\"approvers\"]",
        &[(Repository, "circular", "approvers"), (Repository, "circular", "web")],
    ),
    // Tiers
    case(
        "[[rule]]\nid = \"a\"\nwhen = { tier = \"<= 1\" }\ndeny = \"b\"\n[[rule]]\nid = \"b\"\nallow = \"b\"",
        "[services.web]\npaths = [\"a\"]",
        &[(Repository, "tier-missing", "web")],
    ),
    // Together
    case("", "", &[(Repository, "asks-nothing", "")]),
    case("", "[record]\nrequired = [\"summary\"]", &[]),
    case("packs = [\"baseline\"]", "", &[]),
    case(
        "",
        "[[rule]]\nid = \"a\"\nwhen = { files = [\"a\"] }\ndeny = \"b\"",
        &[(Repository, "refuses-the-rest", "[[rule]]")],
    ),
    case("[[rule]]\nid = \"a\"\nallow = \"b\"", "[[rule]]\nid = \"a\"\nwhen = { files = [\"a\"] }\ndeny = \"b\"", &[]),
    // A waiver of the organisation's reaches rules below, which its file cannot see.
    case(
        "timezone = \"UTC\"\n[[waiver]]\nid = \"a\"\nrules = [\"b\"]\nuntil = 2027-03-31\nwhy = \"c\"",
        "[[rule]]\nid = \"b\"\nallow = \"c\"",
        &[(Organisation, "unknown-name", "\"b\"")],
    ),
];

fn whole(text: &str) -> String {
    format!("version = 1\n{text}")
}

/// The two layers of a case.
fn stack(case: &StackCase) -> [Source; 2] {
    let organisation = source(Organisation, &whole(case.organisation));
    let mut repository = source(Repository, &whole(case.repository));
    if let (true, Read::Text(version)) = (case.was_valid, &repository.read) {
        repository.last_good = Some(version.clone());
    }
    [organisation, repository]
}

#[test]
fn every_stack_is_found_whole() {
    for case in CASES {
        let (_, found) = load(&stack(case));
        let texts = [whole(case.organisation), whole(case.repository)];
        let marked: Vec<(Layer, &str, &str)> = found
            .iter()
            .map(|problem| {
                let label = &problem.labels[0];
                let Origin::Policy(layer) = label.origin else { panic!("{label:?}") };
                let text = if layer == Organisation { &texts[0] } else { &texts[1] };
                (layer, problem.code, &text[label.span.clone()])
            })
            .collect();
        assert_eq!(marked, case.found, "{}\n---\n{}", case.organisation, case.repository);
    }
}

#[test]
fn defining_again_shows_both_lines() {
    let clash = case(PEER, "[authorities.peer]\nusers = [\"eve\"]", &[]);
    let (set, found) = load(&stack(&clash));
    assert_eq!(set.layers[1].standing, Standing::Wrong);
    let first = &found[0].labels[1];
    assert_eq!(first.origin, Origin::Policy(Organisation));
    assert_eq!(&whole(PEER)[first.span.clone()], "peer");
}

#[test]
fn a_clash_that_an_edit_above_caused_stops_nobody() {
    let clash = after_edit(case(
        PEER,
        "[authorities.peer]\nusers = [\"eve\"]\n[[rule]]\nid = \"a\"\napprovals = [{ from = [\"peer\"], count = 1 }]",
        &[],
    ));
    let (set, found) = load(&stack(&clash));
    assert_eq!(found[0].severity, crate::diagnostic::Severity::Warning);
    assert_eq!(set.layers[1].standing, Standing::Current);
    let policy = set.layers[1].policy.as_ref().unwrap();
    let Requirement::Approvals(entries) = &policy.rules[0].asks[0] else { panic!() };
    let [ApprovalEntry::From { from, .. }] = entries.as_slice() else { panic!() };
    assert_eq!(from, &[Who::Authority { layer: Repository, name: "peer".to_owned() }]);
    assert_eq!(set.authority(Organisation, "peer").unwrap().permission, Some(Permission::Write));
    assert_eq!(set.authority(Repository, "peer").unwrap().users, ["eve"]);
}

#[test]
fn a_role_carries_the_people_whom_the_layer_below_names() {
    let filled = case(
        ROLE,
        "[authorities.approvers]\nteams = [\"acme/web\"]\nusers = [\"eve\"]\nexcept = [\"user:carol\"]\n\
         [[rule]]\nid = \"b\"\napprovals = [{ from = [\"approvers\"], count = 1 }]",
        &[],
    );
    let (set, found) = load(&stack(&filled));
    assert_eq!(found, []);
    let role = set.authority(Organisation, "approvers").unwrap();
    assert!(!role.is_unfilled());
    assert_eq!((role.teams[0].to_string().as_str(), role.users.as_slice()), ("acme/web", &["eve".to_owned()][..]));
    assert_eq!(role.except, [Who::User("carol".to_owned())]);
    assert!(set.authority(Repository, "approvers").is_none(), "filling a role defines nothing");
    let rule = &set.layers[1].policy.as_ref().unwrap().rules[0];
    let Requirement::Approvals(entries) = &rule.asks[0] else { panic!() };
    let [ApprovalEntry::From { from, .. }] = entries.as_slice() else { panic!() };
    assert_eq!(from, &[Who::Authority { layer: Organisation, name: "approvers".to_owned() }]);
}

#[test]
fn an_unfilled_role_is_told_from_an_authority_of_nobody() {
    let (set, _) = load(&stack(&case(ROLE, "", &[])));
    assert!(set.authority(Organisation, "approvers").unwrap().is_unfilled());
}
