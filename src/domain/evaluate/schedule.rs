//! What time holds of a change, layer by layer: `[schedule]`, freezes and windows.
//!
//! All freezes and windows add up. Of a planned window each layer sees the description
//! with its own eyes and holds to it as its own
//! `planned_window` says. Where two find the same, the higher one's word stands for
//! both.

use super::commands::Commands;
use super::layers::InForce;
use super::relax::Relaxations;
use crate::decision::{RequirementResult, RuleResult};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{Mode, PlannedWindow};
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
        rules.extend(policy.holds.iter().map(|hold| {
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
            rules.push(rule(layer, mode, asked));
        }
    }
    rules
}

fn rule(layer: Layer, mode: Mode, asked: RequirementResult) -> RuleResult {
    RuleResult {
        layer,
        id: "schedule".to_owned(),
        why: "a change goes in when it was planned to".to_owned(),
        controls: Vec::new(),
        mode,
        asks: vec![asked],
    }
}
