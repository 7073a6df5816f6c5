//! `[schedule]`: what time holds of a change, layer by layer.
//!
//! Each layer sees the description with its own eyes and holds to it as its own
//! `planned_window` says. Where two find the same, the higher one's word stands for
//! both.

use jiff::Timestamp;

use super::layers::InForce;
use crate::decision::{RequirementResult, RuleResult};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{Mode, PlannedWindow};
use crate::requirement::planned_window::planned_window;

/// What the schedules of the layers come to.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    rules: Vec<RuleResult>,
    /// The next instant at which time alone changes any of it.
    pub(super) next: Option<Timestamp>,
}

impl Schedule {
    /// Asks every layer.
    pub(super) fn of(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Self {
        let mut schedule = Self::default();
        for layer in speaking {
            let Some((name, policy)) = layer.policy() else { continue };
            let mode = match policy.planned_window {
                PlannedWindow::Off => continue,
                PlannedWindow::Warn => layer.mode().min(Mode::Warn),
                PlannedWindow::Enforce => layer.mode(),
            };
            let Some((asked, next)) = planned_window(cx, name) else { continue };
            let same = |rule: &RuleResult| rule.mode >= mode && rule.asks.contains(&asked);
            if !schedule.rules.iter().any(same) {
                schedule.rules.push(rule(name, mode, asked));
            }
            schedule.next = schedule.next.into_iter().chain(next).min();
        }
        schedule
    }

    /// What it asks in the name of a layer.
    pub(super) fn of_layer(&self, layer: Layer) -> impl Iterator<Item = &RuleResult> {
        self.rules.iter().filter(move |rule| rule.layer == layer)
    }
}

fn rule(layer: Layer, mode: Mode, asked: RequirementResult) -> RuleResult {
    let why = "a change goes in when it was planned to";
    RuleResult { layer, id: "schedule".to_owned(), why: why.to_owned(), controls: Vec::new(), mode, asks: vec![asked] }
}
