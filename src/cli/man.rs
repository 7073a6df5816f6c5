//! `countersign man`: manual pages, made of the same words as `--help`.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};

use super::Cli;
use super::output::{Answered, Trouble, print};

#[derive(Debug, Args)]
pub(super) struct Man {
    /// The command whose page is wanted, such as `check` or `queue retry` [default: countersign's own].
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl Man {
    pub(super) fn run(self) -> Answered {
        let mut root = Cli::command();
        root.build();
        let mut command = &root;
        let mut name = "countersign".to_owned();
        for word in &self.command {
            command = command.find_subcommand(word).ok_or_else(|| {
                let known: Vec<_> = command.get_subcommands().map(|known| format!("`{}`", known.get_name())).collect();
                Trouble::new(format!("`{name}` has no command `{word}`")).help(format!("one of {}", known.join(", ")))
            })?;
            name = format!("{name} {word}");
        }
        let page = clap_mangen::Man::new(command.clone());
        let mut roff = Vec::new();
        let unwritten = |error: std::io::Error| Trouble::new(format!("the page cannot be made: {error}"));
        page.render(&mut roff).map_err(unwritten)?;
        print(&String::from_utf8_lossy(&roff))?;
        Ok(ExitCode::SUCCESS)
    }
}
