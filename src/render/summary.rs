//! The summary of a check run, section by section: first what is missing and who
//! can give it, then everything behind it.

use countersign_domain::decision::{
    Decision, FactorResult, FieldReport, Outcome, RequirementResult, RuleResult, State,
};
use countersign_domain::diagnostic::{Diagnostic, Placed, Severity};
use countersign_domain::facts::RecordOf;
use countersign_domain::policy::{ChangeType, Mode, Standing};
use countersign_domain::risk::Level;

use super::check_run::outcome_words;
use super::escape::{code, prose, prose_at, shorten};
use super::limits::{self, Section};
use super::phrase::{QUOTE_LIMIT, Voice, instant, sentence};
use super::{Context, annotation, announced, change_block, commands, emergency, life, requests, table};

/// What a change request is, for a reader who has never heard of one.
pub(super) const GLOSS: &str = "A change request is the part of the description that says what changes and why, how \
     risky it is, how it was tested, and how to take it back.";

/// The longest sentence of a diagnostic that is shown, in characters.
const SENTENCE_LIMIT: usize = 500;

/// All sections, in the order in which they matter.
pub(super) fn sections(decision: &Decision, context: &Context) -> Vec<Section> {
    let voice = Voice { names_people: decision.names_people };
    let mut sections = vec![intro(decision, voice, context)];
    sections.push(to_do(decision, voice, context));
    sections.push(change_block::section(decision, ""));
    sections.push(policy_errors(decision));
    sections.push(advised(decision, voice, context));
    sections.push(asked(decision, voice));
    sections.push(risk(decision));
    sections.push(record(decision));
    sections.push(remarks("Notes on the description", &decision.record_diagnostics));
    sections.push(remarks("Problems of the edited policy file", &edited(decision)));
    sections.push(policies(decision));
    sections.push(listed("Commands that do nothing", commands::refused(decision, voice)));
    sections.push(notices(decision, voice, context));
    sections.push(siblings(decision, context));
    sections.push(about(decision));
    sections
}

fn intro(decision: &Decision, voice: Voice, context: &Context) -> Section {
    let mut lines: Vec<String> = life::line(decision, voice, context).into_iter().collect();
    lines.extend(emergency::line(decision));
    lines.extend(announced::lines(decision));
    lines.extend(state_words(decision).map(str::to_owned));
    for policy in &decision.policies {
        if matches!(policy.standing, Standing::LastKnownGood { .. } | Standing::Wrong | Standing::Unreachable(_)) {
            let layer = policy.layer.name();
            lines.push(format!("⚠️ The {layer}'s policy file {}.", standing(&policy.standing)));
        }
    }
    if let Some(edit) = &decision.policy_edit {
        let errors = edit.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        if errors > 0 {
            let count = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
            lines.push(format!("⚠️ This pull request edits the policy file, and the edited version has {count}."));
        }
    }
    Section::block("introduction", lines.join("\n\n").lines().map(str::to_owned).collect::<Vec<_>>())
}

/// What has to be said of the state before anything is listed.
fn state_words(decision: &Decision) -> Option<&'static str> {
    if decision.draft {
        return Some(
            "This pull request is a draft. Nobody is asked for anything until it is ready for review; below is how it \
             stands.",
        );
    }
    if decision.outcome < decision.own_outcome {
        return Some(
            "It is not this pull request that holds the check. Another one has the same commit, and one check speaks \
             for both, so the worse of the two counts.",
        );
    }
    match decision.outcome {
        Outcome::Pass => Some("Everything that the policies ask of this change is there."),
        Outcome::Unknown => Some("Something could not be found out, and what is not known is never passed."),
        Outcome::Neutral => {
            Some("The policies that speak about this change are shown and decide nothing: this check stops no merge.")
        }
        Outcome::Block | Outcome::Act | Outcome::Wait | Outcome::Silent => None,
    }
}

fn to_do(decision: &Decision, voice: Voice, context: &Context) -> Section {
    acts("What is still needed", decision, Mode::Enforce, voice, context)
}

fn advised(decision: &Decision, voice: Voice, context: &Context) -> Section {
    let mut section = acts("Advised", decision, Mode::Warn, voice, context);
    if !section.rows.is_empty() {
        section.head.extend(["These rules only warn; they stop no merge.".to_owned(), String::new()]);
    }
    section
}

