//! Which version of a file is in force, and what is said of it.

use super::*;

/// Codes that are tested here and need more than a line of text.
pub(super) const CODES: [&str; 1] = ["too-large"];

const GOOD: &str = "version = 1\n[[rule]]\nid = \"old\"\nallow = \"b\"";
const WRONG: &str = "version = 1\n[[rule]]\nid = \"new\"\nalow = \"b\"";

fn version(blob: &str, text: &str) -> Version {
    Version { blob: blob.to_owned(), text: text.to_owned() }
}

fn repository(read: Read, last_good: Option<Version>) -> Source {
    Source { layer: Layer::Repository, path: "acme/web".to_owned(), read, last_good }
}

/// The standing of the layer, the blob in force, and the id of the rule in force.
fn check(source: &Source, standing: &Standing, in_force: (&str, Option<&str>), codes: &[&str]) {
    let (set, found) = load(std::slice::from_ref(source));
    let layer = &set.layers[0];
    let rule = layer.policy.as_ref().map(|policy| policy.rules[0].id.as_str());
    assert_eq!((&layer.standing, (layer.source.blob.as_str(), rule)), (standing, in_force), "{source:?}");
    assert_eq!(found.iter().map(|problem| problem.code).collect::<Vec<_>>(), codes, "{source:?}");
}

#[test]
fn a_valid_text_is_in_force() {
    check(&repository(Read::Text(version("1", GOOD)), None), &Standing::Current, ("1", Some("old")), &[]);
}

const PROBLEMS: [&str; 2] = ["no-requirement", "unknown-key"];

#[test]
fn a_wrong_text_leaves_its_last_valid_version_in_force_and_is_reported() {
    let source = repository(Read::Text(version("2", WRONG)), Some(version("1", GOOD)));
    let standing = Standing::LastKnownGood { wrong: "2".to_owned() };
    check(&source, &standing, ("1", Some("old")), &PROBLEMS);
}

#[test]
fn a_wrong_text_without_a_valid_version_passes_nothing() {
    for last_good in [None, Some(version("2", WRONG)), Some(version("1", WRONG))] {
        let source = repository(Read::Text(version("2", WRONG)), last_good);
        check(&source, &Standing::Wrong, ("", None), &PROBLEMS);
    }
}

#[test]
fn an_unreachable_file_leaves_its_last_version_in_force() {
    let cases =
        [(Some(version("1", GOOD)), ("1", Some("old"))), (None, ("", None)), (Some(version("1", WRONG)), ("", None))];
    for (last_good, in_force) in cases {
        let source = repository(Read::Unreachable("502".to_owned()), last_good);
        check(&source, &Standing::Unreachable("502".to_owned()), in_force, &[]);
    }
}

#[test]
fn a_layer_that_was_never_seen_has_no_policy() {
    check(&repository(Read::Unseen, None), &Standing::Unseen, ("", None), &[]);
}

#[test]
fn an_absent_file_is_no_layer() {
    let (set, found) = load(&[repository(Read::Absent, Some(version("1", GOOD)))]);
    assert!(set.layers.is_empty() && found.is_empty());
}

#[test]
fn layers_stand_in_their_order_whatever_the_order_of_reading() {
    let (set, _) = load(&[source(Layer::Repository, GOOD), source(Layer::Organisation, GOOD)]);
    assert_eq!(
        set.layers.iter().map(|layer| layer.layer).collect::<Vec<_>>(),
        [Layer::Organisation, Layer::Repository]
    );
}

#[test]
fn names_of_a_layer_that_cannot_be_read_are_said_to_be_unknown() {
    let text = "version = 1\n[[rule]]\nid = \"a\"\napprovals = [{ from = [\"peer\"], count = 1 }]";
    let organisation = Source { layer: Layer::Organisation, ..repository(Read::Unseen, None) };
    let (set, found) = load(&[organisation, source(Layer::Repository, text)]);
    assert_eq!(set.layers[1].standing, Standing::Wrong);
    assert!(found[0].help.as_deref().unwrap().contains("could not be read"), "{:?}", found[0]);
}

