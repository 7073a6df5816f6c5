//! Which facts the policies want, and which events can matter to them.
//!
//! Read from the policies alone, so that a look can be planned before it is taken.
//! It only ever asks for too much: every layer counts, also one in whose scope the
//! change may not be.

use std::collections::BTreeSet;

use crate::account::TeamName;
use crate::calendar::Times;
use crate::condition::mentions;
use crate::evaluate::{ChangedFiles, is_our_name};
use crate::facts::{File, Known};
use crate::layer::Layer;
use crate::policy::expr::Fact;
use crate::policy::{
    ACTIONS, ApprovalEntry, ApprovalSettings, Authority, CheckWanted, Collisions, Condition, Conditions, Independence,
    Keep, Mode, Permission, Policy, PolicySet, Requirement, Rule, Waive, WhichCheck, Who,
};

/// What the policies want to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Teams whose members are to be read, child teams included.
    pub teams: BTreeSet<TeamName>,
    /// The teams by which alone people approve; none where a permission will do as well.
    pub only_teams: BTreeSet<TeamName>,
    /// Logins, in lower case, whose accounts are to be pinned.
    pub logins: BTreeSet<String>,
    /// The checks that are asked for.
    pub checks: BTreeSet<(String, CheckBy)>,
    /// Whether everything that GitHub requires on the base is asked for.
    pub required_checks: bool,
    /// The environments, as GitHub calls them, whose deployments of the head are to be read.
    pub environments: BTreeSet<String>,
    /// Whether the review threads are to be read.
    pub threads: bool,
    /// Whether it is to be found out if a pull request of the author's was merged before.
    pub merged_before: bool,
    /// Whether the file CODEOWNERS at the base is to be read.
    pub codeowners: bool,
    /// Whether the old names of renamed files are to be read.
    pub old_names: bool,
    /// Whether the patches of the changed files are to be read.
    pub patches: bool,
    /// Whether the changed files are to be read.
    pub files: bool,
    /// Whether the commits are to be read.
    pub commits: bool,
    /// Whether it is to be found out who pushed.
    pub pushers: bool,
    /// Whether an approval may be kept where the head moves and the net diff stays.
    pub same_diff: bool,
    /// Whether the repository's custom properties are to be read.
    pub properties: bool,
    /// Whether it is to be found out what reviewers may do in the repository beyond pushing.
    pub permissions: bool,
    /// The same of whoever opened the pull request or is behind its commits.
    pub author_permissions: bool,
    /// Whether the title, labels, draft flag or head's name can matter to a rule.
    pub on_declaration: bool,
    /// Whether it matters to many changes at once what time it is.
    pub time: bool,
    /// Whether it is to be told since when the change stands as it does.
    pub received: bool,
    /// The calendars that freezes and windows go by: files of the policy's own repository, each with its layer.
    pub calendars: BTreeSet<(Layer, String)>,
    /// What other changes plan, because plans that meet hold.
    pub collisions: bool,
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
        self.required_checks || asked || is_our_name(name)
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
            needs.policy(policies, layer.layer, policy);
            needs.same_diff |=
                policy.rules.iter().flat_map(|rule| &rule.asks).any(|ask| keeps(policies, layer.layer, ask));
            let models = policy.models.iter().flat_map(|model| &model.approvals);
            let lanes = policy.emergency.iter().flat_map(|emergency| &emergency.approvals);
            // What is waived or declared by command is bound as an approval is.
            let commanded = policy.emergency.is_some()
                || policy.rules.iter().any(|rule| rule.waive.is_some() || acknowledged(rule))
                || policy.holds.iter().any(|hold| hold.waive.is_some());
            let kept = policies.approval_for(layer.layer, &ApprovalSettings::default()).keep;
            needs.same_diff |= commanded && kept == Keep::SameDiff;
            needs.same_diff |= models.chain(lanes).any(|entry| entry_keeps(policies, layer.layer, entry));
        }
    }
    let mut authorities = policies.policies().flat_map(|(_, policy)| policy.authorities.values());
    if authorities.any(|authority| authority.permission.is_some()) {
        needs.only_teams.clear();
    } else {
        // A condition may name any authority; where none goes by permission, nobody's is asked for.
        needs.author_permissions = false;
    }
    needs
}

