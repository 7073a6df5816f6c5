//! The shape of a file: TOML itself, keys, types, lists, the top of the file.

use super::Case;

pub(super) const CASES: &[Case] = &[
    ("", &[]),
    // TOML itself
    ("a = = 1\nb", &[("unknown-key", "a"), ("syntax", "="), ("syntax", "1"), ("syntax", "b")]),
    ("mode = \"warn\"\nmode = \"observe\"", &[("syntax", "mode")]),
    // Keys
    ("mod = \"warn\"", &[("unknown-key", "mod")]),
    ("unheard_of = 1", &[("unknown-key", "unheard_of")]),
    ("[scope]\ntimezone = \"UTC\"", &[("unknown-key", "timezone")]),
    ("[scope]\nrepository = [\"a\"]", &[("unknown-key", "repository")]),
    ("[comment]\nshow = \"always\"\ntier = 1", &[("unknown-key", "tier")]),
    ("version = \"1\"", &[("wrong-type", "\"1\"")]),
    ("version = 2", &[("bad-version", "2")]),
    ("version = -1", &[("bad-value", "-1")]),
    // Types
    ("mode = true", &[("wrong-type", "true")]),
    ("packs = \"baseline\"", &[("wrong-type", "\"baseline\"")]),
    ("packs = [\"baseline\"]", &[]),
    ("packs = [1]", &[("wrong-type", "1")]),
    ("packs = [\"base line\"]", &[("bad-name", "\"base line\"")]),
    ("packs = []", &[("empty-list", "[]")]),
    ("packs = [\"basline\"]", &[("unknown-name", "\"basline\"")]),
    ("packs = [\"baseline\", \"baseline\"]", &[("duplicate-id", "\"baseline\"")]),
    ("scope = 1", &[("wrong-type", "1")]),
    ("[[scope]]\nbase = [\"main\"]", &[("wrong-type", "[[scope]]")]),
    ("[risk.factor]\nid = \"a\"\nwhy = \"b\"\nscore = 1\nwhen = { fork = true }", &[("wrong-type", "[risk.factor]")]),
    ("[comment]\nshow = 1979-05-27", &[("wrong-type", "1979-05-27")]),
    ("[comment]\nshow = 1.5", &[("wrong-type", "1.5")]),
    ("[services.a]\npaths = [\"a\"]\ntier = \"1\"", &[("wrong-type", "\"1\"")]),
    ("[services.a]\npaths = [\"a\"]\ntier = -1", &[("bad-value", "-1")]),
    ("[services.a]\npaths = [\"a\"]\ntier = 99999999999999999999", &[("bad-value", "99999999999999999999")]),
    // Words
    ("mode = \"enforced\"", &[("bad-value", "\"enforced\"")]),
    ("mode = \"loud\"", &[("bad-value", "\"loud\"")]),
    ("[comment]\nshow = \"when_needed\"", &[("bad-value", "\"when_needed\"")]),
    ("[comment]\nshow = \"always\"", &[]),
    ("[schedule]\nplanned_window = \"off\"\ncollisions = \"yes\"", &[("bad-value", "\"yes\"")]),
    // Scope
    ("[scope]\nrepositories = [\"*\", \"!sandbox-*\"]\nbase = [\"~DEFAULT_BRANCH\", \"release/**\"]", &[]),
    ("[scope]\nrepositories = [\"!sandbox-*\"]", &[("only-exclusions", "[\"!sandbox-*\"]")]),
    ("[scope]\nrepositories = [\"acme/web\"]", &[("bad-glob", "\"acme/web\"")]),
    ("[scope]\nbase = [\"refs/heads/main\"]", &[("bad-glob", "\"refs/heads/main\"")]),
    ("[scope]\nbase = [\"!~DEFAULT_BRANCH\"]", &[("only-exclusions", "[\"!~DEFAULT_BRANCH\"]")]),
    ("[scope]\nbase = [\"~DEFAULT_BRANCH\", \"!main\"]", &[]),
    ("[scope]\nbase = []", &[("empty-list", "[]")]),
    ("[scope]\nproperties = { team = \"a\", kind = [\"b\", \"c\"] }", &[]),
    ("[scope]\nproperties = { team = 1 }", &[("wrong-type", "1")]),
    ("[scope]\nproperties = {}", &[("empty-when", "{}")]),
    // Several problems of a file at once
    (
        "mode = 1\n[scope]\nbases = [\"main\"]\n[comment]\nshow = \"sometimes\"",
        &[("wrong-type", "1"), ("unknown-key", "bases"), ("bad-value", "\"sometimes\"")],
    ),
    // Checks
    ("[check]\nnames = { \"release/**\" = \"countersign: release\" }", &[]),
    ("[check]\nnames = { \"release/**\" = 1 }", &[("wrong-type", "1")]),
    ("[check]\nnames = { \"a**\" = \"b\" }", &[("bad-glob", "\"a**\"")]),
    ("[checks]\ntrusted_paths = [\"ci/**\"]", &[]),
    ("[checks]\ntrusted_paths = [\"ci/\"]", &[("bad-glob", "\"ci/\"")]),
];
