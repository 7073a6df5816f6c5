//! The settings of commands that only need the database that `serve` writes, under the same names.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;

use super::{GitHubAddress, Problem, Problems, Secret, Written, url};

/// Where the database is, as it was written.
#[derive(Debug, Args)]
pub struct WrittenDatabase {
    /// The server's settings file; of it only what concerns the database is read.
    #[arg(long, env = "COUNTERSIGN_SETTINGS", value_name = "FILE", global = true)]
    settings: Option<PathBuf>,

    /// Where everything is kept: `sqlite://FILE` or `postgres://…` [default: sqlite://countersign.db].
    #[arg(long, env = "COUNTERSIGN_DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    database_url: Option<Secret>,
}

/// Where the database is, and under which address GitHub's pages are linked in what is stored there.
#[derive(Debug, Clone)]
pub struct Database {
    /// The address; may hold a password.
    pub url: SecretString,
    /// GitHub's pages.
    pub pages: String,
}

impl WrittenDatabase {
    /// The server's settings file, where one is named.
    pub fn settings(&self) -> Option<&Path> {
        self.settings.as_deref()
    }

    /// Whether anybody said where the database is.
    pub fn is_named(&self) -> bool {
        self.settings.is_some() || self.database_url.is_some()
    }

    /// The settings in force, or every problem at once. `github_api_url` is what was said of that setting, if anything.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn settle(self, github_api_url: Option<String>) -> Result<Database, Vec<Problem>> {
        let Self { settings, database_url } = self;
        let written = Written { settings, database_url, github_api_url, ..Written::default() };
        let written = written.with_file().map_err(|problem| vec![problem])?;
        let mut problems = Problems(Vec::new());
        let database = problems.database(written.database_url);
        let github = written.github_api_url.as_deref().unwrap_or("https://api.github.com");
        let github = problems.read("COUNTERSIGN_GITHUB_API_URL", github, url);
        match (database, github) {
            (Some(database), Some(github)) => {
                Ok(Database { url: database, pages: GitHubAddress::from_rest(&github).pages() })
            }
            _ => Err(problems.0),
        }
    }
}
