//! A record that was written in any form reads back the same.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;

use super::read;
use crate::layer::Layer;
use crate::record::{Content, Field, FieldId, Form, Value, change_block, write};

const FORMS: [Form; 7] =
    [Form::Block, Form::FrontMatter, Form::Tag, Form::Table, Form::Heading, Form::Label, Form::Trailer];

/// A line of words and marks that stands for an answer, and for nothing else.
fn line() -> impl Strategy<Value = String> {
    let marks = prop::sample::select(
        &[
            "", ".", "*", "_", "`", "[", "]", "(", "<b>", "#", "|", "~~", "\\", "&amp;", "!", "\"", "'", ":", "- ",
            "é", "日本",
        ][..],
    );
    let pairs = prop::collection::vec(("[a-z]{2,8}", marks), 1..6);
    pairs.prop_map(|pairs| {
        let words: Vec<String> = pairs.into_iter().map(|(word, mark)| format!("{mark}{word}")).collect();
        let text = format!("start {} stop", words.join(" "));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

fn text(lines: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec((prop::sample::select(&["", "- "][..]), line()), lines)
        .prop_map(|lines| lines.into_iter().map(|(mark, line)| format!("{mark}{line}")).collect::<Vec<_>>().join("\n"))
}

fn contents(lines: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(FieldId, Content)>> {
    let reason = prop::option::of("[a-z]{3,9} [a-z]{3,9}");
    let backout = prop_oneof![
        4 => text(lines).prop_map(|text| Content::Value(Value::Text(text))),
        1 => reason.prop_map(|reason| Content::None { reason }),
    ];
    let risk = prop::sample::select(&["low", "medium", "high", "critical"][..]);
    // With a digit, because a word alone may stand for no answer.
    let words = prop::collection::btree_set("[a-z]{2,9}[0-9](-[a-z]{1,5})?", 1..4);
    let times = (1_700_000_000i64..1_900_000_000, 60i64..90_000);
    (backout, risk, words, any::<bool>(), times, 1u32..99_999).prop_map(
        |(backout, risk, words, yes, (start, length), number)| {
            let at = |second: i64| Timestamp::from_second(second).unwrap_or_default();
            let answers = [
                ("backout", backout),
                ("risk", Content::Value(Value::Choice(risk.to_owned()))),
                ("reversible", Content::Value(Value::YesNo(yes))),
                ("window", Content::Value(Value::Window { start: at(start), end: at(start + length) })),
                ("implementer", Content::Value(Value::Who("acme/ops".to_owned()))),
                ("ticket", Content::Value(Value::Ticket(format!("CHG{number:07}")))),
                ("services", Content::Value(Value::Many(words))),
            ];
            answers.into_iter().map(|(id, content)| (FieldId::new(id), content)).collect()
        },
    )
}

fn comes_back(form: Form, answers: &[(FieldId, Content)]) -> Result<(), TestCaseError> {
    let text = write(form, answers);
    let (record, _) = read(&text);
    for (id, content) in answers {
        let field = record.field(id, Layer::Repository);
        let (Field::Present(answer) | Field::None(answer)) = field else {
            return Err(TestCaseError::fail(format!("`{id}` is {field:?} in {form:?}:\n{text}")));
        };
        prop_assert_eq!(&answer.content, content, "`{}` in {:?}:\n{}", id, form, text);
        prop_assert_eq!(answer.form, form, "`{}` in:\n{}", id, text);
    }
    Ok(())
}

/// A debug build is slow at this, and is run often.
const CASES: u32 = if cfg!(debug_assertions) { 30 } else { 750 };

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_every_form(answers in contents(1..2)) {
        let flat: Vec<(FieldId, Content)> = answers
            .into_iter()
            .map(|(id, content)| match content {
                // One line has no items.
                Content::Value(Value::Text(text)) => (id, Content::Value(Value::Text(text.trim_start_matches("- ").to_owned()))),
                content => (id, content),
            })
            .collect();
        for form in FORMS {
            comes_back(form, &flat)?;
        }
    }

    #[test]
    fn with_several_lines(answers in contents(1..5)) {
        for form in [Form::Block, Form::FrontMatter, Form::Tag, Form::Heading] {
            comes_back(form, &answers)?;
        }
    }
}

#[test]
fn the_block_to_paste_is_plain_toml() {
    let answers = [
        (FieldId::new("risk"), Content::Value(Value::Choice("low".to_owned()))),
        (FieldId::new("backout"), Content::Value(Value::Text("- revert #12 (see make)\n- redeploy".to_owned()))),
        (FieldId::new("services"), Content::Value(Value::Many(BTreeSet::from(["cart".to_owned(), "shop".to_owned()])))),
        (FieldId::new("test_plan"), Content::Unfilled),
    ];
    let expected = "```change\nrisk = \"low\"\nbackout = \"\"\"\n- revert #12 (see make)\n- redeploy\"\"\"\nservices = [\"cart\", \"shop\"]\ntest_plan = \"\"\n```\n";
    assert_eq!(change_block(&answers), expected);
}
