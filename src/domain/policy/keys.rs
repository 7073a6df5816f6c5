//! The one table of the language: every key, where it may stand, what it takes,
//! who controls the fact behind it, and whether this version enforces it.
//!
//! The reader refuses what is not listed here, words its hints from it, and marks
//! what is not enforced by it; the reference and the walk over every key are
//! tested against it.

/// A key of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The table it may stand in, as `rule`, `risk.factor`, `when`; empty for the top of the file.
    pub table: &'static str,
    /// The key.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Who controls the fact that a condition reads.
    pub control: Control,
    /// What this version makes of it.
    pub status: Status,
    /// The table whose keys stand in its value, where it takes tables of the language.
    pub opens: Option<&'static str>,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// A list of texts.
    Texts,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of these words.
    Choices(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// Globs over paths or names.
    Globs,
    /// Globs over branches, or `~DEFAULT_BRANCH`.
    BranchGlobs,
    /// A regular expression.
    Pattern,
    /// Names that the policy defines.
    Names,
    /// An authority, `team:ORG/SLUG` or `user:LOGIN`.
    Who,
    /// A list of those.
    WhoList,
    /// A list of logins.
    Logins,
    /// A list of `ORG/SLUG`.
    Teams,
    /// `30m`, `24h`, `14d`, `2w`, `5 business days`.
    Duration,
    /// A date, or a date and time.
    Date,
    /// A time zone of the IANA database.
    Zone,
    /// Days of the week.
    Days,
    /// From one time of the day to another.
    Hours,
    /// A recurrence of RFC 5545.
    Recurrence,
    /// A comparison with a number.
    Comparison,
    /// A comparison with a level of risk.
    LevelComparison,
    /// A CEL expression.
    Expression,
    /// A table.
    Table,
    /// A list of tables, each written `[[NAME]]` or inline.
    Tables,
    /// A table of tables, each under a name of the admin's own.
    Named,
    /// A table whose keys are the admin's own words.
    Words,
    /// A list of texts or tables.
    TextsOrTables,
}

impl Kind {
    /// What is expected, as the words after `takes`.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Texts => "a list of texts",
            Self::Choice(_) => "one word",
            Self::Choices(_) => "a list of words",
            Self::Flag => "`true` or `false`",
            Self::Number => "a whole number",
            Self::Globs => "a list of globs",
            Self::BranchGlobs => "a list of branches",
            Self::Pattern => "a regular expression in quotes",
            Self::Names => "a list of names",
            Self::Who => "a name, `team:ORG/SLUG` or `user:LOGIN`",
            Self::WhoList => "a list of names, `team:ORG/SLUG` or `user:LOGIN`",
            Self::Logins => "a list of logins",
            Self::Teams => "a list of `ORG/SLUG`",
            Self::Duration => "a length of time in quotes, such as `\"24h\"`",
            Self::Date => "a date or a date and time",
            Self::Zone => "a time zone in quotes, such as `\"Europe/London\"`",
            Self::Days => "days of the week, such as `\"Mon-Fri\"`",
            Self::Hours => "hours, such as `\"09:00-17:00\"`",
            Self::Recurrence => "a recurrence, such as `\"FREQ=WEEKLY;BYDAY=FR\"`",
            Self::Comparison => "a comparison in quotes, such as `\">= 500\"`",
            Self::LevelComparison => "a comparison in quotes, such as `\">= high\"`",
            Self::Expression => "an expression in quotes",
            Self::Table | Self::Named | Self::Words => "a table",
            Self::Tables => "a list of tables",
            Self::TextsOrTables => "a list of texts or tables",
        }
    }
}

/// Who controls the fact that a condition reads: what an author controls may raise what is asked, never lower it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// The author does not.
    NotAuthor,
    /// The author does.
    Author,
    /// The author does, unless every commit is verified.
    AuthorUnlessVerified,
    /// As the facts that the expression names.
    AsNamed,
}

/// What this version makes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does what POLICY.md says.
    Enforced,
    /// It is read and checked; what it would hold is held, or unknown.
    NotYet,
}

/// Every key of the language.
pub fn keys() -> &'static [Key] {
    KEYS
}

/// The keys that may stand in a table.
pub(super) fn keys_of(table: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.table == table)
}

/// One key of a table.
pub(super) fn find(table: &str, name: &str) -> Option<&'static Key> {
    keys_of(table).find(|key| key.name == name)
}

const fn key(table: &'static str, name: &'static str, kind: Kind) -> Key {
    Key { table, name, kind, control: Control::NotAuthor, status: Status::Enforced, opens: None }
}

