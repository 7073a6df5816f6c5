//! `unused`: an authority, a service or an environment that nothing of the layers names.
//!
//! Only of a repository's file: what an organisation defines is there for files that
//! are not seen here.

use super::places::Node;
use super::{File, Lint};
use crate::condition::mentions;
use crate::diagnostic::Diagnostic;
use crate::layer::Layer;
use crate::policy::codes;
use crate::policy::condition::Condition;
use crate::policy::expr::Fact;
use crate::policy::packs::PACKS;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let whole = lint.set.layers.len() == lint.files.len();
    let own = lint.files.iter().filter(|file| whole && file.layer == Layer::Repository);
    own.flat_map(|file| of_file(lint, file)).collect()
}

fn of_file(lint: &Lint<'_>, file: &File<'_>) -> Vec<Diagnostic> {
    let authorities = file.policy.authorities.keys().map(|name| ("authority", "authorities", name));
    let services = file.policy.services.keys().map(|name| ("service", "services", name));
    let environments = file.policy.environments.keys().map(|name| ("environment", "environments", name));
    // `agents` is asked by the condition `agent`; a tier is of every service; what holds deployments, of every environment.
    let reached = |table: &str, name: &str| match table {
        "authorities" => name == "agents",
        "services" => compares_tiers(lint),
        _ => lint.files.iter().any(|file| !file.tables("freeze").is_empty() || !file.tables("window").is_empty()),
    };
    let unused = authorities
        .chain(services)
        .chain(environments)
        .filter(|(_, table, name)| !reached(table, name) && !lint.files.iter().any(|other| names(other, table, name)));
    unused
        .filter_map(|(word, table, name)| {
            let span = file.root.child(table)?.child(name)?.span;
            let message = format!("nothing asks for the {word} `{name}`");
            let problem = Diagnostic::warning(codes::UNUSED, message, file.origin(), span).saying("never named again");
            Some(problem.help("take it out, or name it where it was meant to count"))
        })
        .collect()
}

fn compares_tiers(lint: &Lint<'_>) -> bool {
    let is_tier = |condition: &Condition| match condition {
        Condition::Expr(expression) => expression.reads(Fact::Tier),
        other => matches!(other, Condition::Tier(_)),
    };
    let whens = lint.files.iter().flat_map(File::conditioned);
    whens.into_iter().any(|one| mentions(one.when, &is_tier)) || lint.files.iter().any(writes_tier)
}

/// Whether a freeze, a window or a review compares tiers.
fn writes_tier(file: &File<'_>) -> bool {
    let tables = ["freeze", "window", "notify"].into_iter().flat_map(|name| file.tables(name));
    let mut tables = tables.chain(file.root.child("pir"));
    tables.any(|table| table.child("when").is_some_and(|when| !when.texts().is_empty() && says(&when, "tier")))
}

fn says(node: &Node<'_>, wanted: &str) -> bool {
    let nested = node.children().into_iter().any(|(key, child)| key == wanted || says(&child, wanted));
    nested || node.items().iter().any(|item| says(item, wanted))
}

/// Whether a text of the file is the name, or an expression has it in quotes; a table's own `names` are not asked.
fn names(file: &File<'_>, table: &str, name: &str) -> bool {
    let quoted = [format!("\"{name}\""), format!("'{name}'")];
    let is_name = |text: &str| text == name || quoted.iter().any(|quoted| text.contains(quoted.as_str()));
    let in_others = |(key, child): (&str, Node<'_>)| {
        // What a service or an environment is called elsewhere is its own affair.
        let own = (key == table).then(|| child.child(name)).flatten();
        child.texts().into_iter().any(|(text, span)| {
            let inside = own.as_ref().is_some_and(|own| own.texts().iter().any(|(_, other)| *other == span));
            !inside && is_name(text)
        })
    };
    file.root.children().into_iter().any(in_others) || packs_name(file, name)
}

/// Whether a pack that the file switches on names it, be it to fill it in.
fn packs_name(file: &File<'_>, name: &str) -> bool {
    let on: Vec<&str> = file.root.child("packs").iter().flat_map(|packs| packs.texts()).map(|(text, _)| text).collect();
    let mut packs = PACKS.iter().filter(|pack| on.contains(&pack.name));
    packs.any(|pack| pack.text.contains(&format!("\"{name}\"")) || pack.text.contains(&format!(".{name}]")))
}
