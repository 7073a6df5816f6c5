//! `countersign test`: cases of policies, what came of them, and what of the policies none of them reaches.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Args;
use countersign_domain::decision::{Outcome, State};
use countersign_domain::diagnostic::line_column;
use countersign_domain::layer::Layer;
use countersign_domain::text::plain;
use serde_json::{Value, json};

use super::calendars::calendars;
use super::output::{self, Answered, Format, Trouble, counted, print, print_json, yes};
use super::sources::{self, PolicyFile};
use crate::cases::{self, Came, Case, CaseFile, Coverage, Miss, Unreached, Wrong};
use crate::render::escape::visible;

/// The folder of case files, beside the policy that they try.
const FOLDER: &str = "cases";

/// The policy that stands beside a folder of cases: an organisation's or a repository's, or a pack's.
const BESIDE: [&str; 2] = ["countersign.toml", "policy.toml"];

/// How deep folders of cases are looked for.
const DEEPEST: usize = 4;

/// How long `--watch` waits before it looks whether a file changed.
const GLANCE: Duration = Duration::from_millis(250);

#[derive(Debug, Args)]
pub(super) struct Test {
    /// Where to look for folders `cases` beside a policy, or one file of cases [default: the current folder].
    #[arg(value_name = "DIR")]
    under: Option<PathBuf>,

    /// Write the texts that are expected (`text`) as they read now; what else is expected stays.
    #[arg(long)]
    update: bool,

    /// Go on, and try all again whenever a case or a policy is saved.
    #[arg(long, conflicts_with = "update")]
    watch: bool,

    /// How the results are written.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

/// A file of cases that was tried.
struct Tried {
    path: PathBuf,
    text: String,
    cases: Vec<(Case, Came)>,
}

/// Everything that was tried.
#[derive(Default)]
struct Trial {
    files: Vec<Tried>,
    coverage: Coverage,
    /// The files that it depends on.
    read: Vec<PathBuf>,
}

impl Test {
    pub(super) fn run(self) -> Answered {
        let under = self.under.clone().unwrap_or_else(|| PathBuf::from("."));
        if !self.watch {
            return self.once(&under, &mut Trial::default());
        }
        loop {
            let mut trial = Trial::default();
            if let Err(trouble) = self.once(&under, &mut trial) {
                let _ = trouble.tell();
            }
            trial.read.extend(found(&under).unwrap_or_default());
            let before = saved_at(&trial.read);
            print("\nwaiting for a file to be saved; Ctrl-C ends\n\n")?;
            while saved_at(&trial.read) == before && !is_more(&under, &trial.read) {
                std::thread::sleep(GLANCE);
            }
        }
    }

    fn once(&self, under: &Path, trial: &mut Trial) -> Answered {
        let paths = found(under)?;
        if paths.is_empty() {
            let message = format!("there are no cases under `{}`", output::name(under));
            let help = "put TOML files into a folder `cases` beside `countersign.toml`; docs/commands.md has the form";
            return Err(Trouble::new(message).help(help));
        }
        let mut troubles = Vec::new();
        for path in paths {
            if let Err(trouble) = trial.file(&path) {
                troubles.push(trouble);
            }
        }
        Trouble::all(troubles)?;
        if self.update {
            trial.update()?;
        }
        let failed = trial.failed();
        let unreached = trial.coverage.unreached();
        match self.format {
            Format::Terminal => print(&trial.for_people(&unreached))?,
            Format::Json => print_json(&trial.for_programs(&unreached))?,
        }
        Ok::<ExitCode, Trouble>(yes(failed == 0))
    }
}

impl Trial {
    /// Tries the cases of a file.
    fn file(&mut self, path: &Path) -> Result<(), Trouble> {
        self.read.push(path.to_owned());
        let text = output::read(path)?;
        let (file, wrong) = cases::read(&text);
        Trouble::all(wrong.iter().map(|wrong| trouble(path, &text, wrong)).collect())?;
        let files = self.policies(path, &file)?;
        let (_, policies) = sources::valid_files(&files)?;
        self.coverage.expect(&policies, file.policy_text.is_some());
        let calendars = calendars(&files, &policies);
        let mut tried = Vec::new();
        let mut troubles = Vec::new();
        for case in file.cases {
            match case.run_by(&policies, &calendars) {
                Ok(came) => {
                    self.coverage.meet(&policies, &came.decision);
                    tried.push((case, came));
                }
                Err(error) => {
                    let place = case.place.clone();
                    troubles.push(trouble(path, &text, &Wrong { message: error.message, help: error.help, place }));
                }
            }
        }
        Trouble::all(troubles)?;
        self.files.push(Tried { path: path.to_owned(), text, cases: tried });
        Ok(())
    }

