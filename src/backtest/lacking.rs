//! Facts that a policy wants and that were not fetched when a change was decided.

use countersign_domain::facts::{Facts, FileStatus};
use countersign_domain::policy::PolicySet;
use countersign_domain::{Needs, wants_modes};

/// What is wanted and was never fetched, for people; `then` is what the policies of that time wanted.
///
/// Commits, checks and reviews are part of every look, so that they are never lacking.
pub(super) fn lacking(policies: &PolicySet, wanted: &Needs, then: &Needs, facts: &Facts) -> Vec<String> {
    // Named one by one, so that whoever adds a need decides here what it means to lack it.
    let Needs {
        teams,
        only_teams: _,
        logins,
        // Part of every look.
        checks: _,
        files: _,
        commits: _,
        on_declaration: _,
        // How early green goes is no fact of the change.
        time: _,
        environments,
        threads,
        merged_before,
        codeowners,
        old_names,
        patches,
        pushers,
        same_diff,
        permissions,
        author_permissions,
        properties,
        required_checks,
        received,
        calendars,
        collisions,
    } = wanted;
    let mut lacking: Vec<String> = Vec::new();
    let teams = teams.iter().filter(|team| !facts.teams.contains_key(team));
    lacking.extend(teams.map(|team| format!("the members of `{}/{}`", team.organisation, team.slug)));
    let logins = logins.iter().filter(|login| !facts.accounts.contains_key(*login));
    lacking.extend(logins.map(|login| format!("whose account `{login}` is")));
    let environments = environments.difference(&then.environments);
    lacking.extend(environments.map(|environment| format!("deployments to `{environment}`")));
    let calendars = calendars.iter().filter(|calendar| !facts.on_demand.calendars.contains_key(*calendar));
    lacking.extend(calendars.map(|(_, path)| format!("the calendar `{path}`")));
    let renamed =
        |file: &countersign_domain::facts::File| file.status == FileStatus::Renamed && file.old_path.known().is_none();
    let other_heads = facts
        .reviews
        .known()
        .is_some_and(|reviews| reviews.iter().any(|review| review.commit.as_ref() != Some(&facts.change.head.tip)));
    let plain = [
        (*threads && !then.threads, "review threads"),
        (*merged_before && !then.merged_before, "whether the author had a change merged before"),
        (*codeowners && !then.codeowners, "CODEOWNERS"),
        (*patches && facts.diffs.patches.is_none(), "the patches"),
        (*old_names && facts.files.known().is_some_and(|files| files.iter().any(renamed)), "old names of files"),
        (*pushers && !then.pushers, "who pushed"),
        (*required_checks && !then.required_checks, "which checks GitHub requires"),
        (*same_diff && !then.same_diff && other_heads, "what was changed when approvals were given"),
        (*permissions && !then.permissions, "what reviewers may do in the repository"),
        (*author_permissions && !then.author_permissions, "what the author may do in the repository"),
        (*received && facts.on_demand.received.is_none(), "since when the change stands as it does"),
        (*collisions && facts.on_demand.collisions.is_none(), "what other changes planned"),
        (*properties && facts.on_demand.properties.is_none(), "the custom properties of the repository"),
        (
            facts.on_demand.special_files.is_none() && wants_modes(policies, &facts.files),
            "whether the files are regular ones",
        ),
    ];
    lacking.extend(plain.into_iter().filter(|(lacks, _)| *lacks).map(|(_, what)| what.to_owned()));
    lacking
}
