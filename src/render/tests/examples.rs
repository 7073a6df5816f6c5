//! Decisions as they are met every day, for the texts to be read by people.

use countersign_domain::account::{Account, AccountKind, Oid};
use countersign_domain::decision::{
    Act, Actor, Decision, FactorResult, FieldReport, Outcome, PolicyEdit, PolicyReport, RequirementResult, RiskReport,
    RuleResult, State,
};
use countersign_domain::diagnostic::{Diagnostic, Origin, Placed};
use countersign_domain::facts::ChangeState;
use countersign_domain::layer::Layer;
use countersign_domain::plan::{Effect, Refusals};
use countersign_domain::policy::{ChangeType, CommentWhen, Mode, SourceRef, Standing};
use countersign_domain::record::FieldId;
use countersign_domain::risk::Level;
use countersign_domain::text::Phrase;

use crate::render::Context;

pub(super) fn account(id: u64, login: &str) -> Account {
    Account { id, login: login.into(), kind: AccountKind::User }
}

pub(super) fn context() -> Context {
    Context {
        server: "https://github.com".into(),
        owner: "acme".into(),
        repository: "shop".into(),
        number: 12,
        author: Some(account(1, "alice")),
        effect: Effect::None,
        refusals: Refusals::default(),
        went_in: None,
        explain: false,
    }
}

fn field(name: &str, state: &'static str, value: &str, line: usize) -> FieldReport {
    let line = (line > 0).then_some(line);
    FieldReport { field: FieldId::new(name), state, value: value.into(), line, required: true }
}

pub(super) fn ask(
    key: &'static str,
    state: State,
    wanted: Phrase,
    observed: Phrase,
    acts: Vec<Act>,
) -> RequirementResult {
    RequirementResult { key, state, wanted, observed, acts }
}

pub(super) fn rule(layer: Layer, id: &str, why: &str, asks: Vec<RequirementResult>) -> RuleResult {
    RuleResult { layer, id: id.into(), why: why.into(), controls: Vec::new(), mode: Mode::Enforce, asks }
}

fn peers(count: u32) -> Actor {
    let candidates = vec![account(2, "bob"), account(3, "carol")];
    Actor::People { count, candidates, of: vec!["peer".into()] }
}

fn words(text: &str) -> Phrase {
    Phrase::words(text)
}

fn by_a_peer() -> Phrase {
    let peer = words("1 approval by somebody of ").quote("peer");
    peer.and(" (anybody with write access who took no part in this change)")
}

fn again() -> Phrase {
    words("for approval by ").person(&account(2, "bob")).and(" or ").person(&account(3, "carol")).and(" again")
}

fn approve() -> Phrase {
    words("approve this pull request")
}

/// Everything asked is there.
pub(super) fn pass() -> Decision {
    let approved = Phrase::default().person(&account(2, "bob")).and(" approved");
    let fields = words("the fields ").quote("summary").and(", ").quote("risk").and(" and ").quote("backout");
    let mut peer = rule(
        Layer::Organisation,
        "peer",
        "four eyes on every change",
        vec![ask("approvals", State::Satisfied, by_a_peer(), approved, vec![])],
    );
    peer.controls = vec!["SOC2:CC8.1".into()];
    Decision {
        as_of: "2026-11-23T08:00:00Z".parse().unwrap(),
        head: Oid::new("c0ffee1234567890c0ffee1234567890c0ffee12"),
        check_name: "countersign".into(),
        outcome: Outcome::Pass,
        own_outcome: Outcome::Pass,
        state: ChangeState::Open,
        draft: false,
        next: Phrase::default(),
        rules: vec![
            peer,
            rule(
                Layer::Repository,
                "record",
                "",
                vec![ask("fields", State::Satisfied, fields, words("all answered"), vec![])],
            ),
            rule(
                Layer::Repository,
                "no-friday-schema",
                "",
                vec![ask("deny", State::NotApplicable, Phrase::default(), Phrase::default(), vec![])],
            ),
        ],
        waivers: Vec::new(),
        risk: RiskReport {
            level: Level::Medium,
            score: 35,
            bounds: [30, 60, 90],
            declared: Some(Level::Low),
            factors: vec![FactorResult {
                layer: Layer::Repository,
                id: "schema-migration".into(),
                score: Some(35),
                level: None,
                why: "a migration is hard to undo".into(),
                unknown: None,
            }],
        },
        change_type: ChangeType::Normal,
        emergencies: Vec::new(),
        announced: Vec::new(),
        review: None,
        after_merge: None,
        track_record: Vec::new(),
        record: vec![
            field("summary", "present", "Add an index on orders.customer_id", 3),
            field("risk", "present", "low", 7),
            field("backout", "present", "drop the index", 11),
        ],
        record_diagnostics: Vec::new(),
        policies: vec![
            policy(Layer::Organisation, "acme/.github/countersign.toml", "aa11bb22cc", Standing::Current),
            policy(Layer::Repository, "acme/shop/.github/countersign.toml", "dd33ee44ff", Standing::Current),
        ],
        policy_edit: None,
        notices: Vec::new(),
        siblings: Vec::new(),
        next_instant: None,
        comment: CommentWhen::WhenNeeded,
        names_people: true,
        requests: Vec::new(),
        commands: Vec::new(),
        tells: Vec::new(),
    }
}

