//! Every code that a diagnostic about a policy can carry, with its one-line meaning.
//!
//! One list: the reader takes its codes from here, and the reference is tested
//! against it. A code, once shipped, keeps its meaning.

macro_rules! codes {
    ($($constant:ident $code:literal $meaning:literal)*) => {
        $(pub(super) const $constant: &str = $code;)*

        /// The codes of diagnostics about policy files, each with its meaning.
        pub const CODES: &[(&str, &str)] = &[$(($code, $meaning)),*];
    };
}

codes! {
    SYNTAX "syntax" "the file is not TOML"
    TOO_LARGE "too-large" "the file is larger than GitHub hands out whole, or has too many globs and patterns"
    UNKNOWN_KEY "unknown-key" "the table has no key of that name"
    MISSING_KEY "missing-key" "a key that the table needs is not there"
    WRONG_TYPE "wrong-type" "the value is of another type than the key takes"
    BAD_VALUE "bad-value" "the value is none that the key takes"
    BAD_VERSION "bad-version" "the file is written for a version of the language that is not known"
    EMPTY_LIST "empty-list" "a list without members"
    EMPTY_TEXT "empty-text" "a text that says nothing"
    EMPTY_WHEN "empty-when" "a table of conditions without conditions"
    TWO_FORMS "two-forms" "keys stand side by side that exclude each other"
    BAD_NAME "bad-name" "an id or a name that cannot be written elsewhere"
    BAD_WHO "bad-who" "neither an authority's name nor `team:ORG/SLUG` nor `user:LOGIN`"
    BAD_TEAM "bad-team" "not of the form `ORG/SLUG`"
    BAD_LOGIN "bad-login" "no login that GitHub could have given"
    BAD_GLOB "bad-glob" "a glob that cannot be read, or could never match"
    ONLY_EXCLUSIONS "only-exclusions" "globs that take out and none that takes in"
    ROOT_ONLY_GLOB "root-only-glob" "a glob such as `*.md`, which matches at the root only"
    BAD_PATTERN "bad-pattern" "a regular expression that cannot be read, or is too large"
    BACKSPACE_IN_PATTERN "backspace-in-pattern" "`\\b` in double quotes is a backspace, not a word boundary"
    BAD_COMPARISON "bad-comparison" "not of the form `>= 500` or `>= high`"
    BAD_EXPRESSION "bad-expression" "an expression that cannot be read, is never true or false, or may cost too much"
    BAD_DURATION "bad-duration" "not a length of time such as `30m`, `24h`, `14d` or `5 business days`"
    BAD_DATE "bad-date" "not a date or a date and time"
    BAD_ZONE "bad-zone" "not a time zone of the IANA database"
    BAD_DAYS "bad-days" "not days of the week such as `Mon-Fri` or `Sat`"
    BAD_HOURS "bad-hours" "not hours such as `09:00-17:00`"
    BAD_RRULE "bad-rrule" "not a recurrence of RFC 5545, daily or longer"
    NO_TIMEZONE "no-timezone" "a local time without a zone"
    GAP_OR_OVERLAP "gap-or-overlap" "a local time that its zone skips or has twice"
    ENDS_BEFORE_START "ends-before-start" "an end that does not lie after its start"
    LEVELS_OUT_OF_ORDER "levels-out-of-order" "bounds of risk levels that do not rise"
    SCORE_OR_LEVEL "score-or-level" "a risk factor with both or neither of `score` and `level`"
    RISK_IN_FACTOR "risk-in-factor" "a risk factor that asks for the risk it makes"
    UNKNOWN_NAME "unknown-name" "a name that is defined neither here nor above"
    DUPLICATE_ID "duplicate-id" "an id or a name that this file uses twice"
    REDEFINED "redefined" "a name that is defined already, here or above"
    ALIAS_CLASH "alias-clash" "an alias that leads to another field already"
    CIRCULAR "circular" "an authority whose exceptions lead in a circle"
    ROLE_LOOSENED "role-loosened" "a layer that fills a role may name people and loosen nothing"
    ROLE_UNFILLED "role-unfilled" "a rule asks for a role for which nobody is named"
    TIER_MISSING "tier-missing" "tiers are compared and a service has none"
    NO_REQUIREMENT "no-requirement" "a rule that asks nothing"
    ALLOW_AND_ASK "allow-and-ask" "a rule that asks nothing on purpose and asks something"
    SAYS_NOTHING "says-nothing" "a setting that changes nothing where it stands"
    REFUSES_THE_REST "refuses-the-rest" "the only rule is narrow, so every other change is refused"
    ASKS_NOTHING "asks-nothing" "the layers together ask nothing of any change"
    AUTHOR_CONTROLLED_RELAXATION "author-controlled-relaxation" "what the author controls would lower what is asked"
    NEEDS_ON_DECLARATION "needs-on-declaration" "a condition that the author decides, without saying so"
    NEVER_APPLIES "never-applies" "conditions that exclude each other"
    NOT_DECIDED "not-decided" "conditions with more alternatives than are looked at"
    SHADOWED "shadowed" "a rule that asks nothing which another does not ask of the same changes"
    NEVER_MET "never-met" "approvals that nobody is left to give"
    NEVER_HIT "never-hit" "a risk factor that none of the last changes would have hit"
    ENDLESS_FREEZE "endless-freeze" "a freeze that never ends, or lasts for more than a year"
    PAST "past" "a freeze, window, model or waiver that is over"
    WIDE_MODEL "wide-model" "a model that covers files which a factor makes high or critical"
    MATCHES_NO_FILE "matches-no-file" "a glob that matches no file of the repository"
    UNUSED "unused" "an authority, service or environment that nothing names"
    AUTHOR_STEPS_OUT "author-steps-out" "the author can step out of every rule that asks for an approval"
    LONG_EMERGENCY "long-emergency" "an emergency that lasts longer than a day"
    NOBODY_DECLARES "nobody-declares" "an emergency lane for which no person is named"
    SOLE_APPROVER "sole-approver" "an emergency that whoever declares it would have to approve"
    OVERDUE_WARNS "overdue-warns" "an emergency whose review may stay undone"
    LIFTS_NOTHING "lifts-nothing" "a waiver for what has `always`"
}
