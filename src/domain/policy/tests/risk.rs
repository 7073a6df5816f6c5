//! Levels and factors.

use super::Case;

pub(super) const CASES: &[Case] = &[
    ("[risk.levels]\nmedium = 30\nhigh = 60\ncritical = 90", &[]),
    ("[risk.levels]\nmedium = 60\nhigh = 30\ncritical = 90", &[("levels-out-of-order", "30")]),
    ("[risk.levels]\nmedium = 30\nhigh = 60\ncritical = 60", &[("levels-out-of-order", "60")]),
    ("[risk.levels]\nmedium = 30", &[("missing-key", "[risk.levels]"), ("missing-key", "[risk.levels]")]),
    ("[risk.levels]\nlow = 1\nmedium = 30\nhigh = 60\ncritical = 90", &[("unknown-key", "low")]),
    ("[risk.levels]\nmedium = 30\nhigh = 60\ncritical = 101", &[("bad-value", "101")]),
    ("[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nwhen = { files = [\"a\"] }\nscore = 35", &[]),
    (
        "[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nwhen = { files = [\"a\"] }\nscore = 35\nlevel = \"high\"",
        &[("score-or-level", "level")],
    ),
    ("[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nwhen = { files = [\"a\"] }", &[("score-or-level", "[[risk.factor]]")]),
    ("[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nwhen = { files = [\"a\"] }\nscore = 0", &[("bad-value", "0")]),
    (
        "[[risk.factor]]\nid = \"a\"\nwhen = { files = [\"a\"] }\nlevel = \"hihg\"",
        &[("missing-key", "[[risk.factor]]"), ("bad-value", "\"hihg\"")],
    ),
    ("[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nscore = 1", &[("missing-key", "[[risk.factor]]")]),
    (
        "[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nwhen = { risk = \">= high\" }\nscore = 1",
        &[("risk-in-factor", "\">= high\"")],
    ),
    (
        "[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nwhen = { fork = true }\nscore = 1\n\
         [[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nwhen = { fork = true }\nscore = 1",
        &[("duplicate-id", "\"a\"")],
    ),
    // What the author decides may raise the risk without saying so.
    ("[[risk.factor]]\nid = \"a\"\nwhy = \"b\"\nwhen = { title = 'hotfix' }\nscore = 1", &[]),
];
