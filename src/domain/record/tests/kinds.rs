//! Each kind of field: what answers it, and what does not.

use super::{check, check_with, reports};
use crate::layer::Layer;
use crate::record::{FieldId, FieldKind, FieldSet, FieldSpec, NoneAnswer};

fn one(kind: FieldKind, choices: &[&str], none: NoneAnswer, pattern: Option<&str>) -> FieldSet {
    FieldSet::new([FieldSpec {
        id: FieldId::new("field"),
        kind,
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        synonyms: vec![("class a".to_owned(), "low".to_owned())],
        aliases: Vec::new(),
        none,
        pattern: pattern.map(str::to_owned),
        layer: Layer::Organisation,
    }])
}

/// `answer => state`, under one heading.
#[track_caller]
fn answers(fields: &FieldSet, rows: &[(&str, &str)]) {
    for (answer, state) in rows {
        check_with(fields, &[], &format!("## Field\n{answer}\n"), &format!("field {state}"));
    }
}

#[test]
fn choices() {
    let fields = one(FieldKind::Choice, &["low", "medium", "high"], NoneAnswer::Accept, None);
    answers(
        &fields,
        &[
            ("LOW", "present: low"),
            ("ＬＯＷ", "present: low"),
            ("Low.", "present: low"),
            ("**Low**", "present: low"),
            ("*Low*", "unfilled"),
            ("🟢 Low", "present: low"),
            ("`low`", "present: low"),
            ("Low risk", "present: low [risk]"),
            ("low-risk change", "present: low [risk change]"),
            ("Low, since only text changes", "present: low [since only text changes]"),
            ("Low (text only)", "present: low [text only]"),
            ("Low – high availability stays", "present: low [high availability stays]"),
            ("Class A", "present: low"),
            ("Low\n\nIt is text.", "present: low [It is text.]"),
            ("What is it?\n\nLow", "present: low"),
            ("~~Low~~ / Medium / ~~High~~", "present: medium"),
            ("Low/Medium/High: Low", "present: low"),
            ("(low / medium / high) Low", "present: low"),
            ("Low / Medium / High", "unfilled"),
            ("Low | Medium | High", "unfilled"),
            ("low, medium, high", "unfilled"),
            ("[Low/Medium/High]", "unfilled"),
            ("Low or Medium or High", "unfilled"),
            ("Low/Medium", "ambiguous"),
            ("Low to medium", "ambiguous"),
            ("low-medium", "ambiguous"),
            ("Low – Medium", "ambiguous"),
            ("Low or medium, I think", "ambiguous"),
            ("Low?", "ambiguous"),
            ("Low / **Medium** / High", "ambiguous"),
            ("LOW / medium / high", "ambiguous"),
            ("Not low", "ambiguous"),
            ("Lowest", "ambiguous"),
            ("This is low", "ambiguous"),
            ("high-availability change", "ambiguous"),
            ("< low", "ambiguous"),
            ("!low", "ambiguous"),
            ("Low\n\nHigh", "conflicting"),
            ("- Low\n- High", "conflicting"),
            ("N/A", "none"),
            ("None - text only", "none: text only"),
            ("```\nLow\n```", "unfilled"),
            ("TBD", "unfilled"),
            ("", "unfilled"),
            ("- [ ] Low\n- [x] Medium\n- [ ] High", "present: medium"),
            ("* [X] Low", "present: low"),
            ("1. [x] Low\n2. [ ] High", "present: low"),
            ("+ [x] Low - text", "present: low [text]"),
            ("- [ ] Low\n- [ ] High", "unfilled"),
            ("- [x] Low\n- [x] High", "conflicting"),
            ("- [x] Low\n- [x] Low", "present: low"),
            ("- [x] Low\n- [ ] High\n\nHigh", "conflicting"),
            ("- [x] Other: odd\n- [ ] Low", "ambiguous"),
            ("- [x] N/A\n- [ ] Low", "none"),
            ("☐ Low ☑ Medium", "present: medium"),
            ("- ☑ Low\n- ☐ High", "present: low"),
            ("✅ Low\n⬜ High", "present: low"),
            ("Low ☐ Medium ☑ High ☐", "present: medium"),
            ("[x] Low [ ] High", "present: low"),
            ("☒ Low ☐ High", "ambiguous"),
            ("Low\n\n- [ ] I read the guide", "present: low"),
            ("Low\n\n- [x] I read the guide", "present: low"),
            ("- [x] I read the guide", "ambiguous"),
        ],
    );
}

