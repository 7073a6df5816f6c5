//! Who may authorise, and who is meant.

use super::Case;

pub(super) const CASES: &[Case] = &[
    ("[authorities.peer]\npermission = \"write\"\nexcept = [\"team:acme/contractors\", \"user:eve\"]", &[]),
    ("[authorities.peer]\npermission = \"wirte\"", &[("bad-value", "\"wirte\"")]),
    ("[authorities.peer]\nexcept = [\"user:eve\"]", &[("missing-key", "[authorities.peer]")]),
    ("[authorities.peer]\nwrite = false\nusers = [\"carol\"]", &[]),
    ("[authorities.\"the board\"]\nusers = [\"carol\"]", &[("bad-name", "\"the board\"")]),
    ("[authorities.cab]\nteams = [\"cab\"]", &[("bad-team", "\"cab\"")]),
    ("[authorities.cab]\nteams = [\"@acme/cab\"]", &[("bad-team", "\"@acme/cab\"")]),
    ("[authorities.cab]\nteams = \"acme/cab\"", &[("wrong-type", "\"acme/cab\"")]),
    ("[authorities.cab]\nusers = [\"@carol\"]", &[("bad-login", "\"@carol\"")]),
    ("[authorities.cab]\nusers = [\"acme/cab\"]", &[("bad-login", "\"acme/cab\"")]),
    ("[authorities.cab]\nusers = [\"carol\", \"dependabot[bot]\"]", &[]),
    ("[authorities.owners]\ncodeowners = \"any\"\nunowned = [\"user:carol\"]", &[]),
    ("[authorities.owners]\ncodeowners = \"all\"", &[("bad-value", "\"all\"")]),
    ("[authorities.cab]\nusers = [\"carol\"]\nunowned = [\"user:eve\"]", &[("says-nothing", "unowned")]),
    ("[authorities.cab]\nfill = \"who authorises here\"", &[]),
    ("[authorities.cab]\nfill = \"\"", &[("empty-text", "\"\"")]),
    ("[authorities.cab]\nusers = [\"carol\"]\nexcept = [\"cab\"]", &[("circular", "cab")]),
    (
        "[authorities.a]\nusers = [\"carol\"]\nexcept = [\"b\"]\n[authorities.b]\nusers = [\"eve\"]\nexcept = [\"a\"]",
        &[("circular", "a"), ("circular", "b")],
    ),
    // Who
    ("[services.a]\npaths = [\"a\"]\nowner = \"team:acme/payments\"", &[]),
    ("[services.a]\npaths = [\"a\"]\nowner = \"payments\"", &[("unknown-name", "\"payments\"")]),
    (
        "[services.a]\npaths = [\"a\"]\nowner = \"paymnets\"\n[authorities.payments]\nusers = [\"carol\"]",
        &[("unknown-name", "\"paymnets\"")],
    ),
    ("[services.a]\npaths = [\"a\"]\nowner = \"group:payments\"", &[("bad-who", "\"group:payments\"")]),
    ("[services.a]\npaths = [\"a\"]\nowner = \"@acme/payments\"", &[("bad-who", "\"@acme/payments\"")]),
    ("[services.a]\npaths = [\"a\"]\nowner = \"@carol\"", &[("bad-who", "\"@carol\"")]),
    ("[services.a]\npaths = [\"a\"]\nowner = \"team:payments\"", &[("bad-team", "\"team:payments\"")]),
    ("[services.a]\npaths = [\"a\"]\nowner = \"user:no body\"", &[("bad-login", "\"user:no body\"")]),
    ("[services.a]\npaths = [\"a\"]\nowner = [\"user:carol\"]", &[("wrong-type", "[\"user:carol\"]")]),
    // Services and environments
    ("[services.a]\npaths = [\"a\"]\ndepends_on = [\"b\"]", &[("unknown-name", "\"b\"")]),
    ("[services.a]\npaths = [\"a\"]\ndepends_on = [\"b\"]\n[services.b]\npaths = [\"b\"]", &[]),
    ("[services.a]\ntier = 1", &[("missing-key", "[services.a]")]),
    ("[services.a]\npaths = [\"/a/**\"]", &[("bad-glob", "\"/a/**\"")]),
    ("[services]\na = 1", &[("wrong-type", "1")]),
    ("[environments.production]\nnames = [\"prod\"]\npaths = [\"deploy/**\"]\nbase = [\"main\"]", &[]),
    ("[environments.production]\nnames = []", &[("empty-list", "[]")]),
];
