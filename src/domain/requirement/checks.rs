//! `checks`: results on the head commit.
//!
//! The newest result of a name and its maker decides, so red after green is red.
//! Only the listed conclusions count: a skipped check has shown nothing. Our own
//! check never counts. Results of GitHub Actions come from files that the change
//! may have edited itself; then they count only once somebody who may has read it.
//! What GitHub requires is waited for although it has not reported; a snapshot from
//! before that was read goes by what has.

use std::collections::BTreeMap;

use super::forged;
use super::found::{self, Found, unknown};
use crate::account::Account;
use crate::condition::{Finding, Truth};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::{Context, is_our_name};
use crate::facts::{Check, CheckMaker, CheckState, Known, RequiredCheck};
use crate::policy::{ACTIONS, CheckWanted, WhichCheck};
use crate::requirement::membership::{Aim, is_called};
use crate::text::Phrase;

/// What a rule's `checks` come to. `read`: whether results that the change could forge may count.
pub(super) fn checks(cx: &Context<'_>, wanted: &[CheckWanted], read: &Finding) -> RequirementResult {
    let names = Phrase::join(wanted.iter().map(|entry| name(&entry.which)), ", ");
    let found: Vec<Found> = match &cx.facts.checks {
        Known::Known(checks) => wanted.iter().flat_map(|entry| judge(cx, checks, entry, read)).collect(),
        Known::Unknown(why) => vec![unknown(Phrase::words("the checks could not be read: ").quote(why))],
    };
    found::together("checks", Phrase::words("success of ").then(names), found)
}

fn judge(cx: &Context<'_>, checks: &[Check], wanted: &CheckWanted, read: &Finding) -> Vec<Found> {
    match &wanted.which {
        WhichCheck::Run { name, app } => {
            let is_it = |check: &&Check| {
                check.name == *name && matches!(&check.maker, CheckMaker::App { slug, .. } if slug == app)
            };
            let newest = checks.iter().rfind(|check| is_it(check) && !forged::is_ours(cx, check));
            vec![newest.map_or_else(|| missing(&wanted.which), |check| result(check, wanted, read))]
        }
        WhichCheck::Status { name, creator } => vec![status(cx, checks, wanted, name, creator, read)],
        WhichCheck::Required => required(cx, checks, wanted, read),
    }
}

fn status(
    cx: &Context<'_>,
    checks: &[Check],
    wanted: &CheckWanted,
    name: &str,
    creator: &str,
    read: &Finding,
) -> Found {
    let by = |maker: &CheckMaker| match maker {
        CheckMaker::Creator(Some(account)) => is_creator(cx, account, creator),
        CheckMaker::Creator(None) => Finding::unknown(Phrase::words("an account that is gone")),
        CheckMaker::App { .. } => Finding::does_not(Phrase::default()),
    };
    let named = checks.iter().rev().filter(|check| check.name == name);
    for check in named {
        let by = by(&check.maker);
        match by.truth {
            Truth::DoesNot => {}
            Truth::Holds => return result(check, wanted, read),
            Truth::Unknown => {
                let said = Phrase::words("it is not known who set the status ").quote(name).and(": ");
                return unknown(said.then(by.observed));
            }
        }
    }
    missing(&wanted.which)
}

fn is_creator(cx: &Context<'_>, account: &Account, creator: &str) -> Finding {
    is_called(cx, account, creator, Aim::Grants)
}

/// Everything that GitHub requires on the base, ours aside.
fn required(cx: &Context<'_>, checks: &[Check], wanted: &CheckWanted, read: &Finding) -> Vec<Found> {
    let base = &cx.facts.change.base.name;
    let (mut listed, mut found) = (None, Vec::new());
    match &cx.facts.on_demand.required_checks {
        Some(Known::Known(all)) => listed = Some(all.iter().filter(|one| !is_ours(cx, one)).collect::<Vec<_>>()),
        Some(Known::Unknown(why)) => {
            let said = Phrase::words("which checks GitHub requires on ").quote(base).and(" could not be read: ");
            found.push(unknown(said.quote(why)));
        }
        None => {}
    }
    let of_others: Vec<&Check> = checks.iter().filter(|check| !forged::is_ours(cx, check)).collect();
    let mut newest: BTreeMap<(&str, &CheckMaker), (&Check, bool)> = BTreeMap::new();
    for check in &of_others {
        let required = check.required || listed.iter().flatten().any(|required| is_met_by(required, check));
        let held = newest.entry((&check.name, &check.maker)).or_insert((check, false));
        *held = (check, held.1 || required);
    }
    found.extend(newest.values().filter(|(_, required)| *required).map(|(check, _)| result(check, wanted, read)));
    let missing = listed.iter().flatten().filter(|required| !of_others.iter().any(|check| is_met_by(required, check)));
    found.extend(missing.map(|required| not_reported(required, base)));
    if !found.is_empty() {
        return found;
    }
    vec![match listed {
        Some(_) => nothing_required(base),
        None => nothing_reported(base),
    }]
}