impl Key {
    const fn opens(mut self, table: &'static str) -> Self {
        self.opens = Some(table);
        self
    }

    const fn controlled(mut self, control: Control) -> Self {
        self.control = control;
        self
    }
}

pub(super) const MODES: &[&str] = &["observe", "warn", "enforce"];
pub(super) const FIELD_KINDS: &[&str] =
    &["text", "choice", "many-of", "yes-no", "who", "instant", "window", "duration", "link", "ticket"];
pub(super) const NONE_ANSWERS: &[&str] = &["accept", "with-reason", "refuse"];
pub(super) const PERMISSIONS: &[&str] = &["read", "triage", "write", "maintain", "admin"];
pub(super) const OWNERS: &[&str] = &["any", "each"];
pub(super) const LEVELS: &[&str] = &["low", "medium", "high", "critical"];
pub(super) const TYPES: &[&str] = &["standard", "normal", "emergency"];
pub(super) const INDEPENDENCE: &[&str] = &["author", "committers", "co-authors", "pushers", "operators"];
pub(super) const KEEP: &[&str] = &["same-diff", "same-sha"];
pub(super) const CHANGES_REQUESTED: &[&str] = &["block", "ignore"];
pub(super) const UNATTRIBUTED: &[&str] = &["unknown", "pusher"];
pub(super) const REQUEST: &[&str] = &["no", "teams", "people"];
pub(super) const CONCLUSIONS: &[&str] = &[
    "success",
    "neutral",
    "skipped",
    "failure",
    "cancelled",
    "timed_out",
    "action_required",
    "stale",
    "startup_failure",
    "error",
];
pub(super) const DEPLOYMENT_STATES: &[&str] =
    &["success", "failure", "error", "inactive", "in_progress", "queued", "pending"];
pub(super) const HOLDS: &[&str] = &["merge", "deploy"];
pub(super) const PLANNED_WINDOW: &[&str] = &["enforce", "warn", "off"];
pub(super) const COLLISIONS: &[&str] = &["warn", "block", "off"];
pub(super) const OVERDUE: &[&str] = &["block", "warn"];
pub(super) const SHOW: &[&str] = &["when-needed", "always", "never"];
pub(super) const NOTICES: &[&str] = &[
    "submitted",
    "authorised",
    "blocked",
    "scheduled",
    "frozen",
    "unfrozen",
    "implemented",
    "verified",
    "failed",
    "backed-out",
    "emergency",
    "review-due",
    "review-overdue",
    "closed",
];