#[test]
fn a_stack_that_asks_nothing_is_told_from_one_that_cannot_be_read() {
    let nothing = "version = 1";
    assert!(load(&[source(Layer::Repository, nothing)]).0.asks_nothing());
    assert!(!load(&[]).0.asks_nothing());
    let unread = Source { layer: Layer::Organisation, ..repository(Read::Unreachable(String::new()), None) };
    assert!(!load(&[unread, source(Layer::Repository, nothing)]).0.asks_nothing());
    let unseen = Source { layer: Layer::Organisation, ..repository(Read::Unseen, None) };
    assert!(load(&[unseen, source(Layer::Repository, nothing)]).0.asks_nothing());
}

#[test]
fn a_file_larger_than_github_hands_out_is_refused() {
    let text = format!("version = 1\n{}", "# padding\n".repeat(60_000));
    let (set, found) = load_one(&text);
    assert_eq!((found[0].code, &set.layers[0].standing), ("too-large", &Standing::Wrong));
}

#[test]
fn a_thousand_rules_are_read() {
    let rule = |n: usize| {
        format!(
            "[[rule]]\nid = \"rule-{n}\"\nwhy = \"because\"\ncontrols = [\"SOC2:CC8.1\"]\n\
             when = {{ files = [\"src/a{n}/**\", \"!src/a{n}/gen/**\"], base = [\"~DEFAULT_BRANCH\"], lines = \">= {n}\" }}\n\
             approvals = [{{ from = [\"peer\"], count = 1 }}]\n"
        )
    };
    let head = "version = 1\n[authorities.peer]\npermission = \"write\"\n";
    let text: String = std::iter::once(head.to_owned()).chain((0..1_000).map(rule)).collect();
    let policy = valid(&text);
    assert_eq!(policy.rules.len(), 1_000);
}

#[test]
fn the_fields_of_a_stack_keep_the_layer_of_each_alias() {
    let organisation = "version = 1\n[record]\nrequired = [\"notice\"]\n[record.fields.notice]\nkind = \"text\"\naliases = [\"who knows\"]";
    let repository = "version = 1\n[record.fields.notice]\naliases = [\"whom we told\"]\n[record.fields.risk]\nvalues = { low = [\"class a\"] }";
    let (set, found) = load(&[source(Layer::Organisation, organisation), source(Layer::Repository, repository)]);
    assert_eq!(found, []);
    let fields = field_set(&set);
    let notice = fields.spec(&crate::record::FieldId::new("notice")).unwrap();
    assert_eq!(notice.layer, Layer::Organisation);
    let aliases = [("who knows", Layer::Organisation), ("whom we told", Layer::Repository)];
    assert_eq!(notice.aliases, aliases.map(|(alias, layer)| (alias.to_owned(), layer)));
    let risk = fields.spec(&crate::record::FieldId::new("risk")).unwrap();
    assert!(risk.synonyms.contains(&("class a".to_owned(), "low".to_owned())));
}

#[test]
fn the_topmost_file_says_more_of_a_standard_field_and_keeps_its_headings() {
    let text = "version = 1\n[record]\nrequired = [\"backout\"]\n[record.fields.backout]\nnone = \"refuse\"\naliases = [\"way back\"]";
    let (set, _) = load_one(text);
    let fields = field_set(&set);
    let backout = fields.spec(&crate::record::FieldId::new("backout")).unwrap();
    assert_eq!(backout.none, crate::record::NoneAnswer::Refuse);
    let knows = |heading: &str| backout.aliases.iter().find(|(alias, _)| alias == heading).map(|(_, layer)| *layer);
    assert_eq!(knows("way back"), Some(Layer::Repository));
    assert_eq!(knows("rollback plan"), Some(Layer::BuiltIn));
}

#[test]
fn a_file_of_any_editor_is_read() {
    assert_eq!(valid(&format!("\u{feff}{GOOD}")).rules.len(), 1);
    assert_eq!(valid(&GOOD.replace('\n', "\r\n")).rules.len(), 1);
    let (_, found) = load_one("\u{feff}version = 1\r\nmod = \"warn\"\r\n");
    assert_eq!(found[0].labels[0].span, 16..19);
}
