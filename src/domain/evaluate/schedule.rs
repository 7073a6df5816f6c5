//! What time holds of a change, layer by layer: `[schedule]`, freezes and windows.
//!
//! All freezes and windows add up. Of a planned window each layer sees the description
//! with its own eyes and holds to it as its own
//! `planned_window` says. Where two find the same, the higher one's word stands for
//! both. Where plans of changes meet, the strictest of the layers' words counts.

use super::commands::Commands;
use super::layers::InForce;
use super::relax::Relaxations;
use crate::decision::{RequirementResult, RuleResult};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{ChangeType, Collisions, Mode, PlannedWindow, Policy};
use crate::requirement::collisions::{self, Meeting};
use crate::requirement::held::held;
use crate::requirement::planned_window::planned_window;

/// What freezes, windows and the schedules of the layers ask, each as a rule of its layer.
pub(super) fn rules(
    cx: &Context<'_>,
    speaking: &[InForce<'_>],
    relaxations: &Relaxations<'_>,
    commands: &Commands<'_>,
) -> Vec<RuleResult> {
    let mut rules: Vec<RuleResult> = Vec::new();
    for (layer, policy) in speaking.iter().filter_map(InForce::policy) {
        rules.extend(policy.holds.iter().filter(|hold| hold.merges).map(|hold| {
            let result = RuleResult {
                layer,
                id: hold.id.clone(),
                why: hold.why.clone(),
                controls: Vec::new(),
                mode: policy.mode,
                asks: vec![held(cx, layer, policy.mode, hold)],
            };
            commands.relaxed_hold(cx, hold, relaxations.relaxed_hold(hold, result))
        }));
        let mode = match policy.planned_window {
            PlannedWindow::Off => continue,
            PlannedWindow::Warn => policy.mode.min(Mode::Warn),
            PlannedWindow::Enforce => policy.mode,
        };
        let Some(asked) = planned_window(cx, layer) else { continue };
        if !rules.iter().any(|rule| rule.mode >= mode && rule.asks.contains(&asked)) {
            rules.push(rule(layer, mode, "a change goes in when it was planned to", vec![asked]));
        }
    }
    rules.extend(meetings(cx, speaking));
    rules
}

/// Where the plan of the change meets others: looked for once, with the eyes of all layers and the strictest of their
/// words, under the name of the highest layer that says it. What holds, and beside it what is only shown.
fn meetings(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Vec<RuleResult> {
    let worth = |policy: &Policy| match policy.collisions {
        Collisions::Off => None,
        Collisions::Warn => Some(policy.mode.min(Mode::Warn)),
        Collisions::Block => Some(policy.mode),
    };
    let with_policy = speaking.iter().filter_map(InForce::policy);
    let words = with_policy.clone().filter_map(|(layer, policy)| Some((layer, worth(policy)?)));
    let Some((layer, mode)) = words.reduce(|strictest, next| if next.1 > strictest.1 { next } else { strictest })
    else {
        return Vec::new();
    };
    let holds: Vec<_> = with_policy
        .clone()
        .flat_map(|(layer, policy)| policy.holds.iter().map(move |hold| (layer, policy.mode, hold)))
        .filter(|(_, _, hold)| hold.merges)
        .collect();
    let blocks = with_policy.clone().any(|(_, policy)| policy.collisions == Collisions::Block);
    // Whoever is in the emergency lane is let through freezes and windows, and so through those who planned.
    let is_emergency = cx.change_type(layer, mode) == Some(ChangeType::Emergency);
    let (held, shown): (Vec<Meeting>, Vec<Meeting>) =
        collisions::collisions(cx, blocks, &holds).into_iter().partition(|meeting| meeting.holds && !is_emergency);
    let why = "changes that meet get in each other's way";
    let asks = |meetings: Vec<Meeting>| meetings.into_iter().map(|meeting| meeting.result).collect::<Vec<_>>();
    let groups = [(mode, asks(held)), (mode.min(Mode::Warn), asks(shown))];
    groups.into_iter().filter(|(_, asks)| !asks.is_empty()).map(|(mode, asks)| rule(layer, mode, why, asks)).collect()
}

fn rule(layer: Layer, mode: Mode, why: &str, asks: Vec<RequirementResult>) -> RuleResult {
    RuleResult { layer, id: "schedule".to_owned(), why: why.to_owned(), controls: Vec::new(), mode, asks }
}
