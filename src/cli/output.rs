//! What the subcommands share: where their words go, in which form, and how they end.
//!
//! Standard output is the result, standard error the trouble. A command ends with 0 where the answer is yes, with 1
//! where it is no, and with 2 where there is none because what it was given cannot be used.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::Value;

use crate::settings::Problem;
use crate::store;

/// The name under which standard input is read.
pub(super) const STDIN: &str = "-";

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Terminal,
    /// For programs: one JSON object.
    Json,
}

/// Why there is no answer: what was given cannot be used. Each entry is a message, with its help on the next line.
#[derive(Debug)]
pub(super) struct Trouble(Vec<String>);

/// An answer, or why there is none.
pub(super) type Answered = Result<ExitCode, Trouble>;

impl Trouble {
    /// A message: lower case, no full stop.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(vec![message.into()])
    }

    /// The way out.
    pub(super) fn help(mut self, help: impl Display) -> Self {
        if let Some(last) = self.0.last_mut() {
            last.push_str(&format!("\n  help: {help}"));
        }
        self
    }

    /// All of several troubles; nothing where there are none.
    pub(super) fn all(troubles: Vec<Self>) -> Result<(), Self> {
        if troubles.is_empty() { Ok(()) } else { Err(Self(troubles.into_iter().flat_map(|one| one.0).collect())) }
    }

    /// Says it on standard error.
    pub(super) fn tell(&self) -> ExitCode {
        let mut stderr = std::io::stderr().lock();
        for message in &self.0 {
            // Nothing is left to tell where standard error is gone.
            let _ = writeln!(stderr, "error: {message}");
        }
        ExitCode::from(2)
    }
}

impl From<Vec<Problem>> for Trouble {
    fn from(problems: Vec<Problem>) -> Self {
        Self(problems.iter().map(Problem::to_string).collect())
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::new(format!("{:#}", anyhow::Error::from(error)))
    }
}

/// The answer to a question of yes or no.
pub(super) fn yes(is_so: bool) -> ExitCode {
    if is_so { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes a result. A reader that has seen enough, such as `head`, is no trouble.
pub(super) fn print(text: &str) -> Result<(), Trouble> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Trouble::new(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a result as JSON, laid out.
pub(super) fn print_json(value: &Value) -> Result<(), Trouble> {
    print(&format!("{value:#}\n"))
}

/// Says something beside the result.
pub(super) fn remark(text: &str) {
    // Nothing is left to tell where standard error is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Whether standard output takes colours: it is a terminal, and nobody asked to go without (`NO_COLOR`).
pub(super) fn colours() -> bool {
    let unset = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    unset && std::env::var_os("TERM").is_none_or(|kind| kind != "dumb") && std::io::stdout().is_terminal()
}

/// The text of a file, or of standard input for `-`.
pub(super) fn read(path: &Path) -> Result<String, Trouble> {
    let bytes = if path == Path::new(STDIN) {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let name = name(path);
    let bytes = bytes.map_err(|error| Trouble::new(format!("`{name}` cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Trouble::new(format!("`{name}` is not UTF-8 text: byte {at} belongs to no character"))
    })
}

/// What a file is called in messages.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new(STDIN) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Standard input can be read once.
pub(super) fn at_most_one_stdin<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Trouble> {
    match paths.into_iter().filter(|path| path.as_path() == Path::new(STDIN)).count() {
        0 | 1 => Ok(()),
        _ => Err(Trouble::new("`-` is given more than once").help("standard input can be read only once")),
    }
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