#[test]
fn two_choices_are_enough_for_a_list() {
    let fields = one(FieldKind::Choice, &["yes", "later"], NoneAnswer::Accept, None);
    answers(&fields, &[("Yes / Later", "unfilled"), ("yes", "present: yes")]);
}

#[test]
fn yes_and_no() {
    let fields = one(FieldKind::YesNo, &[], NoneAnswer::Accept, None);
    answers(
        &fields,
        &[
            ("Yes", "present: yes"),
            ("no", "present: no"),
            ("No - it drops a table", "present: no [it drops a table]"),
            ("Ja", "present: yes"),
            ("いいえ", "present: no"),
            ("(yes / no)", "unfilled"),
            ("Yes/No", "unfilled"),
            ("- [x] Yes\n- [ ] No", "present: yes"),
            ("- [ ] Yes\n- [x] No", "present: no"),
            ("- [ ] Yes\n- [ ] No", "unfilled"),
            ("- [x] Yes\n- [x] No", "conflicting"),
            ("Maybe", "ambiguous"),
            ("N/A", "none"),
            ("Yesterday", "ambiguous"),
        ],
    );
}

#[test]
fn several_of_many() {
    let free = one(FieldKind::ManyOf, &[], NoneAnswer::Accept, None);
    answers(
        &free,
        &[
            ("UAT, PROD", "present: prod, uat"),
            ("- uat\n- prod", "present: prod, uat"),
            ("- [x] UAT\n- [ ] DEV\n- [x] `PROD`", "present: prod, uat"),
            ("- [x] prod - after noon", "present: prod"),
            ("- [ ] UAT\n- [ ] PROD", "unfilled"),
            ("payments/api", "present: payments/api"),
            ("☑ uat ☐ prod", "present: uat"),
            ("None", "none"),
            ("- [x] None\n- [ ] uat", "none"),
            ("TBD", "unfilled"),
        ],
    );
    let fixed = one(FieldKind::ManyOf, &["low", "high"], NoneAnswer::Accept, None);
    answers(
        &fixed,
        &[
            ("Low and High", "present: high, low"),
            ("low", "present: low"),
            ("low, odd", "ambiguous"),
            ("Low / High", "unfilled"),
            ("- [x] Low\n- [x] Class A", "present: low"),
        ],
    );
}

#[test]
fn texts() {
    let fields = one(FieldKind::Text, &[], NoneAnswer::Accept, None);
    answers(
        &fields,
        &[
            ("Because.", "present: Because."),
            ("One\ntwo  three", "present: One two three"),
            ("One\\\ntwo", "present: One two"),
            ("- a\n  b\n- c", "present: - a b\n- c"),
            ("1. a\n2. b", "present: - a\n- b"),
            ("*a* **b** `c`", "present: a b c"),
            ("a <!-- b --> c", "present: a c"),
            ("see [the runbook](https://e.org/1)", "present: see the runbook <https://e.org/1>"),
            ("https://e.org/1", "present: https://e.org/1"),
            ("None", "none"),
            ("N/A: text only", "none: text only"),
            ("None, because it is text", "none: because it is text"),
            ("None.\n\nIt is text.", "none: It is text."),
            ("- None", "none"),
            ("_None_", "none"),
            ("No", "none"),
            ("No, only text", "none: only text"),
            ("なし", "none"),
            ("Keine", "none"),
            ("None of the users see it", "present: None of the users see it"),
            ("No users see it", "present: No users see it"),
            ("Nothing", "none"),
            ("Nonetheless", "present: Nonetheless"),
            ("- [x] done", "present: - [x] done"),
            ("- [ ] done", "unfilled"),
            ("- [ ] a\n- [x] b", "present: - [x] b"),
            ("☐ done", "unfilled"),
            ("☑ done", "present: ☑ done"),
            ("![screen](https://e.org/a.png)", "ambiguous"),
            ("Seen ![screen](https://e.org/a.png)", "present: Seen <https://e.org/a.png>"),
        ],
    );
    let strict = one(FieldKind::Text, &[], NoneAnswer::WithReason, Some("^[A-Z]"));
    answers(
        &strict,
        &[("None", "unfilled"), ("None - text only", "none: text only"), ("abc", "ambiguous"), ("Abc", "present: Abc")],
    );
    let never = one(FieldKind::Text, &[], NoneAnswer::Refuse, None);
    answers(&never, &[("None - text only", "unfilled"), ("x", "present: x")]);
}

