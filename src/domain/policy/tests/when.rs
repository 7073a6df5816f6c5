//! Conditions, and where the author may not decide.

use super::Case;

pub(super) const CASES: &[Case] = &[
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = {}", &[("empty-when", "{}")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { any = [{}] }", &[("empty-when", "{}")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { file = [\"a\"] }", &[("unknown-key", "file")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [] }", &[("empty-list", "[]")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = \"docs/**\", author = \"carol\", base = \"main\" }", &[]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = [{ fork = true }]", &[("wrong-type", "[{ fork = true }]")]),
    // Globs
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [\"!docs/**\"] }",
        &[("only-exclusions", "[\"!docs/**\"]")],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [\"a[\"] }", &[("bad-glob", "\"a[\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [\"./a\"] }", &[("bad-glob", "\"./a\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [\"a\", \"!\"] }", &[("bad-glob", "\"!\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [\"docs**\"] }", &[("bad-glob", "\"docs**\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [\"*.md\"] }", &[("root-only-glob", "\"*.md\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [\"**/*.md\", \"Makefile\"] }", &[]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { repositories = [\"legacy-*\"], head = [\"eve:*\"], on_declaration = true }",
        &[],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { files = [\"{a/**,b/**}\", \"{**/c,d}\"] }", &[]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { on_declaration = true }",
        &[("empty-when", "{ on_declaration = true }")],
    ),
    // Comparisons
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { lines = \">= 500\", files_changed = \"<3\", commits = \"!= 1\" }",
        &[],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { lines = 500 }", &[("wrong-type", "500")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { lines = \"=> 500\" }", &[("bad-comparison", "\"=> 500\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { lines = \"> -1\" }", &[("bad-comparison", "\"> -1\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { risk = \">= high\" }", &[]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { risk = \"high\" }", &[("bad-comparison", "\"high\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { risk = \">= hihg\" }", &[("bad-comparison", "\">= hihg\"")]),
    // Names
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { services = [\"ledger\"] }", &[("unknown-name", "\"ledger\"")]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { environments = [\"production\"] }",
        &[("unknown-name", "\"production\"")],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { author_in = [\"nobody\"] }", &[("unknown-name", "\"nobody\"")]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { author = [\"dependabot[bot]\", \"a b\"] }",
        &[("bad-login", "\"a b\"")],
    ),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { committer_in = [\"user:carol\"], first_contribution = true, agent = true }",
        &[],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { type = \"emergancy\" }", &[("bad-value", "\"emergancy\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { type = [\"emergency\", \"standard\"], signed = true }", &[]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { properties = { team = \"a\" } }", &[]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { properties = { team = [] } }", &[("empty-list", "[]")]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { properties = { team = { a = 1 } } }",
        &[("wrong-type", "{ a = 1 }")],
    ),
    (
        "[services.a]\npaths = [\"a\"]\n[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { tier = \"<= 1\" }",
        &[("tier-missing", "a")],
    ),
    ("[services.a]\npaths = [\"a\"]\ntier = 2\n[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { tier = \"<= 1\" }", &[]),
    // Fields
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { field = { impact = \"high\", ticket = { matches = '^CHG' }, backout = { state = \"present\" } } }",
        &[],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { field = { imapct = \"high\" } }", &[("unknown-name", "imapct")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { field = { risk = \"hihg\" } }", &[("bad-value", "\"hihg\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { field = {} }", &[("empty-when", "{}")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { field = { impact = 1 } }", &[("wrong-type", "1")]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { field = { backout = { state = \"filled\" } } }",
        &[("bad-value", "\"filled\"")],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { field = { backout = {} } }", &[("missing-key", "{}")]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { field = { backout = { state = \"none\", matches = 'a' } } }",
        &[("two-forms", "state")],
    ),
    // Patterns
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { diff = '(?i)\\bDROP\\s+TABLE\\b' }", &[]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { diff = \"\\bDROP\" }", &[("backspace-in-pattern", "\"\\bDROP\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { title = '\\bCHG\\w{7}\\b', on_declaration = true }", &[]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { diff = '(?!a)' }", &[("bad-pattern", "'(?!a)'")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { diff = '\\w{60000}' }", &[("bad-pattern", "'\\w{60000}'")]),
    // What the author decides
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { title = 'hotfix' }", &[("needs-on-declaration", "title")]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { title = 'hotfix', on_declaration = false }",
        &[("needs-on-declaration", "title")],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { labels = [\"db\"], draft = false, on_declaration = true }", &[]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { on_declaration = true, any = [{ head = [\"x\"] }, { fork = true }] }",
        &[("says-nothing", "true"), ("needs-on-declaration", "head")],
    ),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { not = { title = 'x' } }",
        &[("author-controlled-relaxation", "title")],
    ),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { not = { all = [{ files = [\"a\"] }, { field = { impact = \"low\" } }] } }",
        &[("author-controlled-relaxation", "field")],
    ),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { not = { not = { labels = [\"x\"] } } }",
        &[("author-controlled-relaxation", "labels")],
    ),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { not = { committer_in = [\"user:carol\"] } }",
        &[("author-controlled-relaxation", "committer_in")],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { not = { author = [\"carol\"], only_files = [\"docs/**\"] } }", &[]),
    (
        "[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nscore = 1\nwhen = { not = { draft = true } }",
        &[("author-controlled-relaxation", "draft")],
    ),
    // Expressions
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { expr = 'files.size() > 3 && base == \"title\"' }", &[]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { expr = 'fork || title.contains(\"x\")' }",
        &[("author-controlled-relaxation", "title")],
    ),
    (
        "[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nscore = 1\nwhen = { expr = 'draft' }",
        &[("author-controlled-relaxation", "draft")],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { expr = 'line > 3' }", &[("unknown-name", "line")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { expr = 'author == \"ann\" && risk > \"low\"' }", &[]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { expr = 'author_in == \"ann\" || lime > 3 || lines > fork' }",
        &[("unknown-name", "author_in"), ("unknown-name", "lime"), ("bad-expression", "lines > fork")],
    ),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { expr = 'draft || fields.impact == \"high\" || draft' }",
        &[("author-controlled-relaxation", "draft"), ("author-controlled-relaxation", "fields")],
    ),
    (
        "[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nscore = 1\nwhen = { expr = 'risk > \"low\"' }",
        &[("risk-in-factor", "risk")],
    ),
    (
        "[[notify]]\non = [\"failed\"]\nto = [\"slack:a\"]\nwhen = { expr = 'fields.inpact == \"high\"' }",
        &[("unknown-name", "inpact")],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { expr = 'lines > \"3\"' }", &[("bad-expression", "lines > \"3\"")]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { expr = \"base == \\\"a\\\" &\" }",
        &[("bad-expression", "\"base == \\\"a\\\" &\""), ("bad-expression", "\"base == \\\"a\\\" &\"")],
    ),
    ("[[notify]]\non = [\"failed\"]\nto = [\"slack:a\"]\nwhen = { expr = 'title == \"x\"', labels = [\"b\"] }", &[]),
    // The instant
    (
        "timezone = \"Europe/London\"\n[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { at = { days = \"Fri\", hours = \"12:00-24:00\" } }",
        &[],
    ),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { at = { days = \"Fri\" } }",
        &[("no-timezone", "{ days = \"Fri\" }")],
    ),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { at = [{ days = \"Fri\", timezone = \"UTC\" }] }", &[]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwhen = { at = {} }", &[("missing-key", "{}"), ("no-timezone", "{}")]),
];
