//! What only some policies ask for. Whatever none asked for is left out.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::{account, facts, policy};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::known::{Known, back, list, present};
use super::names::Layer;

/// Facts that only some policies ask for.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnDemand {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    special_files: Option<Known<BTreeSet<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check_name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failures: Vec<ModelFailures>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    permissions: Vec<Held>,
    /// Since version 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    required_checks: Option<Known<Vec<RequiredCheck>>>,
    /// In seconds; since version 4 of the part `change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lead: Option<i64>,
    /// Since version 4 of the part that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    properties: Option<Known<BTreeMap<String, BTreeSet<String>>>>,
    /// By what tickets share that are one; since version 5 of the part `change`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tickets: BTreeMap<String, Known<TicketUse>>,
    /// Since version 5 of the part `change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reviews_owed: Option<Known<Vec<OwedReview>>>,
    /// Since version 5 of the part `change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    merged_at: Option<Timestamp>,
}

/// The review that is owed of another change.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwedReview {
    number: u64,
    due: Timestamp,
}

/// What change a ticket is used for, beside the one that is decided.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TicketUse {
    Free,
    Here(u64),
    Elsewhere,
}

/// A check that GitHub requires on the base.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequiredCheck {
    name: String,
    #[serde(deserialize_with = "present")]
    app: Option<u64>,
}

/// What somebody may do in the repository.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    account: Account,
    permission: Known<Option<Permission>>,
}

/// A permission level on a repository.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Permission {
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFailures {
    layer: Layer,
    model: String,
    changes: u32,
}

impl OnDemand {
    /// Whether no policy asked for any of it.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { special_files, check_name, failures, permissions, .. } = self;
        special_files.is_none()
            && check_name.is_none()
            && failures.is_empty()
            && permissions.is_empty()
            && !self.is_of_version_3()
            && !self.is_of_version_4()
            && !self.is_of_version_5()
    }

    /// Whether it says what former versions do not know.
    pub(crate) fn is_of_version_3(&self) -> bool {
        self.required_checks.is_some()
    }

    /// The same of version 4.
    pub(crate) fn is_of_version_4(&self) -> bool {
        self.properties.is_some() || self.lead.is_some()
    }

    /// The same of version 5.
    pub(crate) fn is_of_version_5(&self) -> bool {
        !self.tickets.is_empty() || self.reviews_owed.is_some() || self.merged_at.is_some()
    }
}

impl From<&facts::OnDemand> for OnDemand {
    fn from(on_demand: &facts::OnDemand) -> Self {
        // A gate, what was received, what others plan and calendars are parts of their own.
        let facts::OnDemand {
            gate: _,
            special_files,
            check_name,
            failures,
            permissions,
            required_checks,
            properties,
            lead,
            received: _,
            collisions: _,
            tickets,
            reviews_owed,
            merged_at,
            // Whose word counts of what went in changes no outcome of a decision.
            merged_by: _,
            // A part of its own.
            afterwards: _,
            calendars: _,
        } = on_demand;
        Self {
            special_files: special_files.as_ref().map(|special| Known::of(special, Clone::clone)),
            check_name: check_name.clone(),
            failures: list(failures),
            permissions: permissions.iter().map(Held::from).collect(),
            required_checks: required_checks.as_ref().map(|required| Known::of(required, list)),
            properties: properties.as_ref().map(|properties| Known::of(properties, Clone::clone)),
            lead: lead.map(|lead| lead.as_secs()),
            tickets: tickets.iter().map(|(ticket, used)| (ticket.clone(), Known::of(used, TicketUse::from))).collect(),
            reviews_owed: reviews_owed.as_ref().map(|owed| Known::of(owed, list)),
            merged_at: *merged_at,
        }
    }
}

impl From<OnDemand> for facts::OnDemand {
    fn from(on_demand: OnDemand) -> Self {
        let OnDemand {
            special_files,
            check_name,
            failures,
            permissions,
            required_checks,
            lead,
            properties,
            tickets,
            reviews_owed,
            merged_at,
        } = on_demand;
        Self {
            special_files: special_files.map(|special| special.fact(|paths| paths)),
            check_name,
            failures: back(failures),
            permissions: back(permissions),
            required_checks: required_checks.map(|required| required.fact(back)),
            properties: properties.map(|properties| properties.fact(|properties| properties)),
            lead: lead.map(SignedDuration::from_secs),
            gate: None,
            received: None,
            collisions: None,
            tickets: tickets.into_iter().map(|(ticket, used)| (ticket, used.fact(facts::TicketUse::from))).collect(),
            reviews_owed: reviews_owed.map(|owed| owed.fact(back)),
            merged_at,
            merged_by: None,
            afterwards: None,
            calendars: BTreeMap::new(),
        }
    }
}

impl From<&facts::OwedReview> for OwedReview {
    fn from(owed: &facts::OwedReview) -> Self {
        let facts::OwedReview { due, number } = owed;
        Self { number: *number, due: *due }
    }
}

impl From<OwedReview> for facts::OwedReview {
    fn from(owed: OwedReview) -> Self {
        let OwedReview { number, due } = owed;
        Self { due, number }
    }
}

