//! `countersign completions`: what a shell needs to complete our commands.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use super::output::{Answered, Trouble, print};

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Answered {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "countersign", &mut script);
        let script = String::from_utf8(script).map_err(|_| Trouble::new("the script is not text"))?;
        print(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}