#[test]
fn persons_and_teams() {
    let fields = one(FieldKind::Who, &[], NoneAnswer::Accept, None);
    answers(
        &fields,
        &[
            ("@alice", "present: @alice"),
            ("alice", "present: @alice"),
            ("@acme/payments", "present: @acme/payments"),
            ("@alice (on call)", "present: @alice"),
            ("Alice Smith", "ambiguous"),
            ("Alice Smith (@alice)", "present: @alice"),
            ("@alice and @bob", "ambiguous"),
            ("alice@example.org", "ambiguous"),
            ("@username", "unfilled"),
            ("None", "none"),
        ],
    );
}

#[test]
fn instants() {
    let fields = one(FieldKind::Instant, &[], NoneAnswer::Accept, None);
    answers(
        &fields,
        &[
            ("2026-01-30T13:00:00Z", "present: 2026-01-30T13:00:00Z"),
            ("2026-01-30T13:00:00+02:00", "present: 2026-01-30T11:00:00Z"),
            ("2026-01-30 13:00 UTC", "present: 2026-01-30T13:00:00Z"),
            ("2026-01-30 13:00 Europe/Berlin", "present: 2026-01-30T12:00:00Z"),
            ("2026/01/30 13:00 (Europe/Berlin)", "present: 2026-01-30T12:00:00Z"),
            ("2026-01-30 1:00 pm America/New_York", "present: 2026-01-30T18:00:00Z"),
            ("2026-01-30 13:00 EST (America/New_York)", "present: 2026-01-30T18:00:00Z"),
            ("2026-01-30 13:00 UTC+2", "present: 2026-01-30T11:00:00Z"),
            ("2026年1月30日 13時00分 Asia/Tokyo", "present: 2026-01-30T04:00:00Z"),
            ("13:00 UTC on 2026-01-30", "present: 2026-01-30T13:00:00Z"),
            ("2026-01-30 13:00", "ambiguous"),
            ("2026-01-30T13:00", "ambiguous"),
            ("2026-01-30 13:00 EST", "ambiguous"),
            ("2026-01-30 13:00 IST", "ambiguous"),
            ("2026-01-30 13:00 BST", "ambiguous"),
            ("2026-01-30 13:00 CET", "ambiguous"),
            ("2026-01-30", "ambiguous"),
            ("30/01/2026 13:00 UTC", "ambiguous"),
            ("2026-13-30 13:00 UTC", "ambiguous"),
            ("2026-01-30 25:00 UTC", "ambiguous"),
            ("2026-10-25 02:30 Europe/Berlin", "ambiguous"),
            ("2026-03-29 02:30 Europe/Berlin", "ambiguous"),
            ("2026-01-30 13:00 Mars/Olympus", "ambiguous"),
            ("tomorrow", "ambiguous"),
            ("YYYY-MM-DD HH:MM", "unfilled"),
        ],
    );
}

