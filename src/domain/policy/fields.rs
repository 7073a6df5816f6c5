//! The fields that a description is read for, as the layers of policy make them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::model::PolicySet;
use crate::layer::Layer;
use crate::record::fold::label_key;
use crate::record::{FieldId, FieldSet, FieldSpec};

/// The fields that a description is read for: the standard ones, and what the layers add.
///
/// Each alias keeps the layer that added it, so that a lower layer's alias never
/// answers a higher layer's question. Where two layers define one field, the
/// higher one's definition stands.
pub fn field_set(set: &PolicySet) -> FieldSet {
    let mut specs: Vec<FieldSpec> = standard().iter().cloned().collect();
    let topmost = set.policies().next().map(|(layer, _)| layer);
    for (layer, policy) in set.policies() {
        for field in &policy.fields {
            match specs.iter_mut().find(|known| known.id == field.id) {
                // The topmost file may say more of a standard field.
                Some(known) if Some(layer) == topmost && field.layer == Layer::BuiltIn => *known = field.clone(),
                Some(known) => known.aliases.extend(field.aliases.iter().cloned()),
                None => specs.push(field.clone()),
            }
        }
    }
    for (layer, policy) in set.policies() {
        for (id, alias) in &policy.aliases {
            if let Some(known) = specs.iter_mut().find(|known| known.id == *id) {
                known.aliases.push((alias.clone(), layer));
            }
        }
        for (id, word, choice) in &policy.synonyms {
            if let Some(known) = specs.iter_mut().find(|known| known.id == *id) {
                known.synonyms.push((word.clone(), choice.clone()));
            }
        }
    }
    let fields = FieldSet::new(specs);
    // Most policies add none: their sets share one table of words, which takes half a megabyte.
    if fields == *standard() { standard().clone() } else { fields }
}

/// The standard fields, built once: they are the same for every file.
pub(super) fn standard() -> &'static FieldSet {
    static STANDARD: LazyLock<FieldSet> = LazyLock::new(FieldSet::standard);
    &STANDARD
}

/// The standard field that a heading leads to.
pub(super) fn standard_heading(key: &str) -> Option<&'static FieldId> {
    static HEADINGS: LazyLock<BTreeMap<String, FieldId>> = LazyLock::new(|| {
        let words = |spec: &FieldSpec| {
            let aliases = spec.aliases.iter().map(|(alias, _)| label_key(alias));
            aliases.chain([label_key(spec.id.as_str())]).map(|key| (key, spec.id.clone())).collect::<Vec<_>>()
        };
        standard().iter().flat_map(words).collect()
    });
    HEADINGS.get(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Read, Source, Version, load};

    #[test]
    fn policies_that_add_no_fields_share_one_table_of_words() {
        let check = |more: &str, shared: bool| {
            let text = format!("version = 1\n{more}\n[[rule]]\nid = 'a'\ndeny = 'no'\n");
            let read = Read::Text(Version { blob: "one".to_owned(), text });
            let (set, found) =
                load(&[Source { layer: Layer::Repository, path: "acme/shop".to_owned(), read, last_good: None }]);
            assert_eq!(found, [], "{more}");
            assert_eq!(field_set(&set).shares_words_with(standard()), shared, "{more}");
        };
        check("", true);
        check("[record]\nrequired = ['backout']", true);
        check("[record.fields.backout]\naliases = ['How to undo']", false);
    }
}
