//! The standard fields of RECORD.md, with the choices and words that each language has for them.
//!
//! `impact` is text: templates ask "who is affected, and how", and a policy that
//! wants grades defines a choice of its own. Whether a change can be taken back at
//! all is a field of its own, `reversible`, because "YES" under "Can this PR be
//! safely reverted?" answers that and gives no steps: `backout` stays absent.
//! `services`, `environments` and `depends_on` take any words until a policy
//! gives them choices. Absent on purpose: requirements; policies ask for fields.

use super::aliases::ALIASES;
use super::{FieldId, FieldKind, FieldSet, FieldSpec, NoneAnswer};
use crate::layer::Layer;

impl FieldSet {
    /// The fields that countersign knows without any policy.
    pub fn standard() -> Self {
        Self::new(ALIASES.iter().map(|(name, aliases)| {
            let (kind, choices, synonyms) = shape(name);
            FieldSpec {
                id: FieldId::new(*name),
                kind,
                choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
                synonyms: synonyms
                    .iter()
                    .flat_map(|(words, choice)| {
                        words.split('|').map(|word| (word.trim().to_owned(), (*choice).to_owned()))
                    })
                    .collect(),
                aliases: aliases
                    .iter()
                    .flat_map(|pack| pack.split('|'))
                    .map(|alias| (alias.trim().to_owned(), Layer::BuiltIn))
                    .collect(),
                none: NoneAnswer::Accept,
                pattern: None,
                layer: Layer::BuiltIn,
            }
        }))
    }
}

type Synonyms = &'static [(&'static str, &'static str)];

fn shape(name: &str) -> (FieldKind, &'static [&'static str], Synonyms) {
    match name {
        "type" => (FieldKind::Choice, &["normal", "standard", "emergency"], &TYPES),
        "risk" => (FieldKind::Choice, &["low", "medium", "high", "critical"], &RISKS),
        "reversible" => (FieldKind::YesNo, &[], &[]),
        "services" | "environments" | "depends_on" => (FieldKind::ManyOf, &[], &[]),
        "window" => (FieldKind::Window, &[], &[]),
        "implementer" => (FieldKind::Who, &[], &[]),
        "ticket" => (FieldKind::Ticket, &[], &[]),
        _ => (FieldKind::Text, &[], &[]),
    }
}

const TYPES: [(&str, &str); 3] = [
    (
        "normale|normaler change|normale änderung|normal change|changement normal|cambio normal|mudança normal|通常|通常変更|ノーマル",
        "normal",
    ),
    (
        "standardänderung|standard change|standard-änderung|estándar|cambio estándar|padrão|mudança padrão|changement standard|標準|標準変更|定型",
        "standard",
    ),
    (
        "notfall|notfalländerung|notfall-änderung|emergency change|urgence|changement urgent|changement d'urgence|emergencia|\
         cambio de emergencia|emergência|emergencial|mudança emergencial|mudança de emergência|緊急|緊急変更",
        "emergency",
    ),
];

const RISKS: [(&str, &str); 4] = [
    ("niedrig|niedriges|gering|geringes|faible|bas|basse|bajo|baja|baixo|baixa|低|低い|低リスク|小", "low"),
    (
        "med|moderate|mittel|mittleres|mittelhoch|moyen|moyenne|modéré|modérée|medio|media|moderado|médio|média|中|中程度|中リスク",
        "medium",
    ),
    ("hoch|hohes|élevé|élevée|haut|haute|fort|alto|alta|elevado|elevada|高|高い|高リスク|大", "high"),
    (
        "kritisch|kritisches|sehr hoch|critique|très élevé|crítico|crítica|muy alto|muito alto|very high|致命的|重大|極めて高い|クリティカル",
        "critical",
    ),
];
