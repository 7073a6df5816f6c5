//! Whatever a file says, reading it ends, gives places within it, and never panics.

use proptest::prelude::*;

use super::*;

/// The example of POLICY.md, in an arrangement of its own.
pub(super) const EXAMPLE: &str = include_str!("example.toml");

/// A layer above, with something of each kind to clash with.
const ABOVE: &str = r#"
version = 1
[authorities.peer]
permission = "write"
[authorities.approvers]
fill = "who authorises here"
[services.payments]
paths = ["services/payments/**"]
[record.fields.customer_notice]
aliases = ["customer comms"]
[[rule]]
id = "peer"
approvals = [{ from = ["approvers"], count = 1 }]
"#;

/// Places lie within the text and between its characters.
fn sound(text: &str) {
    let (set, found) = load(&[source(Layer::Organisation, ABOVE), source(Layer::Repository, text)]);
    for label in found.iter().flat_map(|problem| &problem.labels) {
        let of = if label.origin == Origin::Policy(Layer::Organisation) { ABOVE } else { text };
        assert!(of.get(label.span.clone()).is_some(), "{label:?}");
    }
    let wrong = found.iter().any(|p| {
        p.severity == crate::diagnostic::Severity::Error && p.labels[0].origin == Origin::Policy(Layer::Repository)
    });
    assert_eq!(set.layers[1].policy.is_none(), wrong && !set.asks_nothing());
}

/// Pieces that the language is made of, whole and broken.
fn piece() -> impl Strategy<Value = String> {
    let words: Vec<String> = keys()
        .iter()
        .flat_map(|key| {
            [format!("{} = ", key.name), format!("[{}.{}]\n", key.table, key.name), format!("[[{}]]\n", key.name)]
        })
        .chain(
            ["{", "}", "[", "]", "\"", "'", "\n", ",", "=", "\\", "[[rule]]\nid = \"a\"\n", "when = { not = { "]
                .map(str::to_owned),
        )
        .chain(
            ["\"user:eve\"", "1", "true", "\"**\"", "'('", "1979-05-27", "\"é\"", "\u{feff}", "\r\n", "[{ any = ["]
                .map(str::to_owned),
        )
        .collect();
    proptest::sample::select(words)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pieces_are_read(pieces in proptest::collection::vec(piece(), 0..40)) {
        sound(&pieces.concat());
    }

    #[test]
    fn the_example_with_any_bytes_changed_is_read(
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), 0..12_usize, piece()), 1..4),
    ) {
        let mut text = EXAMPLE.to_owned();
        for (place, length, piece) in edits {
            let start = text.floor_char_boundary(place.index(text.len()));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &piece);
        }
        sound(&text);
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        sound(&text);
    }
}

#[test]
fn deep_nesting_is_read() {
    let deep = format!("version = 1\n[[rule]]\nid = \"a\"\ndeny = \"b\"\nwhen = {}", "{ not = ".repeat(5_000));
    sound(&deep);
    sound(&format!("a = {}", "[".repeat(100_000)));
}

#[test]
fn the_example_of_the_contract_is_valid() {
    let (set, found) = load_one(EXAMPLE);
    let policy = set.layers[0].policy.as_ref().unwrap_or_else(|| panic!("{}", shown(&found, EXAMPLE)));
    assert_eq!(marks(&found, EXAMPLE), [("tier-missing", "ledger")]);
    assert_eq!((policy.rules.len(), policy.factors.len(), policy.authorities.len()), (7, 2, 6));
    assert_eq!(policy.rules[5].mode, Mode::Observe);
}
