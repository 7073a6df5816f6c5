//! A decision for programs: JSON whose keys stay what they are, with texts as plain text.

use countersign_domain::decision::{
    Act, Actor, Decision, EmergencyReport, FactorResult, FieldReport, RequirementResult, RuleResult,
};
use countersign_domain::diagnostic::Origin;
use countersign_domain::layer::Layer;
use countersign_domain::life;
use countersign_domain::policy::{ChangeType, Mode};
use countersign_domain::text::plain;
use serde_json::{Value, json};

use super::json::diagnostic;
use super::terminal::SourceText;

/// The decision; `description` is the text that it was made on.
///
/// People are named whoever may read the repository: this is for who holds the policy and the facts already.
pub fn json(decision: &Decision, description: &str) -> Value {
    let description = [SourceText { origin: Origin::Description, name: "description", text: description }];
    let record_diagnostics: Vec<Value> =
        decision.record_diagnostics.iter().map(|found| diagnostic(&found.diagnostic, &description)).collect();
    let policies: Vec<Value> = decision
        .policies
        .iter()
        .map(|policy| {
            json!({
                "layer": policy.layer.name(), "file": policy.source.path, "version": policy.source.blob,
                "standing": policy.standing.name(), "mode": mode(policy.mode),
            })
        })
        .collect();
    json!({
        "version": 1,
        "semantics": countersign_domain::decision::SEMANTICS,
        "as_of": decision.as_of.to_string(),
        "head": decision.head.as_str(),
        "check": decision.check_name,
        "outcome": decision.outcome.name(),
        "own_outcome": decision.own_outcome.name(),
        "draft": decision.draft,
        "next": plain(&decision.next),
        "life": life(decision),
        "type": change_type(decision.change_type),
        "emergencies": decision.emergencies.iter().map(emergency).collect::<Vec<_>>(),
        "risk": {
            "level": decision.risk.level.name(),
            "score": decision.risk.score,
            "declared": decision.risk.declared.map(|level| level.name()),
            "factors": decision.risk.factors.iter().map(factor).collect::<Vec<_>>(),
        },
        "rules": decision.rules.iter().map(rule).collect::<Vec<_>>(),
        "record": decision.record.iter().map(field).collect::<Vec<_>>(),
        "record_diagnostics": record_diagnostics,
        "policies": policies,
        "policy_edit": decision.policy_edit.as_ref().map(|edit| {
            let origin = Origin::Policy(Layer::Repository);
            let source = [SourceText { origin, name: &edit.path, text: &edit.text }];
            let found: Vec<Value> = edit.diagnostics.iter().map(|found| diagnostic(found, &source)).collect();
            json!({ "file": edit.path, "diagnostics": found })
        }),
        "notices": decision.notices.iter().map(plain).collect::<Vec<_>>(),
        "next_instant": decision.next_instant.map(|at| at.to_string()),
    })
}

/// Where the change stands; `null` where no policy speaks about it.
fn life(decision: &Decision) -> Value {
    life::before_merge(decision).map_or(Value::Null, |life| {
        json!({
            "state": life.state.name(),
            "closure": life.state.closure().map(|closure| closure.name()),
            "marks": life.marks.names().collect::<Vec<_>>(),
            "next": life.next.iter().map(act).collect::<Vec<_>>(),
        })
    })
}

fn emergency(emergency: &EmergencyReport) -> Value {
    json!({
        "layer": emergency.layer.name(),
        "ticket": emergency.ticket,
        "reason": emergency.reason,
        "by": emergency.by.to_string(),
        "at": emergency.at.to_string(),
        "until": emergency.until.to_string(),
        "comment": emergency.comment,
    })
}

fn rule(rule: &RuleResult) -> Value {
    json!({
        "layer": rule.layer.name(),
        "id": rule.id,
        "why": rule.why,
        "controls": rule.controls,
        "mode": mode(rule.mode),
        "asks": rule.asks.iter().map(requirement).collect::<Vec<_>>(),
    })
}

fn requirement(asked: &RequirementResult) -> Value {
    json!({
        "key": asked.key,
        "state": asked.state.name(),
        "wanted": plain(&asked.wanted),
        "observed": plain(&asked.observed),
        "acts": asked.acts.iter().map(act).collect::<Vec<_>>(),
    })
}

fn act(act: &Act) -> Value {
    let by = match &act.by {
        Actor::Author => json!({ "who": "author" }),
        Actor::People { count, candidates, of } => {
            let candidates: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            json!({ "who": "people", "count": count, "candidates": candidates, "of": of })
        }
        Actor::PolicyAdmin => json!({ "who": "policy-admin" }),
        Actor::Administrator => json!({ "who": "administrator" }),
        Actor::Bystander => json!({ "who": "bystander" }),
        Actor::Writer => json!({ "who": "writer" }),
        Actor::Nobody => json!({ "who": "nobody" }),
    };
    json!({ "by": by, "what": plain(&act.what) })
}

fn factor(factor: &FactorResult) -> Value {
    json!({
        "layer": factor.layer.name(),
        "id": factor.id,
        "score": factor.score,
        "level": factor.level.map(|level| level.name()),
        "why": factor.why,
        "unknown": factor.unknown,
    })
}

fn field(field: &FieldReport) -> Value {
    json!({
        "field": field.field.as_str(),
        "state": field.state,
        "value": field.value,
        "line": field.line,
        "required": field.required,
    })
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Observe => "observe",
        Mode::Warn => "warn",
        Mode::Enforce => "enforce",
    }
}

/// The name of a type of change.
pub fn change_type(change_type: ChangeType) -> &'static str {
    match change_type {
        ChangeType::Normal => "normal",
        ChangeType::Standard => "standard",
        ChangeType::Emergency => "emergency",
    }
}
