//! Which facts the policies want, and which events can matter to them.
//!
//! Read from the policies alone, so that a look can be planned before it is taken.
//! It only ever asks for too much: every layer counts, also one in whose scope the
//! change may not be.

use std::collections::BTreeSet;

use crate::account::TeamName;
use crate::condition::mentions;
use crate::policy::{
    ApprovalEntry, Authority, CheckWanted, Condition, Conditions, Independence, Policy, PolicySet, Requirement,
    WhichCheck, Who,
};

/// The name that every check of ours begins with.
const OWN_CHECK: &str = "countersign";

/// What the policies want to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Teams whose members are to be read, child teams included.
    pub teams: BTreeSet<TeamName>,
    /// Logins, in lower case, whose accounts are to be pinned.
    pub logins: BTreeSet<String>,
    /// The checks that are asked for.
    pub checks: BTreeSet<(String, CheckBy)>,
    /// Whether everything that GitHub requires on the base is asked for.
    pub required_checks: bool,
    /// Whether the old names of renamed files are to be read.
    pub old_names: bool,
    /// Whether the changed files are to be read.
    pub files: bool,
    /// Whether the commits are to be read.
    pub commits: bool,
    /// Whether it is to be found out who pushed.
    pub pushers: bool,
    /// Whether the title, labels, draft flag or head's name can matter to a rule.
    pub on_declaration: bool,
}

/// Who makes a check that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckBy {
    /// An App, by its slug.
    App(String),
    /// An account, by its login as written.
    Creator(String),
}

impl Needs {
    /// Whether a check run by that App, or a commit status (`app` is `None`), can matter.
    ///
    /// One with a name of ours always does: it may be forged.
    pub fn cares_about_check(&self, name: &str, app: Option<&str>) -> bool {
        let asked = self.checks.iter().any(|(asked, by)| {
            asked == name
                && match by {
                    CheckBy::App(slug) => app == Some(slug.as_str()),
                    CheckBy::Creator(_) => app.is_none(),
                }
        });
        self.required_checks || asked || name.starts_with(OWN_CHECK)
    }

    /// Whether a change of that team's members can matter.
    pub fn cares_about_team(&self, team: &TeamName) -> bool {
        self.teams.contains(team)
    }
}

/// What the policies want to know.
pub fn needs(policies: &PolicySet) -> Needs {
    let mut needs = Needs::default();
    for layer in &policies.layers {
        if let Some(policy) = &layer.policy {
            needs.policy(policy);
        }
    }
    needs
}

impl Needs {
    fn policy(&mut self, policy: &Policy) {
        policy.authorities.values().for_each(|authority| self.authority(authority));
        policy.factors.iter().for_each(|factor| self.conditions(&factor.when));
        for rule in &policy.rules {
            self.conditions(&rule.when);
            rule.asks.iter().for_each(|ask| self.requirement(ask));
        }
        self.independence(policy.approval.independent_of.as_deref());
        // Objections and what lifts them depend on who took part, whether or not a rule asks for approvals.
        self.commits = true;
        self.pushers = true;
    }

    fn independence(&mut self, of: Option<&[Independence]>) {
        self.pushers |= of.is_some_and(|of| of.contains(&Independence::Pushers));
    }

    fn authority(&mut self, authority: &Authority) {
        self.teams.extend(authority.teams.iter().cloned());
        authority.users.iter().for_each(|login| self.login(login));
        self.whos(&authority.except);
        self.whos(&authority.unowned);
    }

    fn whos(&mut self, whos: &[Who]) {
        for who in whos {
            match who {
                // Every authority of every layer is read anyway.
                Who::Authority { .. } => {}
                Who::Team(team) => {
                    self.teams.insert(team.clone());
                }
                Who::User(login) => self.login(login),
            }
        }
    }

    fn login(&mut self, login: &str) {
        self.logins.insert(login.to_lowercase());
    }

    fn requirement(&mut self, ask: &Requirement) {
        match ask {
            Requirement::Approvals(entries) => entries.iter().for_each(|entry| self.entry(entry)),
            Requirement::Checks(wanted) => {
                // Whether a change edits its own checks is a question of its files, by both names.
                self.files = true;
                self.old_names = true;
                wanted.iter().for_each(|wanted| self.check(wanted));
            }
            Requirement::Fields(_) | Requirement::Deny(_) | Requirement::Allow(_) | Requirement::Unenforced(_) => {}
        }
    }

    fn entry(&mut self, entry: &ApprovalEntry) {
        match entry {
            ApprovalEntry::From { from, settings, .. } => {
                self.whos(from);
                self.independence(settings.independent_of.as_deref());
            }
            ApprovalEntry::Any(alternatives) => alternatives.iter().for_each(|entry| self.entry(entry)),
        }
    }

    fn check(&mut self, wanted: &CheckWanted) {
        match &wanted.which {
            WhichCheck::Run { name, app } => {
                self.checks.insert((name.clone(), CheckBy::App(app.clone())));
            }
            WhichCheck::Status { name, creator } => {
                self.login(creator);
                self.checks.insert((name.clone(), CheckBy::Creator(creator.clone())));
            }
            WhichCheck::Required => self.required_checks = true,
        }
    }

    fn conditions(&mut self, conditions: &Conditions) {
        use Condition as C;
        let reads = |wanted: &dyn Fn(&Condition) -> bool| mentions(conditions, wanted);
        let paths = reads(&|condition| {
            matches!(
                condition,
                C::Files(_) | C::OnlyFiles(_) | C::NoFiles(_) | C::Lines(_, Some(_)) | C::Services(_) | C::Tier(_)
            )
        });
        self.old_names |= paths;
        self.files |= paths || reads(&|condition| matches!(condition, C::Lines(..) | C::FilesChanged(_)));
        self.on_declaration |=
            reads(&|condition| matches!(condition, C::Title(_) | C::Labels(_) | C::Head(_) | C::Draft(_)));
        self.people(conditions);
    }

    fn people(&mut self, conditions: &Conditions) {
        for condition in &conditions.0 {
            match condition {
                Condition::Author(logins) => logins.iter().for_each(|login| self.login(login)),
                Condition::AuthorIn(who) => self.whos(who),
                Condition::Any(tables) | Condition::All(tables) => tables.iter().for_each(|table| self.people(table)),
                Condition::Not(inner) => self.people(inner),
                _ => {}
            }
        }
    }
}
