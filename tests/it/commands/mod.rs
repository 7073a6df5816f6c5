//! The real binary at the command line: what it prints, where, and how it ends.

mod backtest;
mod check;
mod evaluate;
mod explain;
mod history;
mod init;
mod migrate;
mod packs;
mod queue;
mod record;
mod replay;
mod schema;
mod template;
mod test;
mod words;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON: {error}\n{self:#?}"))
    }

    /// It ended so, and said this on standard output.
    #[track_caller]
    pub(crate) fn ended(&self, code: i32, says: &str) -> &Self {
        assert_eq!(self.code, code, "{self:#?}");
        assert!(self.stdout.contains(says), "{says:?} is not on standard output\n{self:#?}");
        self
    }

    /// It could not be answered, and standard error says why.
    #[track_caller]
    pub(crate) fn refused(&self, says: &str) -> &Self {
        assert_eq!((self.code, self.stdout.as_str()), (2, ""), "{self:#?}");
        assert!(self.stderr.contains(says), "{says:?} is not on standard error\n{self:#?}");
        self
    }
}

/// A folder with files in it.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Runs `countersign` in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, "", &[])
}

/// The same with something on standard input and in the environment.
pub(crate) fn run_with(folder: &Path, arguments: &[&str], stdin: &str, environment: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(folder).envs(environment.iter().copied());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    // A command that does not read it closes it.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}
