//! `countersign init`: a first policy for a repository, made from what its people already do.
//!
//! It only proposes: the policy observes and decides nothing. Descriptions of past pull requests come from files, from what
//! merges left in git's history, or from GitHub. Absent: how files and descriptions are had, see [`super::checkout`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use countersign_domain::layer::{Layer, REPOSITORY_POLICY};
use countersign_domain::record::{ChangeRecord, FieldId, FieldSet, Template, parse};

use super::checkout::{Files, files_of, merged_on_github};
use super::github::FromGitHub;
use super::output::{Answered, Trouble, counted, print, read};
use crate::render::escape::visible;
use crate::render::template::{self, Asked};

/// Where GitHub looks for a template and for CODEOWNERS.
const FOLDERS: [&str; 3] = [".github", "", "docs"];
const TEMPLATES: [&str; 2] = ["pull_request_template.md", "PULL_REQUEST_TEMPLATE.md"];
/// Folders of templates, of which the author chooses one; beside or in place of the one that all start from.
const CHOICES: [&str; 2] = ["PULL_REQUEST_TEMPLATE", "pull_request_template"];
/// What a change request is without which nobody can judge it.
const AT_LEAST: [&str; 3] = ["summary", "risk", "backout"];
/// How many merges of the history are looked at.
const MERGES: usize = 200;

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The root of the checkout; with `--github`, where the policy is put.
    #[arg(value_name = "DIR", default_value = ".")]
    checkout: PathBuf,

    #[command(flatten)]
    github: FromGitHub,

    /// A folder with descriptions of past pull requests, a file each.
    #[arg(long, value_name = "DIR")]
    descriptions: Option<PathBuf>,

    /// Replace the policy file that is there.
    #[arg(long)]
    force: bool,
}

/// What a repository tells.
struct Found {
    /// Its name, where it is on GitHub.
    repository: Option<String>,
    /// The path and text of each template, the one that all start from first.
    templates: Vec<(String, String)>,
    codeowners: Option<String>,
    /// Where descriptions come from, and how many merges were seen.
    history: String,
    descriptions: Vec<String>,
}

/// A field that is asked or answered already.
struct Mapped {
    field: FieldId,
    /// The templates that ask for it, each with the line.
    asked: Vec<(usize, usize)>,
    /// In how many descriptions it is answered.
    filled: usize,
}

impl Mapped {
    /// Whether every template asks for it, so that no change goes without the question.
    fn is_asked_by_all(&self, found: &Found) -> bool {
        !found.templates.is_empty() && self.asked.len() == found.templates.len()
    }
}

impl Init {
    pub(super) async fn run(self) -> Answered {
        let path = match self.checkout.as_path() {
            here if here == Path::new(".") => PathBuf::from(REPOSITORY_POLICY),
            checkout => checkout.join(REPOSITORY_POLICY),
        };
        if !self.checkout.is_dir() {
            return Err(Trouble::new(format!("`{}` is no folder", self.checkout.display())));
        }
        if path.exists() && !self.force {
            let trouble = Trouble::new(format!("`{}` is there already", path.display()));
            return Err(trouble.help("`countersign check` looks at it; `--force` replaces it"));
        }
        let found = Self::look(self.checkout, self.github, self.descriptions.as_deref(), self.force).await?;
        let mapped = mapped(&found);
        let policy = policy(&found, &mapped);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, &policy));
        written.map_err(|error| Trouble::new(format!("`{}` cannot be written: {error}", path.display())))?;
        print(&report(&found, &mapped, &path))?;
        Ok(ExitCode::SUCCESS)
    }

    async fn look(
        checkout: PathBuf,
        github: FromGitHub,
        descriptions: Option<&Path>,
        force: bool,
    ) -> Result<Found, Trouble> {
        let repository = github.repository(None).await?;
        let files = match &repository {
            Some(repository) => Files::on_github(repository, is_template).await?,
            None => Files::Checkout(checkout.clone()),
        };
        let named = repository.as_ref().map(|repository| format!("{}/{}", repository.owner, repository.name));
        if let Some(named) = named.as_ref().filter(|_| !force && files.has(Path::new(REPOSITORY_POLICY))) {
            let trouble = Trouble::new(format!("`{named}` has `{REPOSITORY_POLICY}` already"));
            return Err(trouble.help("`--force` proposes one all the same"));
        }
        let first = |names: &[&str]| {
            let paths = FOLDERS.iter().flat_map(|folder| names.iter().map(move |name| Path::new(folder).join(name)));
            paths.into_iter().find(|path| files.has(path))
        };
        let whole = first(&TEMPLATES).into_iter().chain(choices(&files)?);
        let text = |path: PathBuf| Ok((path.display().to_string(), files.text(&path)?));
        let templates = whole.map(text).collect::<Result<Vec<_>, Trouble>>()?;
        let codeowners = first(&["CODEOWNERS"]).map(|path| path.display().to_string());
        let (history, descriptions) = match (descriptions, &repository) {
            (Some(folder), _) => from_folder(folder)?,
            (None, Some(repository)) => merged_on_github(repository).await?,
            (None, None) => from_git(&checkout),
        };
        Ok(Found { repository: named, templates, codeowners, history, descriptions })
    }
}