fn acts(name: &'static str, decision: &Decision, mode: Mode, voice: Voice, context: &Context) -> Section {
    let open = requests::open(decision, mode);
    let rows: Vec<String> = open.iter().map(|request| format!("- {}", request.line(voice, context))).collect();
    listed(name, rows)
}

fn listed(name: &'static str, rows: Vec<String>) -> Section {
    if rows.is_empty() {
        return Section { name, ..Section::default() };
    }
    Section { name, head: vec![format!("### {name}"), String::new()], rows, tail: Vec::new() }
}

fn asked(decision: &Decision, voice: Voice) -> Section {
    let speaks = |rule: &&RuleResult| rule.asks.iter().any(|ask| ask.state != State::NotApplicable);
    let mut rows = Vec::new();
    for rule in decision.rules.iter().filter(speaks) {
        let asks = rule.asks.iter().filter(|ask| ask.state != State::NotApplicable);
        for (place, ask) in asks.enumerate() {
            let name = if place == 0 { rule_cell(rule) } else { String::new() };
            rows.push(vec![name, voice.markdown(&ask.wanted), state_cell(ask), voice.markdown(&ask.observed)]);
        }
    }
    let mut section = table::section("What the policies ask", &["Rule", "Asked", "State", "Found"], &rows);
    let silent: Vec<String> = decision.rules.iter().filter(|rule| !speaks(rule)).map(requests::rule_name).collect();
    if !silent.is_empty() {
        let line = format!("Rules that do not speak about this change: {}.", requests::listed(&silent, "and"));
        if section.is_empty() {
            section.head = vec!["### What the policies ask".to_owned(), String::new(), line];
        } else {
            section.tail = vec![String::new(), line];
        }
    }
    section
}

fn rule_cell(rule: &RuleResult) -> String {
    let mut text = requests::rule_name(rule);
    match rule.mode {
        Mode::Observe => text.push_str(" (tried out: does not count)"),
        Mode::Warn => text.push_str(" (only warns)"),
        Mode::Enforce => {}
    }
    if !rule.why.is_empty() {
        text.push_str(&format!(": {}", prose(&shorten(&rule.why, QUOTE_LIMIT))));
    }
    if !rule.controls.is_empty() {
        let controls: Vec<String> = rule.controls.iter().map(|control| code(&shorten(control, QUOTE_LIMIT))).collect();
        text.push_str(&format!(" ({})", controls.join(", ")));
    }
    text
}

fn state_cell(ask: &RequirementResult) -> String {
    let mark = match ask.state {
        State::Satisfied => "✅",
        State::Waiting => "⏳",
        State::Author => "✏️",
        State::Blocked => "⛔",
        State::Unknown => "❔",
        State::Waived | State::NotApplicable => "➖",
    };
    let word = match ask.state {
        State::Author => "for the author",
        State::Unknown => "not known",
        state => state.name(),
    };
    format!("{mark} {word}")
}

fn risk(decision: &Decision) -> Section {
    let risk = &decision.risk;
    let [medium, high, critical] = risk.bounds;
    let mut head = vec![
        "### Risk".to_owned(),
        String::new(),
        format!(
            "**{}**, with {} of 100 points. Medium starts at {medium}, high at {high}, critical at {critical}.{}{}",
            capital(risk.level.name()),
            risk.score,
            declared(risk.declared, risk.level),
            change_type(decision.change_type),
        ),
    ];
    if !decision.track_record.is_empty() {
        let records = decision.track_record.iter().map(|record| {
            let of = match &record.of {
                RecordOf::Service { name, .. } => format!("service {}", code(name)),
                RecordOf::Team(team) => format!("services of {}", code(team)),
            };
            format!("{of}: {} of {} successful", record.successful, record.outcomes)
        });
        let records = records.collect::<Vec<_>>().join("; ");
        head.extend([String::new(), format!("What was said of former changes: {records}.")]);
    }
    let rows: Vec<String> = risk.factors.iter().map(factor).collect();
    if !rows.is_empty() {
        head.push(String::new());
    }
    Section { name: "Risk", head, rows, tail: Vec::new() }
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

fn change_type(resolved: ChangeType) -> &'static str {
    match resolved {
        ChangeType::Normal => "",
        ChangeType::Standard => " It goes in as a standard change: authorised beforehand by a model of the policy.",
        ChangeType::Emergency => " It goes in as an emergency change.",
    }
}

