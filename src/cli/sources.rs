//! Policy files given on the command line: read, told which layer they are, and put together as the layers of one
//! repository.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use countersign_domain::diagnostic::{Diagnostic, Origin, Severity};
use countersign_domain::layer::{Layer, ORGANISATION_POLICY, REPOSITORY_POLICY};
use countersign_domain::policy::{self, PolicySet, Read, Source, Version};
use countersign_domain::record::Template;

use super::output::{self, STDIN, Trouble, at_most_one_stdin, remark};
use crate::render::terminal::{self, SourceText};

/// The layers that people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LayerName {
    /// `countersign.toml` in the organisation's `.github` repository.
    Organisation,
    /// `.github/countersign.toml` in a repository.
    Repository,
}

impl From<LayerName> for Layer {
    fn from(name: LayerName) -> Self {
        match name {
            LayerName::Organisation => Self::Organisation,
            LayerName::Repository => Self::Repository,
        }
    }
}

/// A policy file as it was read.
#[derive(Debug)]
pub(super) struct PolicyFile {
    pub(super) name: String,
    pub(super) layer: Layer,
    pub(super) text: String,
    /// Where it was read; `-` for standard input, empty for what is in no file.
    pub(super) path: PathBuf,
}

/// The policy files that stand where they belong, from the current folder.
pub(super) fn of_this_folder() -> Result<Vec<PathBuf>, Trouble> {
    let found: Vec<_> =
        [ORGANISATION_POLICY, REPOSITORY_POLICY].map(PathBuf::from).into_iter().filter(|path| path.is_file()).collect();
    if found.is_empty() {
        let message = format!("there is neither `{REPOSITORY_POLICY}` nor `{ORGANISATION_POLICY}` here");
        return Err(Trouble::new(message).help("name a file, or go to the root of the repository"));
    }
    Ok(found)
}

/// Reads policy files; every one that cannot be read is reported.
pub(super) fn read(paths: &[PathBuf], layer: Option<LayerName>) -> Result<Vec<PolicyFile>, Trouble> {
    at_most_one_stdin(paths)?;
    let (mut files, mut troubles) = (Vec::new(), Vec::new());
    for path in paths {
        match output::read(path) {
            Ok(text) => {
                let layer = layer.map_or_else(|| guessed(path), Layer::from);
                files.push(PolicyFile { name: shown(path), layer, text, path: path.clone() });
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    Trouble::all(troubles)?;
    Ok(files)
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    output::name(path)
}

/// Which layer a file is by its place: `countersign.toml` outside of a folder `.github`, or at the root of a repository
/// of that name, is an organisation's; every other file is a repository's.
fn guessed(path: &Path) -> Layer {
    let Ok(whole) = std::path::absolute(path) else { return Layer::Repository };
    let folder = whole.parent().unwrap_or(Path::new("/"));
    let in_github = folder.file_name().is_some_and(|name| name == ".github") && !folder.join(".git").exists();
    let is_called_so = whole.file_name().is_some_and(|name| name == ORGANISATION_POLICY);
    if is_called_so && !in_github && path != Path::new(STDIN) { Layer::Organisation } else { Layer::Repository }
}

/// Which files are read together: each repository's file with the organisation's above it.
pub(super) fn stacks(files: &[PolicyFile]) -> Result<Vec<Vec<&PolicyFile>>, Trouble> {
    let of = |layer: Layer| files.iter().filter(move |file| file.layer == layer);
    let mut above = of(Layer::Organisation);
    let stacks: Vec<Vec<&PolicyFile>> = match (above.next(), above.next()) {
        (None, _) => of(Layer::Repository).map(|file| vec![file]).collect(),
        (Some(one), None) if of(Layer::Repository).next().is_some() => {
            of(Layer::Repository).map(|file| vec![one, file]).collect()
        }
        (Some(_), _) if of(Layer::Repository).next().is_none() => {
            of(Layer::Organisation).map(|file| vec![file]).collect()
        }
        (Some(one), other) => {
            let other = other.map_or("", |file| &file.name);
            let message = format!("`{}` and `{other}` are both read as the organisation's policy", one.name);
            return Err(Trouble::new(message).help("beside a repository's file only one can stand above it"));
        }
    };
    Ok(stacks)
}

/// Files as the layers that the domain loads.
pub(super) fn sources(stack: &[&PolicyFile]) -> Vec<Source> {
    let source = |file: &&PolicyFile| {
        let version = Version { blob: String::new(), text: file.text.clone() };
        Source { layer: file.layer, path: file.name.clone(), read: Read::Text(version), last_good: None }
    };
    stack.iter().map(source).collect()
}

/// Files as the texts that diagnostics point into.
pub(super) fn texts<'a>(stack: &[&'a PolicyFile]) -> Vec<SourceText<'a>> {
    let text =
        |file: &&'a PolicyFile| SourceText { origin: Origin::Policy(file.layer), name: &file.name, text: &file.text };
    stack.iter().map(text).collect()
}

/// Pull request templates.
pub(super) fn templates(paths: &[PathBuf]) -> Result<Vec<Template>, Trouble> {
    paths.iter().map(|path| output::read(path).map(|text| Template { text })).collect()
}

/// The policies of the files, which must be valid: `check` tells more of what is wrong with them.
///
/// At most one file is of each layer. Warnings are said on standard error.
pub(super) fn valid(paths: &[PathBuf]) -> Result<(Vec<Source>, PolicySet), Trouble> {
    valid_files(&read(paths, None)?)
}

/// The policies of files that were read, which must be valid.
pub(super) fn valid_files(files: &[PolicyFile]) -> Result<(Vec<Source>, PolicySet), Trouble> {
    let stacks = stacks(files)?;
    let stack = match stacks.as_slice() {
        [] => return Ok((Vec::new(), PolicySet::default())),
        [stack] => stack,
        _ => {
            let help = "an organisation's and a repository's file stand together; which is which goes by the path";
            return Err(Trouble::new("several policy files of one layer are given").help(help));
        }
    };
    let sources = sources(stack);
    let (set, diagnostics) = policy::load(&sources);
    let (errors, warnings): (Vec<Diagnostic>, Vec<Diagnostic>) =
        diagnostics.into_iter().partition(|diagnostic| diagnostic.severity == Severity::Error);
    let told = if errors.is_empty() { &warnings } else { &errors };
    let shown: Vec<String> =
        told.iter().map(|diagnostic| terminal::diagnostic(diagnostic, &texts(stack), false)).collect();
    if !shown.is_empty() {
        remark(&format!("{}\n", shown.join("\n")));
    }
    if !errors.is_empty() {
        let names: Vec<&str> = stack.iter().map(|file| file.name.as_str()).collect();
        let message = format!("the policy has {}", output::counted(errors.len(), "error"));
        return Err(Trouble::new(message).help(format!("`countersign check {}` shows everything", names.join(" "))));
    }
    Ok((sources, set))
}