impl From<&facts::TicketUse> for TicketUse {
    fn from(used: &facts::TicketUse) -> Self {
        match used {
            facts::TicketUse::Free => Self::Free,
            facts::TicketUse::Here(number) => Self::Here(*number),
            facts::TicketUse::Elsewhere => Self::Elsewhere,
        }
    }
}

impl From<TicketUse> for facts::TicketUse {
    fn from(used: TicketUse) -> Self {
        match used {
            TicketUse::Free => Self::Free,
            TicketUse::Here(number) => Self::Here(number),
            TicketUse::Elsewhere => Self::Elsewhere,
        }
    }
}

impl From<&facts::RequiredCheck> for RequiredCheck {
    fn from(required: &facts::RequiredCheck) -> Self {
        let facts::RequiredCheck { name, app } = required;
        Self { name: name.clone(), app: *app }
    }
}

impl From<RequiredCheck> for facts::RequiredCheck {
    fn from(required: RequiredCheck) -> Self {
        let RequiredCheck { name, app } = required;
        Self { name, app }
    }
}

type HeldFact = facts::Known<Option<policy::Permission>>;

impl From<(&account::Account, &HeldFact)> for Held {
    fn from((account, held): (&account::Account, &HeldFact)) -> Self {
        Self { account: account.into(), permission: Known::of(held, |held| held.map(Permission::from)) }
    }
}

impl From<Held> for (account::Account, HeldFact) {
    fn from(held: Held) -> Self {
        let Held { account, permission } = held;
        (account.into(), permission.fact(|held| held.map(policy::Permission::from)))
    }
}

impl From<policy::Permission> for Permission {
    fn from(permission: policy::Permission) -> Self {
        match permission {
            policy::Permission::Read => Self::Read,
            policy::Permission::Triage => Self::Triage,
            policy::Permission::Write => Self::Write,
            policy::Permission::Maintain => Self::Maintain,
            policy::Permission::Admin => Self::Admin,
        }
    }
}

impl From<Permission> for policy::Permission {
    fn from(permission: Permission) -> Self {
        match permission {
            Permission::Read => Self::Read,
            Permission::Triage => Self::Triage,
            Permission::Write => Self::Write,
            Permission::Maintain => Self::Maintain,
            Permission::Admin => Self::Admin,
        }
    }
}

impl From<&facts::ModelFailures> for ModelFailures {
    fn from(failures: &facts::ModelFailures) -> Self {
        let facts::ModelFailures { layer, model, changes } = failures;
        Self { layer: (*layer).into(), model: model.clone(), changes: *changes }
    }
}

impl From<ModelFailures> for facts::ModelFailures {
    fn from(failures: ModelFailures) -> Self {
        let ModelFailures { layer, model, changes } = failures;
        Self { layer: layer.into(), model, changes }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// What is stored is read for ever: do not write this text anew.
    const STORED: &str = r#"{"special_files":{"known":["a.lock","b.lock"]},"check_name":"countersign: release","failures":[{"layer":"organisation","model":"bumps","changes":2}],"permissions":[{"account":{"id":4,"login":"dave","kind":"user"},"permission":{"known":"maintain"}},{"account":{"id":5,"login":"erin","kind":"user"},"permission":{"known":null}}]}"#;

    #[test]
    fn the_form_on_disk_stays() {
        let stored: OnDemand = serde_json::from_str(STORED).unwrap();
        assert_eq!(serde_json::to_string(&stored).unwrap(), STORED);
        let fact = facts::OnDemand::from(stored);
        assert_eq!(fact.failures[0].changes, 2);
        let held: Vec<_> = fact.permissions.values().cloned().collect();
        assert_eq!(held, [facts::Known::Known(Some(policy::Permission::Maintain)), facts::Known::Known(None)]);
        assert_eq!(fact.special_files, Some(facts::Known::Known(["a.lock", "b.lock"].map(str::to_owned).into())));
        assert_eq!(serde_json::to_string(&OnDemand::default()).unwrap(), "{}");
        assert!(serde_json::from_str::<OnDemand>(r#"{"modes":[]}"#).is_err());
        let early: OnDemand = serde_json::from_str(r#"{"lead":360}"#).unwrap();
        assert_eq!(serde_json::to_string(&early).unwrap(), r#"{"lead":360}"#);
        assert_eq!(facts::OnDemand::from(early).lead, Some(SignedDuration::from_mins(6)));
        let tickets = r#"{"tickets":{"inc-1":{"known":"free"},"inc-2":{"known":{"here":41}},"inc-3":{"known":"elsewhere"},"inc-4":{"unknown":"away"}},"reviews_owed":{"known":[{"number":41,"due":"2026-03-02T10:00:00Z"}]},"merged_at":"2026-03-01T10:00:00Z"}"#;
        let stored: OnDemand = serde_json::from_str(tickets).unwrap();
        assert!(stored.is_of_version_5() && !stored.is_empty());
        assert_eq!(serde_json::to_string(&OnDemand::from(&facts::OnDemand::from(stored))).unwrap(), tickets);
        let required = r#"{"required_checks":{"known":[{"name":"a","app":null},{"name":"b","app":7}]}}"#;
        let stored: OnDemand = serde_json::from_str(required).unwrap();
        assert!(stored.is_of_version_3() && !stored.is_empty());
        assert_eq!(serde_json::to_string(&OnDemand::from(&facts::OnDemand::from(stored))).unwrap(), required);
    }
}
