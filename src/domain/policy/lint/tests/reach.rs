//! Models that cover too much, globs that match nothing, names that nothing asks for.

use super::Case;
use crate::diagnostic::Severity::{Note, Warning};

/// A factor that makes migrations high, and a model under these conditions.
macro_rules! model {
    ($conditions:literal) => {
        concat!(
            "[[risk.factor]]\nid = \"schema\"\nlevel = \"high\"\nwhy = \"w\"\nwhen = { files = [\"**/migrations/**\"] }\n",
            "[[model]]\nid = \"m\"\nowner = \"user:o\"\nuntil = \"2027-06-30\"\napprovals = []\nwhen = { ",
            $conditions,
            " }\n"
        )
    };
}

/// Six alternatives in each of four, of all of which one has to hold.
const CROWDED: &str = "[[rule]]\nid = \"a\"\nallow = \"b\"\n[rule.when]\nall = [\n{ any = [{ lines = \"> 1\" }, { lines = \"> 2\" }, { lines = \"> 3\" }, { lines = \"> 4\" }, { lines = \"> 5\" }, { lines = \"> 6\" }] },\n{ any = [{ lines = \"> 1\" }, { lines = \"> 2\" }, { lines = \"> 3\" }, { lines = \"> 4\" }, { lines = \"> 5\" }, { lines = \"> 6\" }] },\n{ any = [{ lines = \"> 1\" }, { lines = \"> 2\" }, { lines = \"> 3\" }, { lines = \"> 4\" }, { lines = \"> 5\" }, { lines = \"> 6\" }] },\n{ any = [{ lines = \"> 1\" }, { lines = \"> 2\" }, { lines = \"> 3\" }, { lines = \"> 4\" }, { lines = \"> 5\" }, { lines = \"> 6\" }] },\n]\n";

pub(super) const CASES: &[Case] = &[
    (
        model!("only_files = [\"db/**\"]"),
        &[(
            Warning,
            "wide-model",
            &["when = { only_files = [\"db/**\"] }", "when = { files = [\"**/migrations/**\"] }"],
        )],
    ),
    // Nothing keeps other files out.
    (
        model!("files = [\"Cargo.lock\"]"),
        &[(
            Warning,
            "wide-model",
            &["when = { files = [\"Cargo.lock\"] }", "when = { files = [\"**/migrations/**\"] }"],
        )],
    ),
    (model!("only_files = [\"**/Cargo.lock\"], lines = \"<= 200\", risk = \"<= medium\""), &[]),
    (model!("only_files = [\"db/*.sql\"]"), &[]),
    (model!("only_files = [\"db/**\"], no_files = [\"**/migrations/**\"]"), &[]),
    (model!("only_files = [\"db/**\"], risk = \"< high\""), &[]),
    (model!("only_files = [\"db/**\", \"!db/migrations/**\"], no_files = [\"db/*/migrations/**\"]"), &[]),
    // Globs
    (
        "[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { any = [{ files = [\"Src/**\", \"web/**\"] }, { fork = true }] }",
        &[(Warning, "matches-no-file", &["\"Src/**\""])],
    ),
    ("[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { files = [\"src/**\", \"!web/*.tsx\"] }", &[]),
    (
        "[checks]\ntrusted_paths = [\"ci/**\"]\n[services.s]\npaths = [\"src/**\", \"gone/**\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { services = [\"s\"] }",
        &[(Warning, "matches-no-file", &["\"ci/**\""]), (Warning, "matches-no-file", &["\"gone/**\""])],
    ),
    // What was never hit
    (
        "[[risk.factor]]\nid = \"rare\"\nwhy = \"b\"\nscore = 5\nwhen = { fork = true }",
        &[(Warning, "never-hit", &["when = { fork = true }"])],
    ),
    ("[[risk.factor]]\nid = \"often\"\nwhy = \"b\"\nscore = 5\nwhen = { fork = true }", &[]),
    // Names
    (
        "[authorities.x]\nusers = [\"alice\"]\n[services.s]\npaths = [\"src/**\"]\n[environments.e]\nnames = [\"e\"]",
        &[(Warning, "unused", &["x"]), (Warning, "unused", &["s"]), (Warning, "unused", &["e"])],
    ),
    (
        "[authorities.x]\nusers = [\"alice\"]\n[services.s]\npaths = [\"src/**\"]\nowner = \"x\"\n[environments.e]\nnames = [\"prod\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { services = [\"s\"], environments = [\"e\"] }",
        &[],
    ),
    ("[authorities.agents]\nusers = [\"alice\"]", &[]),
    (
        "[services.s]\npaths = [\"src/**\"]\ntier = 1\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { any = [{ tier = \"<= 1\" }] }",
        &[],
    ),
    (
        "[services.s]\npaths = [\"src/**\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { expr = \"'s' in services\" }",
        &[],
    ),
    // Too much to look at
    (CROWDED, &[(Note, "not-decided", &["[[rule]]"])]),
];