    /// The policies that a file of cases tries: those that it names, else the one beside its folder.
    fn policies(&mut self, path: &Path, file: &CaseFile) -> Result<Vec<PolicyFile>, Trouble> {
        let folder = path.parent().unwrap_or(Path::new(""));
        if let Some(text) = &file.policy_text {
            let name = format!("{}, policy_text", shown(path));
            return Ok(vec![PolicyFile { name, layer: Layer::Repository, text: text.clone(), path: PathBuf::new() }]);
        }
        let paths = if file.policies.is_empty() {
            let beside = beside(folder).ok_or_else(|| {
                let message = format!("`{}` does not say which policy it tries", shown(path));
                Trouble::new(message).help("name it as `policy = \"../countersign.toml\"`, from the file's own folder")
            })?;
            vec![beside]
        } else {
            file.policies.iter().map(|policy| plain_path(&folder.join(policy))).collect()
        };
        self.read.extend(paths.iter().cloned());
        sources::read(&paths, None)
    }

    /// Writes the texts that read otherwise now.
    fn update(&mut self) -> Result<(), Trouble> {
        for tried in &mut self.files {
            let mut texts = Vec::new();
            for (_, came) in &mut tried.cases {
                let stale = came.misses.iter().filter(|miss| miss.of_text);
                texts.extend(stale.map(|miss| (miss.place.clone(), came.text.clone())));
            }
            if texts.is_empty() {
                continue;
            }
            let name = shown(&tried.path);
            std::fs::write(&tried.path, cases::with_texts(&tried.text, &texts))
                .map_err(|error| Trouble::new(format!("`{name}` cannot be written: {error}")))?;
            output::remark(&format!("wrote {} of `{name}`\n", counted(texts.len(), "text")));
            tried.cases.iter_mut().for_each(|(_, came)| came.misses.retain(|miss| !miss.of_text));
        }
        Ok(())
    }

    fn failed(&self) -> usize {
        self.files.iter().flat_map(|tried| &tried.cases).filter(|(_, came)| !came.misses.is_empty()).count()
    }

    fn for_people(&self, unreached: &[Unreached]) -> String {
        let mut out = String::new();
        for tried in &self.files {
            out.push_str(&format!("{}\n", visible(&shown(&tried.path))));
            for (case, came) in &tried.cases {
                let sign = if came.misses.is_empty() { "ok   " } else { "wrong" };
                out.push_str(&format!("  {sign}  {}\n", visible(&case.name)));
                if !came.misses.is_empty() {
                    out.push_str(&told(tried, came));
                }
            }
        }
        let all: usize = self.files.iter().map(|tried| tried.cases.len()).sum();
        let failed = self.failed();
        let ended = if failed == 0 { "all as expected".to_owned() } else { format!("{failed} not as expected") };
        out.push_str(&format!("\n{}: {ended}\n", counted(all, "case")));
        for part in unreached {
            out.push_str(&format!("not tried: {} `{}` of {}: {}\n", part.kind, part.id, part.of, part.lacks));
        }
        let parts = self.coverage.parts();
        if unreached.is_empty() && parts > 0 {
            out.push_str(&format!("tried: every rule, factor and model ({parts} of {parts})\n"));
        }
        out
    }