fn declared(declared: Option<Level>, level: Level) -> String {
    match declared {
        None => String::new(),
        Some(said) if said < level => {
            format!(" The author declared {said}; that can raise the risk and never lowers it.")
        }
        Some(said) => format!(" The author declared {said}."),
    }
}

fn factor(factor: &FactorResult) -> String {
    let weight = match (factor.score, factor.level) {
        (Some(score), _) => format!("+{score}"),
        (None, Some(level)) => format!("at least {level}"),
        (None, None) => "counts".to_owned(),
    };
    let id = code(&format!("{}/{}", factor.layer.name(), shorten(&factor.id, QUOTE_LIMIT)));
    let why =
        if factor.why.is_empty() { String::new() } else { format!(": {}", prose(&shorten(&factor.why, QUOTE_LIMIT))) };
    let unknown = factor.unknown.as_ref().map_or(String::new(), |reason| {
        format!(" (counts because it is not known: {})", prose_in_line(reason, QUOTE_LIMIT))
    });
    format!("- {weight} {id}{why}{unknown}")
}

/// Somebody else's words in the middle of a line of ours.
fn prose_in_line(text: &str, most: usize) -> String {
    prose_at(&shorten(text, most), false)
}

fn record(decision: &Decision) -> Section {
    let mut fields: Vec<&FieldReport> = decision.record.iter().collect();
    fields.sort_by_key(|field| change_block::place(&field.field));
    let rows: Vec<Vec<String>> = fields
        .iter()
        .map(|field| {
            let value = if field.value.is_empty() { String::new() } else { code(&shorten(&field.value, 120)) };
            vec![
                code(field.field.as_str()),
                if field.required { "yes" } else { "" }.to_owned(),
                field.state.to_owned(),
                value,
                field.line.map_or(String::new(), |line| line.to_string()),
            ]
        })
        .collect();
    let columns = ["Field", "Asked for", "State", "What it says", "Line"];
    table::section("The change request as it was read", &columns, &rows)
}

/// Diagnostics as a list, each with its line.
pub(super) fn remarks(name: &'static str, remarks: &[Placed]) -> Section {
    let row = |remark: &Placed| {
        let severity = match remark.diagnostic.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Note => "Note",
        };
        let place = remark.place.map_or(String::new(), |(line, _)| format!(" on line {line}"));
        format!("- {severity}{place}: {}", told(&remark.diagnostic))
    };
    listed(name, remarks.iter().map(row).collect())
}

/// The problems of an edited policy file, each with its line.
fn edited(decision: &Decision) -> Vec<Placed> {
    let edit = decision.policy_edit.iter();
    edit.flat_map(|edit| edit.diagnostics.iter().map(|problem| annotation::placed(problem, &edit.text))).collect()
}

/// What a diagnostic says, and the way out of it.
fn told(diagnostic: &Diagnostic) -> String {
    let mut told = prose_in_line(&diagnostic.message, SENTENCE_LIMIT);
    if let Some(help) = &diagnostic.help {
        told.push_str(&format!(". Help: {}", prose_in_line(help, SENTENCE_LIMIT)));
    }
    if let Some(fix) = &diagnostic.fix {
        told.push_str(&format!(". Write instead: {}", code(&shorten(fix, QUOTE_LIMIT))));
    }
    told
}

/// The errors of policy files that are not in force as they are now.
fn policy_errors(decision: &Decision) -> Section {
    let errors: Vec<(&str, &Placed)> = decision
        .policies
        .iter()
        .flat_map(|policy| policy.errors.iter().map(|error| (policy.source.path.as_str(), error)))
        .collect();
    let row = |(path, error): &(&str, &Placed)| {
        let path = code(&shorten(path, QUOTE_LIMIT));
        let place = error.place.map_or(String::new(), |(line, column)| format!(", line {line}, column {column}"));
        format!("- {path}{place}: {}", told(&error.diagnostic))
    };
    let mut rows: Vec<String> = errors.iter().take(limits::POLICY_ERRORS).map(row).collect();
    match errors.len().saturating_sub(limits::POLICY_ERRORS) {
        0 => {}
        1 => rows.push("- 1 more error is not shown here.".to_owned()),
        more => rows.push(format!("- {more} more errors are not shown here.")),
    }
    listed("Errors of the policy file", rows)
}