static KEYS: &[Key] = &[
    key("", "version", Kind::Number),
    key("", "mode", Kind::Choice(MODES)),
    key("", "packs", Kind::Texts),
    key("", "timezone", Kind::Zone),
    key("", "scope", Kind::Table).opens("scope"),
    key("", "record", Kind::Table).opens("record"),
    key("", "services", Kind::Named).opens("services"),
    key("", "environments", Kind::Named).opens("environments"),
    key("", "authorities", Kind::Named).opens("authorities"),
    key("", "risk", Kind::Table).opens("risk"),
    key("", "check", Kind::Table).opens("check"),
    key("", "checks", Kind::Table).opens("checks"),
    key("", "rule", Kind::Tables).opens("rule"),
    key("", "freeze", Kind::Tables).opens("freeze"),
    key("", "window", Kind::Tables).opens("window"),
    key("", "model", Kind::Tables).opens("model"),
    key("", "waiver", Kind::Tables).opens("waiver"),
    key("", "emergency", Kind::Table).opens("emergency"),
    key("", "approval", Kind::Table).opens("approval"),
    key("", "schedule", Kind::Table).opens("schedule"),
    key("", "pir", Kind::Table).opens("pir"),
    key("", "notify", Kind::Tables).opens("notify"),
    key("", "comment", Kind::Table).opens("comment"),
    key("scope", "repositories", Kind::Globs),
    key("scope", "properties", Kind::Words),
    key("scope", "base", Kind::BranchGlobs),
    key("record", "required", Kind::Names),
    key("record", "fields", Kind::Named).opens("record.fields"),
    key("record.fields", "kind", Kind::Choice(FIELD_KINDS)),
    key("record.fields", "choices", Kind::Texts),
    key("record.fields", "aliases", Kind::Texts),
    key("record.fields", "values", Kind::Words),
    key("record.fields", "pattern", Kind::Pattern),
    key("record.fields", "none", Kind::Choice(NONE_ANSWERS)),
    key("services", "paths", Kind::Globs),
    key("services", "tier", Kind::Number),
    key("services", "owner", Kind::Who),
    key("services", "depends_on", Kind::Names),
    key("environments", "names", Kind::Texts),
    key("environments", "paths", Kind::Globs),
    key("environments", "base", Kind::BranchGlobs),
    key("authorities", "teams", Kind::Teams),
    key("authorities", "users", Kind::Logins),
    key("authorities", "permission", Kind::Choice(PERMISSIONS)),
    key("authorities", "codeowners", Kind::Choice(OWNERS)),
    key("authorities", "fill", Kind::Text),
    key("authorities", "except", Kind::WhoList),
    key("authorities", "unowned", Kind::WhoList),
    key("authorities", "write", Kind::Flag),
    key("check", "names", Kind::Words),
    key("checks", "trusted_paths", Kind::Globs),
    key("risk", "levels", Kind::Table).opens("risk.levels"),
    key("risk", "factor", Kind::Tables).opens("risk.factor"),
    key("risk.levels", "medium", Kind::Number),
    key("risk.levels", "high", Kind::Number),
    key("risk.levels", "critical", Kind::Number),
    key("risk.factor", "id", Kind::Text),
    key("risk.factor", "why", Kind::Text),
    key("risk.factor", "when", Kind::Table).opens("when"),
    key("risk.factor", "score", Kind::Number),
    key("risk.factor", "level", Kind::Choice(LEVELS)),
    key("rule", "id", Kind::Text),
    key("rule", "why", Kind::Text),
    key("rule", "controls", Kind::Texts),
    key("rule", "when", Kind::Table).opens("when"),
    key("rule", "mode", Kind::Choice(MODES)),
    key("rule", "always", Kind::Flag),
    key("rule", "waive", Kind::Table).opens("waive"),
    key("rule", "approvals", Kind::Tables).opens("approvals"),
    key("rule", "checks", Kind::TextsOrTables).opens("rule.checks"),
    key("rule", "deployments", Kind::Tables).opens("rule.deployments"),
    key("rule", "fields", Kind::Names),
    key("rule", "signed", Kind::Flag),
    key("rule", "resolved_threads", Kind::Flag),
    key("rule", "soak", Kind::Duration),
    key("rule", "notice", Kind::Duration),
    key("rule", "acknowledge", Kind::WhoList),
    key("rule", "deny", Kind::Text),
    key("rule", "allow", Kind::Text),
    key("approvals", "from", Kind::WhoList),
    key("approvals", "count", Kind::Number),
    key("approvals", "any", Kind::Tables).opens("approvals"),
    key("approvals", "independent_of", Kind::Choices(INDEPENDENCE)),
    key("approvals", "keep", Kind::Choice(KEEP)),
    key("approvals", "expires", Kind::Duration),
    key("approvals", "unattributed", Kind::Choice(UNATTRIBUTED)),
    key("approvals", "unbound", Kind::Names),
    key("approvals", "request", Kind::Choice(REQUEST)),
    key("rule.checks", "name", Kind::Text),
    key("rule.checks", "app", Kind::Text),
    key("rule.checks", "creator", Kind::Text),
    key("rule.checks", "required", Kind::Flag),
    key("rule.checks", "conclusions", Kind::Choices(CONCLUSIONS)),
    key("rule.deployments", "environment", Kind::Text),
    key("rule.deployments", "state", Kind::Choice(DEPLOYMENT_STATES)),
    key("rule.deployments", "by", Kind::Text),
    key("waive", "from", Kind::WhoList),
    key("waive", "count", Kind::Number),
    key("waive", "for", Kind::Duration),
    key("when", "files", Kind::Globs),
    key("when", "only_files", Kind::Globs),
    key("when", "no_files", Kind::Globs),
    key("when", "diff", Kind::Pattern),
    key("when", "lines", Kind::Comparison),
    key("when", "files_changed", Kind::Comparison),
    key("when", "commits", Kind::Comparison),
    key("when", "services", Kind::Names),
    key("when", "tier", Kind::Comparison),
    key("when", "environments", Kind::Names),
    key("when", "repositories", Kind::Globs),
    key("when", "properties", Kind::Words),
    key("when", "base", Kind::BranchGlobs),
    key("when", "author", Kind::Logins),
    key("when", "author_in", Kind::WhoList),
    key("when", "first_contribution", Kind::Flag),
    key("when", "fork", Kind::Flag),
    key("when", "agent", Kind::Flag),
    key("when", "committer_in", Kind::WhoList).controlled(Control::AuthorUnlessVerified),
    key("when", "signed", Kind::Flag),
    key("when", "type", Kind::Choices(TYPES)),
    key("when", "risk", Kind::LevelComparison),
    key("when", "field", Kind::Words).controlled(Control::Author).opens("when.field"),
    key("when", "title", Kind::Pattern).controlled(Control::Author),
    key("when", "labels", Kind::Texts).controlled(Control::Author),
    key("when", "head", Kind::Globs).controlled(Control::Author),
    key("when", "draft", Kind::Flag).controlled(Control::Author),
    key("when", "on_declaration", Kind::Flag),
    key("when", "at", Kind::Table).opens("at"),
    key("when", "expr", Kind::Expression).controlled(Control::AsNamed),
    key("when", "any", Kind::Tables).opens("when"),
    key("when", "all", Kind::Tables).opens("when"),
    key("when", "not", Kind::Table).opens("when"),
    key("when.field", "matches", Kind::Pattern),
    key("when.field", "state", Kind::Texts),
    key("at", "days", Kind::Days),
    key("at", "hours", Kind::Hours),
    key("at", "timezone", Kind::Zone),
    key("freeze", "id", Kind::Text),
    key("freeze", "why", Kind::Text),
    key("freeze", "from", Kind::Date),
    key("freeze", "until", Kind::Date),
    key("freeze", "rrule", Kind::Recurrence),
    key("freeze", "duration", Kind::Duration),
    key("freeze", "calendar", Kind::Text),
    key("freeze", "timezone", Kind::Zone),
    key("freeze", "when", Kind::Table).opens("when"),
    key("freeze", "holds", Kind::Choices(HOLDS)),
    key("freeze", "waive", Kind::Table).opens("waive"),
    key("freeze", "always", Kind::Flag),
    key("window", "id", Kind::Text),
    key("window", "days", Kind::Days),
    key("window", "hours", Kind::Hours),
    key("window", "open", Kind::Tables).opens("at"),
    key("window", "rrule", Kind::Recurrence),
    key("window", "from", Kind::Date),
    key("window", "duration", Kind::Duration),
    key("window", "calendar", Kind::Text),
    key("window", "timezone", Kind::Zone),
    key("window", "when", Kind::Table).opens("when"),
    key("window", "holds", Kind::Choices(HOLDS)),
    key("window", "waive", Kind::Table).opens("waive"),
    key("window", "always", Kind::Flag),
    key("model", "id", Kind::Text),
    key("model", "owner", Kind::Who),
    key("model", "until", Kind::Date),
    key("model", "when", Kind::Table).opens("when"),
    key("model", "approvals", Kind::Tables).opens("approvals"),
    key("model", "fields", Kind::Names),
    key("model", "suspend_after_failures", Kind::Number),
    key("waiver", "id", Kind::Text),
    key("waiver", "rules", Kind::Names),
    key("waiver", "until", Kind::Date),
    key("waiver", "why", Kind::Text),
    key("waiver", "when", Kind::Table).opens("when"),
    key("emergency", "declared_by", Kind::WhoList),
    key("emergency", "ticket", Kind::Pattern),
    key("emergency", "expires", Kind::Duration),
    key("emergency", "approvals", Kind::Tables).opens("approvals"),
    key("emergency", "postpone", Kind::Names),
    key("emergency", "review_within", Kind::Duration),
    key("emergency", "overdue", Kind::Choice(OVERDUE)),
    key("approval", "independent_of", Kind::Choices(INDEPENDENCE)),
    key("approval", "keep", Kind::Choice(KEEP)),
    key("approval", "expires", Kind::Duration),
    key("approval", "changes_requested", Kind::Choice(CHANGES_REQUESTED)),
    key("approval", "unattributed", Kind::Choice(UNATTRIBUTED)),
    key("approval", "unbound", Kind::Names),
    key("approval", "request", Kind::Choice(REQUEST)),
    key("schedule", "planned_window", Kind::Choice(PLANNED_WINDOW)),
    key("schedule", "collisions", Kind::Choice(COLLISIONS)),
    key("pir", "when", Kind::Table).opens("when"),
    key("pir", "within", Kind::Duration),
    key("notify", "on", Kind::Choices(NOTICES)),
    key("notify", "to", Kind::Texts),
    key("notify", "when", Kind::Table).opens("when"),
    key("comment", "show", Kind::Choice(SHOW)),
];
