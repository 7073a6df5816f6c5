//! The texts of packs are part of a snapshot: an upgrade changes them, and no decision of before.

use countersign_domain::layer::Layer;
use countersign_domain::policy::{PACKS, Read, Shelf, Source, Version, load_with};

use super::super::Part;
use super::{comes_back, cut, restore, rich};

fn with_pack() -> super::Snapshot {
    let text = "version = 1\npacks = [\"baseline\"]\n".to_owned();
    let read = Read::Text(Version { blob: "b".to_owned(), text });
    let source = Source { layer: Layer::Repository, path: "acme/shop".to_owned(), read, last_good: None };
    let packs = PACKS.iter().filter(|pack| pack.name == "baseline");
    let packs = packs.map(|pack| (pack.name.to_owned(), pack.text.to_owned())).collect();
    super::Snapshot { sources: vec![source], packs, ..rich::snapshot() }
}

#[test]
fn a_pack_is_kept_with_what_it_decided() {
    comes_back(&with_pack());
}

#[test]
fn a_pack_decides_again_as_it_was_then() {
    let mut parts = cut(&with_pack());
    // Another version shipped other text: what is replayed is what was kept.
    let then = r#"{"v":1,"content":"version = 1\n[[rule]]\nid = \"then\"\nallow = \"nothing was asked then\"\n"}"#;
    let old = Part { kind: "policy".to_owned(), bytes: then.as_bytes().to_vec() };
    let shipped = PACKS.iter().find(|pack| pack.name == "baseline").unwrap();
    let is_pack = |part: &Part| {
        part.kind == "policy" && String::from_utf8_lossy(&part.bytes).contains("four eyes on every change")
    };
    let place = parts.iter().position(is_pack).unwrap();
    let (was, is) = (super::super::hash(&parts[place].bytes), super::super::hash(&old.bytes));
    parts[place] = old;
    let change = parts.iter_mut().find(|part| part.kind == "change").unwrap();
    change.bytes = String::from_utf8(change.bytes.clone()).unwrap().replace(&was, &is).into_bytes();
    let restored = restore(&parts).unwrap();
    assert_ne!(restored.packs["baseline"], shipped.text);
    let (set, _) = load_with(&restored.sources, Shelf::Kept(&restored.packs));
    let rules: Vec<_> = set.layers[0].policy.as_ref().unwrap().rules.iter().map(|rule| rule.id.clone()).collect();
    assert_eq!(rules, ["baseline/then"]);
}
