//! `countersign template`: a pull request template for policies.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use countersign_domain::policy;

use super::output::{Answered, Trouble, print};
use super::sources;
use crate::render::template;

#[derive(Debug, Args)]
pub(super) struct Template {
    /// Policy files, an organisation's and a repository's; without any, those of the current folder.
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,
}

impl Template {
    pub(super) fn run(self) -> Answered {
        let paths = if self.policy.is_empty() { sources::of_this_folder()? } else { self.policy };
        let (_, policies) = sources::valid(&paths)?;
        let asked = template::asked(&policies);
        if asked.is_empty() {
            let trouble = Trouble::new("the policy asks nothing of descriptions");
            return Err(trouble.help("`record.required` and a rule's `fields` name what has to be answered"));
        }
        print(&template::template(&asked, &policy::field_set(&policies)))?;
        Ok(ExitCode::SUCCESS)
    }
}
