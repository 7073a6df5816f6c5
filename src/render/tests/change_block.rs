//! The block to paste is read by the reader of records.

use countersign_domain::decision::{Decision, FieldReport};
use countersign_domain::layer::Layer;
use countersign_domain::record::{FieldId, FieldSet, parse};

use super::examples;
use crate::render::change_block::{HINTS, missing, shown};

fn absent(fields: &[&str]) -> Decision {
    let mut decision = examples::pass();
    let report = |name: &&str| FieldReport {
        field: FieldId::new(*name),
        state: "absent",
        value: String::new(),
        line: None,
        required: true,
    };
    decision.record = fields.iter().map(report).collect();
    decision
}

fn state(text: &str, field: &str) -> &'static str {
    let (record, _) = parse(text, &FieldSet::standard(), &[]);
    record.field(&FieldId::new(field), Layer::Repository).state()
}

#[test]
fn it_holds_what_a_block_can_add() {
    let mut decision = absent(&["summary", "risk", "who's \"next\""]);
    decision.record[0].state = "conflicting";
    decision.record[1].state = "unfilled";
    let expected =
        "```change\nrisk = \"\"              # low, medium, high or critical\n\"who's \\\"next\\\"\" = \"\"\n```";
    assert_eq!(missing(&decision).as_deref(), Some(expected));
    assert_eq!(missing(&examples::pass()), None);
}

#[test]
fn pasted_untouched_it_answers_nothing_and_filled_in_it_answers_everything() {
    let names: Vec<&str> = HINTS.iter().map(|(name, _)| *name).collect();
    let block = missing(&absent(&names)).unwrap();
    let mut filled = block.clone();
    for (name, _) in HINTS {
        assert_eq!(state(&block, name), "unfilled", "{name} in {block}");
        let answer = match name {
            "type" => "normal",
            "risk" => "low",
            "window" => "2026-11-24 19:00 to 2026-11-24 21:00 Europe/London",
            "ticket" => "CHG0012345",
            "implementer" => "alice",
            "reversible" => "yes",
            _ => "as it was tried in staging",
        };
        let start = filled.find(&format!("\n{name} = \"\"")).unwrap() + name.len() + 5;
        filled.insert_str(start, answer);
    }
    for name in names {
        assert_eq!(state(&filled, name), "present", "{name} in {filled}");
    }
}

#[test]
fn what_is_copied_from_the_code_block_has_its_fences() {
    let block = missing(&absent(&["risk"])).unwrap();
    let copied = super::markdown::read(&shown(&block)).codes;
    assert_eq!(copied.iter().map(|code| code.trim_end()).collect::<Vec<_>>(), [block.as_str()]);
    assert_eq!(state(&copied[0], "risk"), "unfilled");
}