fn policies(decision: &Decision) -> Section {
    let rows: Vec<Vec<String>> = decision
        .policies
        .iter()
        .map(|policy| {
            let version = policy.source.blob.get(..7).unwrap_or(&policy.source.blob);
            let version = if version.is_empty() { String::new() } else { code(version) };
            let mode = match policy.mode {
                Mode::Observe => "observe: shown, decides nothing",
                Mode::Warn => "warn: shown and commented, decides nothing",
                Mode::Enforce => "enforce",
            };
            vec![
                policy.layer.name().to_owned(),
                code(&shorten(&policy.source.path, QUOTE_LIMIT)),
                version,
                mode.to_owned(),
                standing(&policy.standing),
            ]
        })
        .collect();
    table::section("Policies", &["Layer", "File", "Version", "Mode", "Standing"], &rows)
}

fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Current => "as it is now".to_owned(),
        Standing::LastKnownGood { wrong } => {
            let wrong = code(wrong.get(..7).unwrap_or(wrong));
            format!("has errors now (version {wrong}); its last valid version goes on")
        }
        Standing::Wrong => "has errors, and no valid version of it is known".to_owned(),
        Standing::Unreachable(why) => {
            format!(
                "could not be read ({}); its last version goes on, where there is one",
                prose_in_line(why, QUOTE_LIMIT)
            )
        }
        Standing::Unseen => "lies in a repository that is not open to countersign".to_owned(),
    }
}

fn notices(decision: &Decision, voice: Voice, context: &Context) -> Section {
    let refused = refused(context).map(|line| format!("- {line}"));
    let notices = decision.notices.iter().map(|notice| format!("- {}", voice.sentence(notice)));
    listed("Good to know", refused.chain(notices).collect())
}

/// What GitHub does not take beside this check, why, and the way out.
fn refused(context: &Context) -> impl Iterator<Item = String> {
    let comment = context.refusals.comment.as_ref().map(|why| {
        format!(
            "The comment that says what to do could not be written: {} It is tried again when the conversation is \
             unlocked, when there is something else to say, or when this check is re-run.",
            sentence(&prose_in_line(why, SENTENCE_LIMIT))
        )
    });
    let requests = context.refusals.requests.as_ref().map(|why| {
        format!(
            "GitHub was not to be had to ask for reviews: {} Whoever is to approve has to be told by somebody else. It is \
             tried again when this check is re-run.",
            sentence(&prose_in_line(why, SENTENCE_LIMIT))
        )
    });
    let receivers = context.refusals.receivers.iter().map(|receiver| {
        format!(
            "Nobody is told on {}: the settings of this server name no such channel. Whoever runs countersign adds it, or \
             the policy names another.",
            code(receiver)
        )
    });
    comment.into_iter().chain(requests).chain(receivers)
}

fn siblings(decision: &Decision, context: &Context) -> Section {
    let rows = decision.siblings.iter().map(|(number, outcome)| {
        let name = match context.pull_url(*number, "") {
            Some(url) => format!("[#{number}]({url})"),
            None => format!("pull request {number}"),
        };
        format!("- {name} {}", outcome_words(*outcome))
    });
    listed("Other pull requests with this commit and this check", rows.collect())
}

fn about(decision: &Decision) -> Section {
    let mut text = format!(
        "countersign reads the change request in the description, works out the risk from what the change touches, and \
         asks what the policies above ask. {GLOSS} It is read from any headings, labels, tables and task boxes.\n\n\
         Decided for commit {}.",
        code(decision.head.short())
    );
    if let Some(at) = decision.next_instant {
        text.push_str(&format!(" Time alone can change it next at {}.", instant(at)));
    }
    Section::block("about this check", ["### About".to_owned(), String::new(), text])
}
