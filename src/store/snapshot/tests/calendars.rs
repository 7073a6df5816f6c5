//! The part that keeps the calendars by which freezes and windows went.

use countersign_domain::facts::{CalendarFile, Known};
use countersign_domain::layer::Layer;

use super::super::{Error, restore};
use super::{cut, rich};

#[test]
fn calendars_lie_beside_the_rest_and_are_read_again() {
    let mut snapshot = rich::snapshot();
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR\n".to_owned();
    let file = CalendarFile::new(text, Some("line 3: no".to_owned())).unwrap();
    let calendars = &mut snapshot.facts.on_demand.calendars;
    calendars.insert((Layer::Organisation, "a.ics".to_owned()), Known::Known(file));
    calendars.insert((Layer::Repository, "b.ics".to_owned()), Known::unknown("there is no such file"));
    let parts = cut(&snapshot);
    assert_eq!(restore(&parts).unwrap(), snapshot);
    let written = parts.iter().find(|part| part.kind == "calendars").unwrap();
    // What is stored is read for ever: do not write this anew.
    let expected = concat!(
        r#"{"v":1,"content":[{"layer":"organisation","path":"a.ics","file":{"known":{"text":"calendar:"#,
        "HASH",
        r#"","instead":"line 3: no"}}},{"layer":"repository","path":"b.ics","#,
        r#""file":{"unknown":"there is no such file"}}]}"#
    );
    let text = parts.iter().find(|part| part.kind == "calendar").unwrap();
    let expected = expected.replace("HASH", &super::super::hash(&text.bytes));
    assert_eq!(String::from_utf8(written.bytes.clone()).unwrap(), expected);
    let without: Vec<_> = parts.iter().filter(|part| part.kind != "calendar").cloned().collect();
    assert!(matches!(restore(&without), Err(Error::Missing { kind: "calendar", .. })));
}
