//! Required fields, own fields, aliases.

use super::Case;

pub(super) const CASES: &[Case] = &[
    ("[record]\nrequired = [\"summary\", \"backout\", \"test_plan\"]", &[]),
    ("[record]\nrequired = [\"backuot\"]", &[("unknown-name", "\"backuot\"")]),
    ("[record]\nrequired = [\"notice\"]\n[record.fields.notice]\naliases = [\"customer notice\"]", &[]),
    ("[record]\nrequired = []", &[("empty-list", "[]")]),
    (
        "[record.fields.notice]\nkind = \"choice\"\nchoices = [\"nobody\", \"email\"]\nvalues = { nobody = [\"none of them\"] }",
        &[],
    ),
    ("[record.fields.notice]\nkind = \"choice\"", &[("missing-key", "[record.fields.notice]")]),
    ("[record.fields.notice]\nkind = \"chioce\"", &[("bad-value", "\"chioce\"")]),
    ("[record.fields.notice]\nchoices = [\"a\"]", &[("says-nothing", "choices")]),
    ("[record.fields.notice]\nkind = \"instant\"\npattern = 'x'", &[("says-nothing", "pattern")]),
    ("[record.fields.notice]\npattern = '('", &[("bad-pattern", "'('")]),
    ("[record.fields.notice]\nnone = \"with_reason\"", &[("bad-value", "\"with_reason\"")]),
    ("[record.fields.\"a b\"]\nkind = \"text\"", &[("bad-name", "\"a b\"")]),
    (
        "[record.fields.notice]\nkind = \"choice\"\nchoices = [\"a\", \"b\"]\nvalues = { c = [\"d\"] }",
        &[("bad-value", "c")],
    ),
    (
        "[record.fields.notice]\nkind = \"choice\"\nchoices = [\"a\", \"b\"]\nvalues = { a = [\"B\"] }",
        &[("alias-clash", "\"B\"")],
    ),
    (
        "[record.fields.notice]\nkind = \"choice\"\nchoices = [\"a\", \"b\"]\nvalues = { a = \"x\" }",
        &[("wrong-type", "\"x\"")],
    ),
    // Standard fields
    ("[record.fields.backout]\naliases = [\"way back\"]", &[]),
    ("[record.fields.risk]\nvalues = { low = [\"class a\"] }", &[]),
    ("[record.fields.risk]\nvalues = { low = [\"high\"] }", &[("alias-clash", "\"high\"")]),
    ("[record.fields.backout]\nnone = \"with-reason\"", &[]),
    ("[record.fields.ticket]\npattern = '^CHG\\d+$'", &[]),
    ("[record.fields.impact]\nkind = \"choice\"\nchoices = [\"low\", \"high\"]", &[]),
    ("[record.fields.risk]\nkind = \"choice\"\nchoices = [\"a\", \"b\"]", &[("redefined", "risk")]),
    // Aliases
    ("[record.fields.notice]\naliases = [\"Rollback plan\"]", &[("alias-clash", "\"Rollback plan\"")]),
    (
        "[record.fields.a]\naliases = [\"who to tell\"]\n[record.fields.b]\naliases = [\"Who to tell?\"]",
        &[("alias-clash", "\"Who to tell?\"")],
    ),
    ("[record.fields.notice]\naliases = [\"the\"]", &[("bad-value", "\"the\"")]),
];
