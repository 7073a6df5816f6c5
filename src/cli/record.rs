//! `countersign record`: what is read from a description.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use countersign_domain::diagnostic::Origin;
use countersign_domain::policy;
use countersign_domain::record::parse;

use super::output::{self, Answered, Format, at_most_one_stdin, colours, print, print_json};
use super::sources;
use crate::render::record as rendered;
use crate::render::terminal::{self, SourceText};

#[derive(Debug, Args)]
pub(super) struct Record {
    /// The description, or `-` for standard input.
    #[arg(value_name = "FILE")]
    description: PathBuf,

    /// Policy files whose own fields and aliases are read too.
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,

    /// Pull request templates: a text that stands in one is a prompt and no answer.
    #[arg(long, value_name = "FILE")]
    template: Vec<PathBuf>,

    /// How the record is written.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

impl Record {
    pub(super) fn run(self) -> Answered {
        at_most_one_stdin([&self.description].into_iter().chain(&self.policy).chain(&self.template))?;
        let text = output::read(&self.description)?;
        let templates = sources::templates(&self.template)?;
        let (_, policies) = sources::valid(&self.policy)?;
        let fields = policy::field_set(&policies);
        let (record, diagnostics) = parse(&text, &fields, &templates);
        let name = output::name(&self.description);
        let sources = [SourceText { origin: Origin::Description, name: &name, text: &text }];
        let rows = rendered::rows(&record, &fields, &policies);
        match self.format {
            Format::Json => print_json(&rendered::json(&record, &rows, &diagnostics, &sources))?,
            Format::Terminal => {
                let mut out = rendered::terminal(&rows);
                for diagnostic in &diagnostics {
                    out.push_str(&format!("\n{}", terminal::diagnostic(diagnostic, &sources, colours())));
                }
                print(&out)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