#[test]
fn windows() {
    let fields = one(FieldKind::Window, &[], NoneAnswer::Accept, None);
    let full = "present: 2026-01-30T12:00:00Z to 2026-01-30T14:00:00Z";
    answers(
        &fields,
        &[
            ("2026-01-30 13:00 to 15:00 Europe/Berlin", full),
            ("2026-01-30 13:00 – 15:00 Europe/Berlin", full),
            ("2026-01-30 13:00-15:00 Europe/Berlin", full),
            ("2026-01-30T12:00:00Z to 2026-01-30T14:00:00Z", full),
            ("2026-01-30T12:00:00Z/2026-01-30T14:00:00Z", full),
            ("from 2026-01-30 13:00 Europe/Berlin until 2026-01-30 15:00 Europe/Berlin", full),
            ("- Start: 2026-01-30 13:00 Europe/Berlin\n- End: 2026-01-30 15:00 Europe/Berlin", full),
            ("Start: 2026-01-30 13:00\nEnd: 15:00\nTime zone: Europe/Berlin", full),
            ("**From**: 2026-01-30 12:00 UTC\n**To**: 2026-01-30 14:00 UTC", full),
            ("| Start | End |\n|---|---|\n| 2026-01-30 12:00 UTC | 2026-01-30 14:00 UTC |", full),
            ("### Start\n2026-01-30 12:00 UTC\n### End\n2026-01-30 14:00 UTC", full),
            ("- Start: 2026-01-30 13:00 Europe/Berlin\n- End:", "ambiguous"),
            ("- Start:\n- End: 2026-01-30 13:00 Europe/Berlin", "ambiguous"),
            ("- Start:\n- End:", "unfilled"),
            ("- Start: YYYY-MM-DD\n- End: YYYY-MM-DD", "unfilled"),
            ("2026-01-30 13:00 UTC", "ambiguous"),
            ("2026-01-30 13:00 to 12:00 UTC", "ambiguous"),
            ("2026-01-30 13:00 to 15:00", "ambiguous"),
            ("after lunch", "ambiguous"),
            ("N/A", "none"),
        ],
    );
    reports("Window: 2026-01-30 13:00 UTC", "window-incomplete");
}

#[test]
fn lengths_of_time() {
    let fields = one(FieldKind::Duration, &[], NoneAnswer::Accept, None);
    answers(
        &fields,
        &[
            ("90 minutes", "present: 90 min"),
            ("1h 30m", "present: 90 min"),
            ("1.5 hours", "present: 90 min"),
            ("PT90M", "present: 90 min"),
            ("2 Stunden", "present: 2 h"),
            ("90", "ambiguous"),
            ("a while", "ambiguous"),
        ],
    );
}

#[test]
fn addresses() {
    let fields = one(FieldKind::Link, &[], NoneAnswer::Accept, None);
    answers(
        &fields,
        &[
            ("https://e.org/a", "present: https://e.org/a"),
            ("[the plan](https://e.org/a)", "present: https://e.org/a"),
            ("<https://e.org/a>", "present: https://e.org/a"),
            ("[https://good.org/a](https://evil.org/a)", "ambiguous"),
            ("https://e.org/a https://e.org/b", "ambiguous"),
            ("the wiki", "ambiguous"),
        ],
    );
    let text = "## Field\n[https://good.org](https://evil.org)\n";
    let (_, diagnostics) = crate::record::parse(text, &fields, &[]);
    assert_eq!(diagnostics[0].code, "link-mismatch");
}

#[test]
fn tickets() {
    check("Ticket: CHG0012345", "ticket present: CHG0012345");
    check("Ticket: abc-12", "ticket present: ABC-12");
    check("Ticket: #12", "ticket present: #12");
    check("Ticket: acme/shop#12", "ticket present: acme/shop#12");
    check("Ticket: [ABC-12](https://jira.example.org/browse/ABC-12)", "ticket present: ABC-12");
    check("Ticket: https://github.com/acme/shop/issues/12", "ticket present: acme/shop#12");
    check("Ticket: Closes #12", "ticket present: #12");
    check("Ticket: ABC-12, ABC-13", "ticket ambiguous");
    check("Ticket: soon", "ticket ambiguous");
    check("Ticket: ABC-XXX", "ticket unfilled");
    check("Ticket: None", "ticket none");
    let strict = one(FieldKind::Ticket, &[], NoneAnswer::Accept, Some("^CHG[0-9]{7}$"));
    answers(
        &strict,
        &[
            ("CHG0012345", "present: CHG0012345"),
            ("ABC-12", "ambiguous"),
            ("CHG0012345 for ABC-12", "present: CHG0012345"),
        ],
    );
}