/// Whether it matters whether the changed files are regular ones: an `only_files` that would lower what is asked holds
/// by their paths.
pub fn wants_modes(policies: &PolicySet, files: &Known<Vec<File>>) -> bool {
    let Known::Known(files) = files else { return false };
    let files = ChangedFiles::new(files);
    let holds = |condition: &Condition| match condition {
        Condition::OnlyFiles(globs) => files.not_matching(globs).is_none(),
        // What it makes of the paths is not known before it is computed.
        Condition::Expr(expression) => expression.reads_paths(),
        _ => false,
    };
    let lowers = |condition: &Condition| matches!(condition, Condition::Not(inner) if mentions(inner, &holds));
    let policies = || policies.policies().map(|(_, policy)| policy);
    let rules = || policies().flat_map(|policy| &policy.rules);
    // Where a rule speaks about every change, no other has to make up for those that do not.
    let covered = rules().any(|rule| rule.when.0.is_empty() && rule.mode == Mode::Enforce);
    let lanes = policies().flat_map(|policy| {
        let waivers = policy.waivers.iter().map(|waiver| &waiver.when);
        policy.models.iter().map(|model| &model.when).chain(waivers)
    });
    let factors = policies().flat_map(|policy| &policy.factors).map(|factor| &factor.when);
    let timed = policies().flat_map(|policy| &policy.holds).map(|hold| &hold.when);
    !files.is_empty()
        && (lanes.into_iter().any(|when| mentions(when, &holds))
            || factors.chain(timed).chain(rules().map(|rule| &rule.when)).any(|when| mentions(when, &lowers))
            || (!covered && rules().any(|rule| mentions(&rule.when, &holds))))
}

/// Whether a rule asks for an acknowledgement.
fn acknowledged(rule: &Rule) -> bool {
    rule.asks.iter().any(|ask| matches!(ask, Requirement::Acknowledge(_)))
}

fn entry_keeps(policies: &PolicySet, layer: Layer, entry: &ApprovalEntry) -> bool {
    match entry {
        ApprovalEntry::From { settings, .. } => policies.approval_for(layer, settings).keep == Keep::SameDiff,
        ApprovalEntry::Any(alternatives) => alternatives.iter().any(|entry| entry_keeps(policies, layer, entry)),
    }
}

/// Whether the requirement takes an approval that was given on another head with the same net diff.
fn keeps(policies: &PolicySet, layer: Layer, ask: &Requirement) -> bool {
    match ask {
        Requirement::Approvals(entries) => entries.iter().any(|entry| entry_keeps(policies, layer, entry)),
        // An approval stands beside the checks of a change that edits them.
        Requirement::Checks(_) | Requirement::Deployments(_) => {
            policies.approval_for(layer, &ApprovalSettings::default()).keep == Keep::SameDiff
        }
        Requirement::Fields(_)
        | Requirement::Signed
        | Requirement::ResolvedThreads
        | Requirement::Soak(_)
        | Requirement::Notice(_)
        | Requirement::Acknowledge(_)
        | Requirement::Deny(_)
        | Requirement::Allow(_)
        | Requirement::Unenforced(_) => false,
    }
}