    fn for_programs(&self, unreached: &[Unreached]) -> Value {
        let cases = self.files.iter().flat_map(|tried| {
            tried.cases.iter().map(|(case, came)| {
                let missed = |miss: &Miss| {
                    let (line, column) = line_column(&tried.text, miss.place.start);
                    json!({ "line": line, "column": column, "message": miss.message })
                };
                json!({
                    "file": shown(&tried.path),
                    "line": line_column(&tried.text, case.place.start).0,
                    "name": case.name,
                    "outcome": came.decision.outcome.name(),
                    "as_expected": came.misses.is_empty(),
                    "misses": came.misses.iter().map(missed).collect::<Vec<_>>(),
                })
            })
        });
        let lacks = |part: &Unreached| json!({ "of": part.of, "kind": part.kind, "id": part.id, "lacks": part.lacks });
        json!({
            "version": 1,
            "cases": cases.collect::<Vec<_>>(),
            "failed": self.failed(),
            "parts": self.coverage.parts(),
            "not_tried": unreached.iter().map(lacks).collect::<Vec<_>>(),
        })
    }
}

/// What came out otherwise than a case expects, and what is open in it.
fn told(tried: &Tried, came: &Came) -> String {
    let mut out = String::new();
    for miss in &came.misses {
        let (line, column) = line_column(&tried.text, miss.place.start);
        let message = miss.message.lines().map(visible).collect::<Vec<_>>().join("\n         ");
        out.push_str(&format!("         {}:{line}:{column}: {message}\n", visible(&shown(&tried.path))));
    }
    for rule in &came.decision.rules {
        for ask in
            rule.asks.iter().filter(|ask| !matches!(ask.state, State::Satisfied | State::Waived | State::NotApplicable))
        {
            let said = format!("{}.{} {}: {}", rule.id, ask.key, ask.state.name(), plain(&ask.observed));
            out.push_str(&format!("         open: {}\n", visible(&said)));
        }
    }
    if came.decision.outcome == Outcome::Unknown {
        out.push_str("         help: what is not known can be told by the case, such as `teams`\n");
    }
    out
}

fn trouble(path: &Path, text: &str, wrong: &Wrong) -> Trouble {
    let (line, column) = line_column(text, wrong.place.start);
    let trouble = Trouble::new(format!("{}:{line}:{column}: {}", shown(path), wrong.message));
    match &wrong.help {
        Some(help) => trouble.help(help),
        None => trouble,
    }
}

fn shown(path: &Path) -> String {
    output::name(path.strip_prefix("./").unwrap_or(path))
}

/// A path without the steps that lead up again, as far as it can be told without the file system.
fn plain_path(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let up = part.as_os_str() == ".." && plain.file_name().is_some_and(|last| last != "..");
        if !(up && plain.pop()) {
            plain.push(part);
        }
    }
    plain
}

/// The policy beside a folder of cases.
fn beside(folder: &Path) -> Option<PathBuf> {
    let above = if folder.as_os_str().is_empty() { PathBuf::from("..") } else { plain_path(&folder.join("..")) };
    BESIDE.map(|name| above.join(name)).into_iter().find(|policy| policy.is_file())
}

/// The files of cases under a folder, in order; a file is itself.
fn found(under: &Path) -> Result<Vec<PathBuf>, Trouble> {
    if under.is_file() {
        return Ok(vec![under.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![(under.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let unread = |error| Trouble::new(format!("`{}` cannot be read: {error}", shown(&folder)));
        let is_cases =
            std::path::absolute(&folder).is_ok_and(|folder| folder.file_name().is_some_and(|name| name == FOLDER));
        let of_policy = is_cases && beside(&folder).is_some();
        for entry in std::fs::read_dir(&folder).map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // Whole trees of others' files are no place for cases.
            let skipped = (name.starts_with('.') && name != ".github") || name == "target" || name == "node_modules";
            if path.is_dir() && !path.is_symlink() && !skipped && depth < DEEPEST {
                folders.push((path, depth + 1));
            } else if of_policy && path.is_file() && path.extension().is_some_and(|extension| extension == "toml") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// When each file was saved last.
fn saved_at(files: &[PathBuf]) -> BTreeMap<&Path, Option<SystemTime>> {
    let saved = |file: &PathBuf| std::fs::metadata(file).and_then(|found| found.modified()).ok();
    files.iter().map(|file| (file.as_path(), saved(file))).collect()
}

/// Whether there is a file of cases that was not known.
fn is_more(under: &Path, known: &[PathBuf]) -> bool {
    found(under).is_ok_and(|files| files.iter().any(|file| !known.contains(file)))
}
