//! `deployments`: where the head must have been deployed first.
//!
//! Only deployments of the head itself count, made by whom the entry names. The
//! newest one to each name of the environment decides by its latest state: one that
//! failed, or that a later one has replaced, takes an earlier success back. Those of
//! GitHub Actions come from files that the change may have edited itself, and count
//! like its checks only once somebody who may has read it.

use super::found::{self, Found, unknown};
use crate::account::{Account, AccountKind};
use crate::condition::{Finding, Truth};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::facts::{Deployment, Known};
use crate::layer::Layer;
use crate::policy::{ACTIONS, DeploymentWanted};
use crate::requirement::membership::{Aim, is_called};
use crate::text::Phrase;

/// What a rule's `deployments` come to. `read`: whether results that the change could forge may count.
pub(super) fn deployments(
    cx: &Context<'_>,
    layer: Layer,
    wanted: &[DeploymentWanted],
    read: &Finding,
) -> RequirementResult {
    let asked = Phrase::join(wanted.iter().map(named), ", ");
    let found = match &cx.facts.asked.deployments {
        Known::Known(made) => wanted.iter().flat_map(|entry| judge(cx, layer, made, entry, read)).collect(),
        Known::Unknown(why) => vec![unknown(Phrase::words("the deployments could not be read: ").quote(why))],
    };
    found::together("deployments", asked, found)
}

/// The newest deployment to each name of the environment, or that there is none at all.
fn judge(cx: &Context<'_>, layer: Layer, made: &[Deployment], wanted: &DeploymentWanted, read: &Finding) -> Vec<Found> {
    let names = cx.policies.environment_names(layer, &wanted.environment);
    let found: Vec<Found> = names.iter().filter_map(|name| newest(cx, made, name, wanted, read)).collect();
    if found.is_empty() { vec![missing(cx, wanted)] } else { found }
}

/// What the newest deployment to that name by the one who is asked says; nothing where there is none.
fn newest(
    cx: &Context<'_>,
    made: &[Deployment],
    name: &str,
    wanted: &DeploymentWanted,
    read: &Finding,
) -> Option<Found> {
    for deployment in made.iter().rev().filter(|deployment| deployment.environment == name) {
        let by = is_by(cx, deployment, &wanted.by);
        match by.truth {
            Truth::DoesNot => {}
            Truth::Holds => return Some(result(deployment, wanted, read)),
            Truth::Unknown => {
                let said = Phrase::words("it is not known who deployed to ").quote(name).and(": ");
                return Some(unknown(said.then(by.observed)));
            }
        }
    }
    None
}

fn is_by(cx: &Context<'_>, deployment: &Deployment, by: &str) -> Finding {
    match &deployment.by {
        Some(account) if by == ACTIONS => Finding::of(is_actions(account), Phrase::default()),
        Some(account) => is_called(cx, account, by, Aim::Grants),
        None => Finding::unknown(Phrase::words("an account that is gone")),
    }
}

/// Whether it is GitHub's own bot, whatever name the policy gives it.
fn is_actions(account: &Account) -> bool {
    account.kind == AccountKind::Bot && account.login.eq_ignore_ascii_case(ACTIONS)
}

fn result(deployment: &Deployment, wanted: &DeploymentWanted, read: &Finding) -> Found {
    let to = |words: &str| Phrase::words(words).quote(&deployment.environment);
    let observed = to("the deployment to ").and(" is ").quote(&deployment.state);
    if deployment.state == wanted.state {
        return found::once_read(observed, deployment.by.as_ref().is_some_and(is_actions), read);
    }
    let author = |what| vec![Act { by: Actor::Author, what }];
    let (state, acts) = match deployment.state.as_str() {
        "pending" | "queued" | "in_progress" | "waiting" => {
            let what = to("wait for the deployment to ").and(" to finish");
            (State::Waiting, vec![Act { by: Actor::Nobody, what }])
        }
        // A later deployment took its place.
        "inactive" => (State::Waiting, author(to("deploy this commit again to "))),
        _ => (State::Author, author(to("mend the deployment of this commit to ").and(", or push one that deploys"))),
    };
    Found { state, observed, acts }
}

fn missing(cx: &Context<'_>, wanted: &DeploymentWanted) -> Found {
    let commit = Phrase::words("commit ").quote(cx.facts.change.head.tip.short());
    let observed = commit.and(" has not been deployed to ").quote(&wanted.environment).then(maker(wanted));
    let what =
        Phrase::words("wait for the deployment to ").quote(&wanted.environment).and(", or see why it does not start");
    Found { state: State::Waiting, observed, acts: vec![Act { by: Actor::Nobody, what }] }
}

/// The entry in words, as in ``deployment of this commit to `staging` by GitHub Actions with state `success` ``.
fn named(wanted: &DeploymentWanted) -> Phrase {
    let to = Phrase::words("deployment of this commit to ").quote(&wanted.environment);
    to.then(maker(wanted)).and(" with state ").quote(&wanted.state)
}

fn maker(wanted: &DeploymentWanted) -> Phrase {
    if wanted.by == ACTIONS { Phrase::words(" by GitHub Actions") } else { Phrase::words(" by ").quote(&wanted.by) }
}