/// Whether a file that is called so could be a template.
fn is_template(path: &Path) -> bool {
    let named = |names: &[&str], part: &std::ffi::OsStr| names.iter().any(|name| part == *name);
    let folder = path.parent().and_then(Path::file_name);
    path.file_name().is_some_and(|name| named(&TEMPLATES, name))
        || (folder.is_some_and(|folder| named(&CHOICES, folder)) && is_text(path))
}

/// What GitHub offers of a folder of templates.
fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "md" || end == "txt")
}

/// The templates of folders, by their paths.
fn choices(files: &Files) -> Result<Vec<PathBuf>, Trouble> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        for name in CHOICES {
            if let Some(inside) = files.of_folder(&Path::new(folder).join(name))? {
                paths.extend(inside.into_iter().filter(|path| is_text(path)));
                break;
            }
        }
    }
    Ok(paths)
}

fn from_folder(folder: &Path) -> Result<(String, Vec<String>), Trouble> {
    let paths = files_of(folder)?;
    let texts = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    Ok((format!("{} in `{}`", counted(texts.len(), "description"), folder.display()), texts))
}

/// Bodies that merged pull requests left in the history: GitHub can put a description into the message of a merge or
/// squash; where it does not, there is none to read.
fn from_git(checkout: &Path) -> (String, Vec<String>) {
    let limit = format!("-n{MERGES}");
    let arguments = ["log", "--first-parent", limit.as_str(), "--format=%s%x00%b%x01"];
    let output = Command::new("git").arg("-C").arg(checkout).args(arguments).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        return ("no history of git could be read".to_owned(), Vec::new());
    };
    let log = String::from_utf8_lossy(&output.stdout);
    let messages = log.split('\u{1}').filter_map(|message| message.trim_start().split_once('\0'));
    let bodies: Vec<&str> = messages.filter(|(subject, _)| is_merge(subject)).map(|(_, body)| body.trim()).collect();
    // A title alone, which is what GitHub leaves of a merge by default, describes nothing.
    let described: Vec<String> =
        bodies.iter().filter(|body| body.contains('\n')).map(|body| (*body).to_owned()).collect();
    let seen = counted(bodies.len(), "merged pull request");
    (format!("{seen} in git's history, {} with a description", described.len()), described)
}

/// Whether a commit is GitHub's merge or squash of a pull request.
fn is_merge(subject: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let squashed = subject.trim_end().strip_suffix(')').and_then(|subject| subject.rsplit_once("(#"));
    subject.starts_with("Merge pull request #") || squashed.is_some_and(|(_, last)| number(last))
}

/// The fields that templates ask, and those that people answer anyway.
fn mapped(found: &Found) -> Vec<Mapped> {
    let fields = FieldSet::standard();
    let templates: Vec<Template> = found.templates.iter().map(|(_, text)| Template { text: text.clone() }).collect();
    let asking: Vec<_> = templates.iter().map(|template| parse(&template.text, &fields, &[]).0).collect();
    let records: Vec<_> = found.descriptions.iter().map(|text| parse(text, &fields, &templates).0).collect();
    let mapped = fields.iter().map(|spec| {
        let answered = |state: &str| matches!(state, "present" | "none");
        let filled = records.iter().filter(|record| answered(record.field(&spec.id, Layer::Repository).state()));
        let line = |(place, asked): (usize, &ChangeRecord)| {
            let first = asked.answers.get(&spec.id).and_then(|answers| answers.first())?;
            Some((place, first.line))
        };
        let asked = asking.iter().enumerate().filter_map(line).collect();
        Mapped { field: spec.id.clone(), asked, filled: filled.count() }
    });
    mapped.filter(|mapped| !mapped.asked.is_empty() || mapped.filled > 0).collect()
}