impl Needs {
    fn policy(&mut self, policies: &PolicySet, layer: Layer, policy: &Policy) {
        self.properties |= !policy.scope.properties.is_empty();
        policy.authorities.values().for_each(|authority| self.authority(authority));
        policy.factors.iter().for_each(|factor| self.conditions(&factor.when));
        for rule in &policy.rules {
            self.conditions(&rule.when);
            rule.waive.iter().for_each(|waive| self.waive(waive));
            for ask in &rule.asks {
                self.requirement(ask);
                if let Requirement::Deployments(wanted) = ask {
                    let names = wanted.iter().map(|wanted| policies.environment_names(layer, &wanted.environment));
                    self.environments.extend(names.flatten());
                }
            }
        }
        for model in &policy.models {
            self.conditions(&model.when);
            model.approvals.iter().for_each(|entry| self.entry(entry));
        }
        if let Some(emergency) = &policy.emergency {
            self.named(&emergency.declared_by);
            emergency.approvals.iter().for_each(|entry| self.entry(entry));
        }
        policy.pir.iter().for_each(|pir| self.conditions(&pir.when));
        policy.waivers.iter().for_each(|waiver| self.conditions(&waiver.when));
        for hold in &policy.holds {
            self.conditions(&hold.when);
            if let Times::File(file) = &hold.times {
                self.calendars.insert((layer, file.path.clone()));
            }
            hold.waive.iter().for_each(|waive| self.waive(waive));
        }
        self.collisions |= policy.collisions == Collisions::Block;
        // What a change may touch counts as touched where plans that meet hold it.
        if policy.collisions == Collisions::Block && policies.policies().any(|(_, policy)| !policy.services.is_empty())
        {
            self.files_by_both_names();
        }
        policy.notify.iter().for_each(|notify| self.conditions(&notify.when));
        // Of reviews that become overdue all that is green goes at one instant.
        self.time |= !policy.holds.is_empty() || policy.emergency.is_some();
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
        self.only_teams.extend(authority.teams.iter().cloned());
        // Who may read or push is told by the reviews themselves.
        self.permissions |=
            authority.permission.is_some_and(|least| !matches!(least, Permission::Read | Permission::Write));
        authority.users.iter().for_each(|login| self.login(login));
        self.whos(&authority.except);
        self.whos(&authority.unowned);
        if authority.codeowners.is_some() {
            self.codeowners = true;
            self.files_by_both_names();
        }
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
                self.files_by_both_names();
                wanted.iter().for_each(|wanted| self.check(wanted));
            }
            Requirement::Deployments(wanted) => {
                self.files_by_both_names();
                let others = wanted.iter().filter(|wanted| wanted.by != ACTIONS);
                others.for_each(|wanted| self.login(&wanted.by));
            }
            Requirement::ResolvedThreads => self.threads = true,
            Requirement::Soak(_) | Requirement::Notice(_) => self.received = true,
            Requirement::Acknowledge(from) => self.named(from),
            Requirement::Fields(_)
            | Requirement::Signed
            | Requirement::Deny(_)
            | Requirement::Allow(_)
            | Requirement::Unenforced(_) => {}
        }
    }

    /// Whose a touched file is, and whether a change edits what its own results are made of, are questions of its files.
    fn files_by_both_names(&mut self) {
        self.files = true;
        self.old_names = true;
    }

    /// People whose word counts: a team that is named itself is not an authority's, which are all read.
    fn named(&mut self, from: &[Who]) {
        self.whos(from);
        self.only_teams.extend(from.iter().filter_map(|who| match who {
            Who::Team(team) => Some(team.clone()),
            Who::Authority { .. } | Who::User(_) => None,
        }));
    }

    fn entry(&mut self, entry: &ApprovalEntry) {
        match entry {
            ApprovalEntry::From { from, settings, .. } => {
                self.named(from);
                self.independence(settings.independent_of.as_deref());
            }
            ApprovalEntry::Any(alternatives) => alternatives.iter().for_each(|entry| self.entry(entry)),
        }
    }

    /// Whoever waives counts as an approver does.
    fn waive(&mut self, waive: &Waive) {
        self.whos(&waive.from);
        self.only_teams.extend(waive.from.iter().filter_map(|who| match who {
            Who::Team(team) => Some(team.clone()),
            Who::Authority { .. } | Who::User(_) => None,
        }));
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
                C::Files(_)
                    | C::OnlyFiles(_)
                    | C::NoFiles(_)
                    | C::Lines(_, Some(_))
                    | C::Diff(_, Some(_))
                    | C::Services(_)
                    | C::Tier(_)
                    | C::Environments(_)
            ) || matches!(condition, C::Expr(expression) if expression.reads_paths())
        });
        self.old_names |= paths;
        self.patches |= reads(&|condition| match condition {
            C::Expr(expression) => expression.reads(Fact::Diff),
            other => matches!(other, C::Diff(..)),
        });
        self.files |= paths || reads(&|condition| matches!(condition, C::Lines(..) | C::FilesChanged(_) | C::Diff(..)));
        self.files |= reads(&|condition| matches!(condition, C::Expr(expression) if expression.reads_files()));
        self.merged_before |= reads(&|condition| match condition {
            C::Expr(expression) => expression.reads(Fact::FirstContribution),
            other => matches!(other, C::FirstContribution(_)),
        });
        self.properties |= reads(&|condition| match condition {
            C::Expr(expression) => expression.reads(Fact::Properties),
            other => matches!(other, C::Properties(_)),
        });
        self.on_declaration |=
            reads(&|condition| matches!(condition, C::Title(_) | C::Labels(_) | C::Head(_) | C::Draft(_)));
        self.time |= reads(&|condition| matches!(condition, C::At(_)));
        self.people(conditions);
    }

    fn people(&mut self, conditions: &Conditions) {
        for condition in &conditions.0 {
            match condition {
                Condition::Author(logins) => logins.iter().for_each(|login| self.login(login)),
                Condition::AuthorIn(who) | Condition::CommitterIn(who) => {
                    self.author_permissions |= who.iter().any(|who| matches!(who, Who::Authority { .. }));
                    self.whos(who);
                }
                Condition::Agent(_, agents) => self.author_permissions |= agents.is_some(),
                Condition::Expr(expression) => {
                    self.author_permissions |= expression.agents.is_some();
                    expression.logins.iter().for_each(|login| self.login(login));
                }
                Condition::Any(tables) | Condition::All(tables) => tables.iter().for_each(|table| self.people(table)),
                Condition::Not(inner) => self.people(inner),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]
mod tests {
    use super::*;
    use crate::policy::{Read, Source, Version, load};

    fn check(text: &str, change: impl FnOnce(&mut Needs)) -> Needs {
        let version = Version { blob: "blob".to_owned(), text: format!("version = 1\n{text}") };
        let path = "acme/shop/.github/countersign.toml".to_owned();
        let source = Source { layer: Layer::Repository, path, read: Read::Text(version), last_good: None };
        let (set, found) = load(&[source]);
        assert!(set.layers[0].policy.is_some(), "{found:?}");
        let mut expected = Needs { commits: true, pushers: true, ..Needs::default() };
        change(&mut expected);
        let needs = needs(&set);
        assert_eq!(needs, expected);
        needs
    }

    fn team(name: &str) -> TeamName {
        TeamName::parse(name).unwrap()
    }

    /// All that is green goes at the instant at which a review is overdue.
    #[test]
    fn an_emergency_lane_asks_how_much_is_green() {
        let lane = "[emergency]\ndeclared_by = [\"user:carol\"]\nexpires = \"4h\"\n\
            approvals = [{ from = [\"user:bob\"], count = 1 }]\n[[rule]]\nid = \"a\"\nallow = \"ok\"\n";
        let version = Version { blob: "blob".to_owned(), text: format!("version = 1\n{lane}") };
        let path = "acme/shop/.github/countersign.toml".to_owned();
        let source = Source { layer: Layer::Repository, path, read: Read::Text(version), last_good: None };
        assert!(needs(&load(&[source]).0).time);
    }

    #[test]
    fn nothing_is_asked_for_that_no_policy_wants() {
        assert_eq!(needs(&PolicySet::default()), Needs::default());
        let needs = check("[[rule]]\nid = \"a\"\nallow = \"ok\"\n", |_| ());
        assert!(!needs.cares_about_check("build", Some("github-actions")));
        // Whatever the rules say, a check of our name may be forged.
        assert!(needs.cares_about_check("countersign", None));
        assert!(!needs.cares_about_team(&team("acme/payments")));
    }

    #[test]
    fn people_are_found_wherever_they_are_named() {
        let text = r#"
[authorities.payments]
teams = ["acme/payments"]
users = ["Carol"]
except = ["team:acme/contractors"]
[[rule]]
id = "a"
when = { any = [{ author = ["ann"] }, { not = { author_in = ["user:bob"] } }] }
approvals = [{ any = [{ from = ["payments"], count = 1 }, { from = ["team:acme/cab"], count = 1 }] }]
"#;
        let needs = check(text, |needs| {
            needs.teams = ["acme/payments", "acme/contractors", "acme/cab"].map(team).into();
            needs.only_teams = ["acme/payments", "acme/cab"].map(team).into();
            needs.logins = ["carol", "ann", "bob"].map(str::to_owned).into();
            needs.same_diff = true;
        });
        assert!(needs.cares_about_team(&team("acme/cab")));
        let also = "[authorities.cab]\nteams = [\"acme/cab\"]\n[authorities.peer]\npermission = \"write\"\n";
        check(&(also.to_owned() + "[[rule]]\nid = \"a\"\nallow = \"ok\"\n"), |needs| {
            _ = needs.teams.insert(team("acme/cab"));
        });
    }

    #[test]
    fn checks_and_paths_are_found() {
        let text = r#"
[[rule]]
id = "a"
checks = ["build", { name = "ci", creator = "Jenkins[bot]" }]
"#;
        let needs = check(text, |needs| {
            needs.logins.insert("jenkins[bot]".to_owned());
            needs.checks.insert(("build".to_owned(), CheckBy::App("github-actions".to_owned())));
            needs.checks.insert(("ci".to_owned(), CheckBy::Creator("Jenkins[bot]".to_owned())));
            (needs.files, needs.old_names, needs.same_diff) = (true, true, true);
        });
        assert!(needs.cares_about_check("build", Some("github-actions")) && needs.cares_about_check("ci", None));
        assert!(!needs.cares_about_check("build", None) && !needs.cares_about_check("other", None));
        let required = "[[rule]]\nid = \"a\"\nchecks = [{ required = true }]\n";
        let needs = check(required, |needs| {
            (needs.required_checks, needs.files, needs.old_names, needs.same_diff) = (true, true, true, true);
        });
        assert!(needs.cares_about_check("anything", None));
        let lines = "[[rule]]\nid = \"a\"\nwhen = { lines = \"> 9\" }\nallow = \"ok\"\n";
        check(lines, |needs| needs.files = true);
        let diff = "[[rule]]\nid = \"a\"\nwhen = { diff = 'x' }\nallow = \"ok\"\n";
        check(diff, |needs| (needs.files, needs.patches) = (true, true));
        let diff = "[[rule]]\nid = \"a\"\nwhen = { expr = 'size(diff) > 9' }\nallow = \"ok\"\n";
        check(diff, |needs| (needs.files, needs.patches, needs.old_names) = (true, true, true));
        let title = "[[rule]]\nid = \"a\"\nwhen = { title = \"x\", on_declaration = true }\nallow = \"ok\"\n";
        check(title, |needs| needs.on_declaration = true);
        let zone = "timezone = \"UTC\"\n";
        let at = "[[rule]]\nid = \"a\"\nwhen = { at = { days = \"Fri\" } }\nallow = \"ok\"\n";
        check(&format!("{zone}{at}"), |needs| needs.time = true);
        let window = "[[window]]\nid = \"a\"\ndays = \"Fri\"\nwhen = { lines = \"> 9\" }\n";
        check(&format!("{zone}{window}"), |needs| (needs.time, needs.files) = (true, true));
    }

    #[test]
    fn what_only_some_policies_ask_for_is_found() {
        let rule = |what: &str| format!("[environments.live]\n[[rule]]\nid = \"a\"\n{what}\n");
        let when = |when: &str| rule(&format!("when = {{ {when} }}\ndeny = \"no\""));
        check(&rule("resolved_threads = true"), |needs| needs.threads = true);
        check(&rule("signed = true"), |_| ());
        check(&when("not = { first_contribution = false }"), |needs| needs.merged_before = true);
        check(&when("agent = true, signed = true"), |_| ());
        check(&when("committer_in = [\"user:Carol\"]"), |needs| _ = needs.logins.insert("carol".to_owned()));
        check("[authorities.owners]\ncodeowners = \"any\"\n[[rule]]\nid = \"a\"\nallow = \"ok\"\n", |needs| {
            (needs.codeowners, needs.files, needs.old_names) = (true, true, true);
        });
        check(&when("environments = [\"live\"]"), |needs| (needs.files, needs.old_names) = (true, true));
        check(&when("expr = 'lines > 9'"), |needs| needs.files = true);
        check(&when("expr = 'files.exists(f, f.added > 9)'"), |needs| (needs.files, needs.old_names) = (true, true));
        check(&when("expr = 'base == \"main\"'"), |_| ());
        check(&when("expr = 'tier == 1'"), |needs| (needs.files, needs.old_names) = (true, true));
        check(&when("expr = '\"live\" in environments'"), |needs| (needs.files, needs.old_names) = (true, true));
        check(&when("expr = 'first_contribution'"), |needs| needs.merged_before = true);
        check(&when("expr = 'author in [\"Carol\"]'"), |needs| _ = needs.logins.insert("carol".to_owned()));
        check(&when("expr = '\"a\" in properties.team'"), |needs| needs.properties = true);
        check(&when("properties = { team = \"a\" }"), |needs| needs.properties = true);
        check(&format!("[scope]\nproperties = {{ team = \"a\" }}\n{}", rule("signed = true")), |needs| {
            needs.properties = true;
        });
    }

    #[test]
    fn permissions_are_asked_for_where_reviews_do_not_tell_them() {
        let authority = |level: &str| format!("[authorities.some]\npermission = \"{level}\"\n");
        let when =
            |authority: &str| format!("[[rule]]\nid = \"a\"\nwhen = {{ author_in = [{authority}] }}\ndeny = \"no\"\n");
        for (level, asked) in [("read", false), ("triage", true), ("write", false), ("maintain", true), ("admin", true)]
        {
            check(&(authority(level) + "[[rule]]\nid = \"a\"\nallow = \"ok\"\n"), |needs| needs.permissions = asked);
        }
        check(&(authority("write") + &when("\"some\"")), |needs| needs.author_permissions = true);
        let agents =
            "[[rule]]\nid = \"a\"\nwhen = { AGENT }\ndeny = \"no\"\n[authorities.agents]\npermission = \"write\"\n";
        for agent in ["agent = true", "expr = '!agent'"] {
            check(&agents.replace("AGENT", agent), |needs| needs.author_permissions = true);
        }
        check(&(authority("write") + &when("\"user:bob\"")), |needs| _ = needs.logins.insert("bob".to_owned()));
        let named = "[authorities.some]\nusers = [\"bob\"]\n".to_owned() + &when("\"some\"");
        check(&named, |needs| _ = needs.logins.insert("bob".to_owned()));
    }

    #[test]
    fn environments_are_asked_for_by_the_names_that_github_knows() {
        let text = r#"
[environments.production]
names = ["prod", "prod-eu"]
[[rule]]
id = "a"
deployments = [{ environment = "staging" }, { environment = "production", by = "Argo[bot]" }]
"#;
        check(text, |needs| {
            needs.environments = ["staging", "prod", "prod-eu"].map(str::to_owned).into();
            needs.logins.insert("argo[bot]".to_owned());
            (needs.files, needs.old_names, needs.same_diff) = (true, true, true);
        });
    }

    #[test]
    fn modes_are_wanted_only_where_they_could_lower_what_is_asked() {
        let model = "[[model]]\nid = \"m\"\nowner = \"user:carol\"\nuntil = \"2027-01-01T00:00Z\"\napprovals = []\nwhen = { only_files = [\"*.lock\"] }\n";
        let rest = "[[rule]]\nid = \"rest\"\nallow = \"ok\"\n";
        let rule = |when: &str| format!("[[rule]]\nid = \"a\"\nwhen = {{ {when} }}\nallow = \"ok\"\n");
        let only = rule("only_files = [\"*.lock\"]");
        let not = rule("not = { only_files = [\"*.lock\"] }");
        let check = |text: &str, path: &str, wanted: bool| {
            let version = Version { blob: "blob".to_owned(), text: format!("version = 1\n{text}") };
            let source =
                Source { layer: Layer::Repository, path: String::new(), read: Read::Text(version), last_good: None };
            let (set, found) = load(&[source]);
            assert!(set.layers[0].policy.is_some(), "{found:?}");
            let status = crate::facts::FileStatus::Modified;
            let file = File { path: path.to_owned(), old_path: Known::Known(None), status, added: 1, removed: 1 };
            assert_eq!(wants_modes(&set, &Known::Known(vec![file])), wanted, "{text} {path}");
            assert!(!wants_modes(&set, &Known::Known(Vec::new())) && !wants_modes(&set, &Known::unknown("away")));
        };
        check(&format!("{model}{rest}"), "a.lock", true);
        check(&format!("{model}{rest}"), "a.rs", false);
        check(&format!("{not}{rest}"), "a.lock", true);
        check(&format!("{}{rest}", rule("not = { expr = 'files.all(f, f.added > 0)' }")), "a.rs", true);
        check(&format!("{}{rest}", rule("not = { expr = 'lines > 0' }")), "a.rs", false);
        // Alone it has to make up for rules that do not speak; beside one that always speaks it only asks more.
        check(&only, "a.lock", true);
        check(&format!("{only}{rest}"), "a.lock", false);
    }
}
