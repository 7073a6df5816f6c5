//! What a policy uses of the language that this version does not enforce, in one list.

use super::condition::{Condition, Conditions};
use super::keys::{self, Control};
use super::model::{ApprovalEntry, Authority, Policy, Requirement, Rule, Unenforced};

impl Policy {
    /// Every part of the file that is read and not enforced, wherever it stands, in the order of the file.
    pub fn unenforced_parts(&self) -> Vec<Unenforced> {
        let mut parts = self.unenforced.clone();
        parts.extend(self.approval.unenforced.iter().cloned());
        for factor in &self.factors {
            of_conditions(&factor.when, &mut parts);
        }
        for model in &self.models {
            of_conditions(&model.when, &mut parts);
            of_entries(&model.approvals, &mut parts);
        }
        if let Some(emergency) = &self.emergency {
            of_entries(&emergency.approvals, &mut parts);
        }
        for waiver in &self.waivers {
            of_conditions(&waiver.when, &mut parts);
        }
        for hold in &self.holds {
            of_conditions(&hold.when, &mut parts);
        }
        for notify in &self.notify {
            of_conditions(&notify.when, &mut parts);
        }
        for rule in &self.rules {
            of_conditions(&rule.when, &mut parts);
            for requirement in &rule.asks {
                match requirement {
                    Requirement::Unenforced(part) => parts.push(part.clone()),
                    Requirement::Approvals(entries) => of_entries(entries, &mut parts),
                    Requirement::Checks(_)
                    | Requirement::Deployments(_)
                    | Requirement::Fields(_)
                    | Requirement::Signed
                    | Requirement::ResolvedThreads
                    | Requirement::Soak(_)
                    | Requirement::Notice(_)
                    | Requirement::Acknowledge(_)
                    | Requirement::Deny(_)
                    | Requirement::Allow(_) => {}
                }
            }
        }
        parts.sort_by_key(|part| part.span.start);
        parts
    }
}

impl Authority {
    /// Whether it is a role for which nobody is named: nobody's approval counts for it.
    pub fn is_unfilled(&self) -> bool {
        let named = !self.teams.is_empty() || !self.users.is_empty();
        self.fill.is_some() && !named && self.permission.is_none() && self.codeowners.is_none()
    }
}

impl Rule {
    /// Whether it reads a fact that the author controls: such a rule only adds, and never counts against `nothing-applies`.
    pub fn reads_author_controlled(&self) -> bool {
        self.when.reads_author_controlled()
    }
}

impl Conditions {
    /// Whether any of them, however deep, reads a fact that the author controls.
    pub fn reads_author_controlled(&self) -> bool {
        self.0.iter().any(|condition| match condition {
            Condition::Any(tables) | Condition::All(tables) => tables.iter().any(Self::reads_author_controlled),
            Condition::Not(table) => table.reads_author_controlled(),
            Condition::Expr(expression) => expression.reads_author_controlled(),
            other => keys::find("when", other.key()).is_none_or(|key| key.control != Control::NotAuthor),
        })
    }
}

impl Condition {
    /// Its key in a `when` table.
    pub fn key(&self) -> &str {
        match self {
            Self::Files(_) => "files",
            Self::OnlyFiles(_) => "only_files",
            Self::NoFiles(_) => "no_files",
            Self::Diff(..) => "diff",
            Self::Lines(..) => "lines",
            Self::FilesChanged(_) => "files_changed",
            Self::Commits(_) => "commits",
            Self::Services(_) => "services",
            Self::Tier(_) => "tier",
            Self::Environments(_) => "environments",
            Self::Repositories(_) => "repositories",
            Self::Properties(_) => "properties",
            Self::Base(_) => "base",
            Self::Author(_) => "author",
            Self::AuthorIn(_) => "author_in",
            Self::FirstContribution(_) => "first_contribution",
            Self::Fork(_) => "fork",
            Self::Agent(..) => "agent",
            Self::CommitterIn(_) => "committer_in",
            Self::Signed(_) => "signed",
            Self::Type(_) => "type",
            Self::Risk(_) => "risk",
            Self::Field(..) => "field",
            Self::Title(_) => "title",
            Self::Labels(_) => "labels",
            Self::Head(_) => "head",
            Self::Draft(_) => "draft",
            Self::At(_) => "at",
            Self::Expr(_) => "expr",
            Self::Any(_) => "any",
            Self::All(_) => "all",
            Self::Not(_) => "not",
            Self::Unenforced(part) => part.key.rsplit('.').next().unwrap_or_default(),
        }
    }
}

fn of_conditions(conditions: &Conditions, parts: &mut Vec<Unenforced>) {
    for condition in &conditions.0 {
        match condition {
            Condition::Unenforced(part) => parts.push(part.clone()),
            Condition::Any(tables) | Condition::All(tables) => tables.iter().for_each(|t| of_conditions(t, parts)),
            Condition::Not(table) => of_conditions(table, parts),
            _ => {}
        }
    }
}

fn of_entries(entries: &[ApprovalEntry], parts: &mut Vec<Unenforced>) {
    for entry in entries {
        match entry {
            ApprovalEntry::From { settings, .. } => parts.extend(settings.unenforced.iter().cloned()),
            ApprovalEntry::Any(alternatives) => of_entries(alternatives, parts),
        }
    }
}