fn policy(layer: Layer, path: &str, blob: &str, standing: Standing) -> PolicyReport {
    PolicyReport {
        layer,
        source: SourceRef { path: path.into(), blob: blob.into() },
        standing,
        mode: Mode::Enforce,
        errors: Vec::new(),
    }
}

fn with(outcome: Outcome, next: Phrase, change: impl FnOnce(&mut Decision)) -> Decision {
    let mut decision = pass();
    decision.outcome = outcome;
    decision.own_outcome = outcome;
    decision.next = next;
    change(&mut decision);
    decision
}

fn unapproved(observed: Phrase) -> RequirementResult {
    let acts = vec![Act { by: peers(1), what: approve() }];
    ask("approvals", State::Waiting, by_a_peer(), observed, acts)
}

/// Nothing was said.
pub(super) fn empty_description() -> Decision {
    let next = words("fill in ").quote("summary").and(", ").quote("risk").and(" and ").quote("backout");
    with(Outcome::Act, next.clone(), |decision| {
        for field in &mut decision.record {
            field.state = "absent";
            field.value.clear();
            field.line = None;
        }
        decision.rules[0].asks = vec![unapproved(words("none yet"))];
        let fields = &mut decision.rules[1].asks[0];
        fields.state = State::Author;
        fields.observed = words("the description is empty");
        fields.acts = vec![Act { by: Actor::Author, what: next }];
        decision.risk.declared = None;
    })
}

/// The record is there, the approval is not.
pub(super) fn waiting_for_approval() -> Decision {
    let next = words("for approval by ").person(&account(2, "bob")).and(" or ").person(&account(3, "carol"));
    with(Outcome::Wait, next, |decision| decision.rules[0].asks = vec![unapproved(words("none yet"))])
}

/// New commits came after the approval.
pub(super) fn voided_by_push() -> Decision {
    let next = again();
    with(Outcome::Wait, next, |decision| {
        let observed = words("the approval by ").person(&account(2, "bob")).and(" no longer counts: ");
        let observed =
            observed.and("it was given on commit ").quote("0ddba11").and(", the head is now ").quote("c0ffee1");
        decision.rules[0].asks = vec![unapproved(observed)];
        decision.rules[0].asks[0].acts[0].what = words("approve this pull request again, as it is now");
        decision.notices = vec![words("no rule of `main` requires this check: GitHub lets a merge pass without it")];
    })
}

/// The back-out plan was rewritten after the approval.
pub(super) fn voided_by_edit() -> Decision {
    let next = again();
    with(Outcome::Wait, next, |decision| {
        let observed = words("the approval by ")
            .person(&account(2, "bob"))
            .and(" no longer counts: ")
            .quote("backout")
            .and(" was edited from ")
            .quote("drop the index")
            .and(" to ")
            .quote("none needed");
        decision.rules[0].asks = vec![unapproved(observed)];
        decision.record[2].value = "none needed".into();
    })
}

/// A rule says no.
pub(super) fn denied() -> Decision {
    with(Outcome::Block, words("").quote("schema changes wait for Monday"), |decision| {
        decision.rules[2].asks = vec![ask(
            "deny",
            State::Blocked,
            words("no such change"),
            Phrase::default().quote("schema changes wait for Monday"),
            vec![Act {
                by: Actor::Author,
                what: words("leave the files that match ").quote("**/migrations/**").and(" out"),
            }],
        )];
        decision.next_instant = Some("2026-11-30T00:00:00Z".parse().unwrap());
    })
}