/// Whether what GitHub requires is a check of ours, which this decision is about to give.
fn is_ours(cx: &Context<'_>, required: &RequiredCheck) -> bool {
    required.app == Some(cx.facts.app_id) || is_our_name(&required.name)
}

/// Whether a check is one that GitHub takes for the required one.
fn is_met_by(required: &RequiredCheck, check: &Check) -> bool {
    let taken = |id| matches!(check.maker, CheckMaker::App { id: by, .. } if by == id);
    check.name == required.name && required.app.is_none_or(taken)
}

/// A required check that nobody has made on this commit.
fn not_reported(required: &RequiredCheck, base: &str) -> Found {
    let observed = Phrase::default().quote(&required.name).and(", which GitHub requires on ").quote(base);
    let observed = observed.and(", has not reported on this commit");
    let what = Phrase::words("wait for ").quote(&required.name).and(", or see why it does not start");
    Found { state: State::Waiting, observed, acts: vec![Act { by: Actor::Nobody, what }] }
}

/// A snapshot from before the required checks were read.
fn nothing_reported(base: &str) -> Found {
    let observed = Phrase::words("no check that GitHub requires on ").quote(base).and(" has reported yet");
    let what = Phrase::words("the checks may be about to start; if ").quote(base);
    let what = what.and(" requires no other check, this waits until the policy names checks in place of ");
    let what = what.quote("required = true");
    Found { state: State::Waiting, observed, acts: vec![Act { by: Actor::Nobody, what }] }
}

/// Nothing is asked, and that is no success.
fn nothing_required(base: &str) -> Found {
    let observed = Phrase::words("GitHub requires no other check on ").quote(base);
    let what = Phrase::words("require a check on ").quote(base);
    let what = what.and(" in GitHub's rules, or name checks in the policy in place of ").quote("required = true");
    Found { state: State::Waiting, observed, acts: vec![Act { by: Actor::Administrator, what }] }
}

/// What the newest result of a check says.
fn result(check: &Check, wanted: &CheckWanted, read: &Finding) -> Found {
    let quoted = || Phrase::default().quote(&check.name);
    let conclusion = match &check.state {
        CheckState::Running => {
            let what = Phrase::words("wait for ").quote(&check.name).and(" to finish");
            let acts = vec![Act { by: Actor::Nobody, what }];
            return Found { state: State::Waiting, observed: quoted().and(" is running"), acts };
        }
        CheckState::Concluded(conclusion) => conclusion,
    };
    let observed = quoted().and(" ended with ").quote(conclusion);
    if !wanted.conclusions.iter().any(|counts| counts == conclusion) {
        let what =
            Phrase::words("make ").quote(&check.name).and(" succeed on this commit, or push one on which it does");
        return Found { state: State::Author, observed, acts: vec![Act { by: Actor::Author, what }] };
    }
    let of_actions = match &check.maker {
        CheckMaker::App { slug, .. } => slug == ACTIONS,
        // A workflow can set a status by its token.
        CheckMaker::Creator(creator) => creator.as_ref().is_some_and(|by| by.is_called("github-actions[bot]")),
    };
    found::once_read(observed, of_actions, read)
}

fn missing(which: &WhichCheck) -> Found {
    let what = Phrase::words("wait for ").then(name(which)).and(", or see why it does not start");
    Found {
        state: State::Waiting,
        observed: name(which).and(" has not reported on this commit"),
        acts: vec![Act { by: Actor::Nobody, what }],
    }
}

fn name(which: &WhichCheck) -> Phrase {
    match which {
        WhichCheck::Run { name, app } if app == ACTIONS => Phrase::default().quote(name),
        WhichCheck::Run { name, app } => Phrase::default().quote(name).and(" (by the GitHub App ").quote(app).and(")"),
        WhichCheck::Status { name, creator } => Phrase::default().quote(name).and(" (set by ").quote(creator).and(")"),
        WhichCheck::Required => Phrase::words("every other check that GitHub requires here"),
    }
}