/// What the policy asks of every change: what every template asks, and the least that a change request is.
fn required(found: &Found, mapped: &[Mapped]) -> Vec<Asked> {
    let is_asked = |id: &FieldId| mapped.iter().any(|one| one.field == *id && one.is_asked_by_all(found));
    let names = FieldSet::standard();
    let names = names.iter().map(|spec| spec.id.clone());
    let names = names.filter(|id| AT_LEAST.contains(&id.as_str()) || is_asked(id));
    names.map(|field| Asked { field, rules: Default::default() }).collect()
}

fn policy(found: &Found, mapped: &[Mapped]) -> String {
    let required: Vec<String> = required(found, mapped).iter().map(|asked| format!("\"{}\"", asked.field)).collect();
    let mut out = format!(
        "# Proposed by `countersign init`. It observes: it says on the check what it would ask, and holds nothing.\n\
         # When that looks right, delete the line `mode`: `enforce` is the default.\n\
         version = 1\nmode = \"observe\"\n\n\
         [record]\nrequired = [{}]\n\n\
         [authorities.peer]\npermission = \"write\"\n\n\
         [[rule]]\nid = \"peer\"\nwhy = \"four eyes on every change\"\n\
         approvals = [{{ from = [\"peer\"], count = 1 }}]\n",
        required.join(", ")
    );
    if found.codeowners.is_some() {
        out.push_str(
            "\n[authorities.owners]\ncodeowners = \"any\"\n\n\
             [[rule]]\nid = \"owners\"\nwhy = \"whoever owns a file has seen what changes in it\"\n\
             approvals = [{ from = [\"owners\"], count = 1 }]\n",
        );
    }
    out
}

fn report(found: &Found, mapped: &[Mapped], path: &Path) -> String {
    let mut out = String::from("read:\n");
    let template = match found.templates.as_slice() {
        [] => "no pull request template".to_owned(),
        some => some.iter().map(|(path, _)| format!("`{path}`")).collect::<Vec<_>>().join("\n  "),
    };
    let codeowners = found.codeowners.as_ref().map_or("no CODEOWNERS".to_owned(), |path| format!("`{path}`"));
    out.push_str(&format!("  {template}\n  {codeowners}\n  {}\n", found.history));
    if !mapped.is_empty() {
        out.push_str("\nfields of the change record, where they are asked, and how often they are filled:\n");
    }
    for one in mapped {
        let asked = asked(found, one);
        let filled = match found.descriptions.len() {
            0 => "not known".to_owned(),
            all => format!("{} of {all}", one.filled),
        };
        out.push_str(&format!("  {:16}  {filled:>9}  {asked}\n", one.field.to_string()));
    }
    out.push_str(&format!("\nwrote `{}`, which observes and holds nothing\n", path.display()));
    for (place, (path, _)) in found.templates.iter().enumerate() {
        let asks = |field: &FieldId| {
            mapped.iter().any(|one| one.field == *field && one.asked.iter().any(|(by, _)| *by == place))
        };
        let missing: Vec<Asked> = required(found, mapped).into_iter().filter(|asked| !asks(&asked.field)).collect();
        if !missing.is_empty() {
            let block = template::block(&missing, &FieldSet::standard());
            out.push_str(&format!("\nto add to `{path}`:\n\n{block}"));
        }
    }
    match &found.repository {
        Some(name) => out.push_str(&format!("\nnext, from the root of a checkout of `{name}`:\n")),
        None => out.push_str("\nnext:\n"),
    }
    next(found).iter().for_each(|command| out.push_str(&format!("  {command}\n")));
    out
}

/// Where a field is asked: the line, and of several templates which.
fn asked(found: &Found, one: &Mapped) -> String {
    let line = |(place, line): &(usize, usize)| {
        let (path, text) = found.templates.get(*place)?;
        let named = if found.templates.len() > 1 { format!("`{path}`, ") } else { String::new() };
        let words = visible(text.lines().nth(line.checked_sub(1)?).unwrap_or_default().trim());
        Some(format!("{named}line {line}: {words}"))
    };
    match one.asked.iter().filter_map(line).collect::<Vec<_>>() {
        lines if lines.is_empty() => "not asked".to_owned(),
        lines => lines.join("; "),
    }
}

/// The five commands that come next, from the root of the checkout.
fn next(found: &Found) -> [String; 5] {
    let template = match found.templates.first() {
        None => "countersign template > .github/pull_request_template.md".to_owned(),
        Some((path, _)) => format!("countersign record {path} --template {path} --policy {REPOSITORY_POLICY}"),
    };
    [
        "countersign check".to_owned(),
        template,
        format!("echo '{{\"body\": \"Risk: low\"}}' | countersign evaluate --policy {REPOSITORY_POLICY} --facts -"),
        "git add .github && git commit -m \"Observe changes with countersign\"".to_owned(),
        "git push".to_owned(),
    ]
}