/// A team that the policy names cannot be read.
pub(super) fn unknown_team() -> Decision {
    let next = words("the members of ").quote("acme/cab").and(" could not be read");
    with(Outcome::Unknown, next.clone(), |decision| {
        let what = words("let countersign read the team ").quote("acme/cab").and(", or correct its name in the policy");
        decision.rules.insert(
            1,
            rule(
                Layer::Organisation,
                "board",
                "high risk needs the board",
                vec![ask(
                    "approvals",
                    State::Unknown,
                    words("2 approvals by people of ").quote("cab").and(" (").quote("acme/cab").and(")"),
                    next,
                    vec![Act { by: Actor::Administrator, what }],
                )],
            ),
        );
    })
}

/// The policy file is wrong; its last valid version goes on, and this pull request edits it again.
pub(super) fn wrong_policy() -> Decision {
    let text = "version = 1\n\n[[rule]]\nid = \"peer\"\naprovals = [{ from = [\"peer\"], count = 1 }]\n";
    let start = text.find("aprovals").unwrap();
    with(Outcome::Pass, Phrase::default(), |decision| {
        decision.policies[1].standing = Standing::LastKnownGood { wrong: "bad0bad0bad0".into() };
        decision.policies[1].errors = vec![wrong_at(7, "`services` has no key `pathes`", "did you mean `paths`?")];
        decision.policy_edit = Some(PolicyEdit {
            path: ".github/countersign.toml".into(),
            text: text.into(),
            diagnostics: vec![
                Diagnostic::error(
                    "unknown-key",
                    "unknown key `aprovals` in `[[rule]]`",
                    Origin::Policy(Layer::Repository),
                    start..start + 8,
                )
                .saying("not a key of a rule")
                .help("did you mean `approvals`?"),
            ],
        });
    })
}

/// An error of the repository's policy file on that line.
pub(super) fn wrong_at(line: usize, message: &str, help: &str) -> Placed {
    let diagnostic = Diagnostic::error("unknown-key", message, Origin::Policy(Layer::Repository), 0..1).help(help);
    Placed { diagnostic, place: Some((line, 1)) }
}

/// Somebody else made a check of our name.
pub(super) fn forged_check() -> Decision {
    with(Outcome::Block, words("a check named ").quote("countersign").and(" was made by another App"), |decision| {
        decision.rules.push(rule(
            Layer::Repository,
            "policy",
            "",
            vec![ask(
                "checks",
                State::Blocked,
                words("no check of this name by anybody else"),
                words("a check run ").quote("countersign").and(" by ").quote("github-actions"),
                vec![Act {
                    by: Actor::Author,
                    what: words("rename the job ").quote("countersign").and(" in the workflow that makes it"),
                }],
            )],
        ));
    })
}

/// The policies are being tried out.
pub(super) fn neutral() -> Decision {
    with(Outcome::Neutral, Phrase::default(), |decision| {
        decision.rules[0].asks = vec![unapproved(words("none yet"))];
        decision.rules.truncate(1);
        decision.rules[0].mode = Mode::Observe;
        decision.policies.truncate(1);
        decision.policies[0].mode = Mode::Observe;
    })
}

/// Not ready for review.
pub(super) fn draft() -> Decision {
    let mut decision = empty_description();
    decision.draft = true;
    decision
}

/// A rule that warns, on a public repository, beside another pull request with the same commit.
pub(super) fn shared_and_warned() -> Decision {
    with(Outcome::Block, words("changes were requested"), |decision| {
        decision.own_outcome = Outcome::Pass;
        decision.names_people = false;
        decision.siblings = vec![(9, Outcome::Pass), (14, Outcome::Block)];
        let acts = vec![Act { by: peers(2), what: approve() }];
        let mut advice = rule(
            Layer::Repository,
            "second-pair",
            "two see more than one",
            vec![ask(
                "approvals",
                State::Waiting,
                words("2 approvals by people of ").quote("peer"),
                words("none yet"),
                acts,
            )],
        );
        advice.mode = Mode::Warn;
        decision.rules.push(advice);
    })
}
