//! The settings of commands that read of GitHub as the server's App does, under the server's names.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;

use super::read::{Problems, app_number, url};
use super::{APP, GitHubAddress, Problem, Secret, Written};

/// The App, as it was written; what is not said is `None`.
#[derive(Debug, Clone, Default, Args)]
pub struct WrittenApp {
    /// The App ID, as the server has it.
    #[arg(long, env = "COUNTERSIGN_GITHUB_APP_ID", value_name = "NUMBER", help_heading = APP)]
    github_app_id: Option<String>,

    /// The file with the App's private key, as the server has it.
    #[arg(long, env = "COUNTERSIGN_GITHUB_APP_PRIVATE_KEY_FILE", value_name = "FILE", help_heading = APP)]
    github_app_private_key_file: Option<PathBuf>,

    /// The private key itself, in place of its file.
    #[arg(
        long,
        env = "COUNTERSIGN_GITHUB_APP_PRIVATE_KEY",
        value_name = "PEM",
        hide_env_values = true,
        help_heading = APP
    )]
    github_app_private_key: Option<Secret>,

    /// GitHub's REST address; `https://HOST/api/v3` for GitHub Enterprise Server [default: `https://api.github.com`].
    #[arg(long, env = "COUNTERSIGN_GITHUB_API_URL", value_name = "URL", help_heading = APP)]
    github_api_url: Option<String>,
}

/// The App's number and private key.
#[derive(Debug, Clone)]
pub struct AppKey {
    /// Its number.
    pub id: u64,
    /// Its private key, PEM.
    pub key: SecretString,
}

/// As whom GitHub is asked, and where.
#[derive(Debug, Clone)]
pub struct Access {
    /// GitHub's addresses.
    pub github: GitHubAddress,
    /// The App; `None` where somebody's token asks.
    pub app: Option<AppKey>,
}

impl WrittenApp {
    /// The settings in force, or every problem at once; below them is what the settings file says. The App is asked for
    /// only where no token of somebody's is there.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn settle(self, settings: Option<&Path>, has_token: bool) -> Result<Access, Vec<Problem>> {
        let Self { github_app_id, github_app_private_key_file, github_app_private_key, github_api_url } = self;
        let written = Written {
            settings: settings.map(Path::to_path_buf),
            github_app_id,
            github_app_private_key_file,
            github_app_private_key,
            github_api_url,
            ..Written::default()
        };
        let written = written.with_file().map_err(|problem| vec![problem])?;
        let mut problems = Problems(Vec::new());
        let github = written.github_api_url.as_deref().unwrap_or("https://api.github.com");
        let github = problems.read("COUNTERSIGN_GITHUB_API_URL", github, url);
        let app = match has_token {
            true => None,
            false => {
                let key = problems.private_key(written.github_app_private_key, written.github_app_private_key_file);
                let id = problems.required("COUNTERSIGN_GITHUB_APP_ID", written.github_app_id.as_deref(), app_number);
                id.zip(key).map(|(id, key)| AppKey { id, key })
            }
        };
        match github {
            Some(github) if problems.0.is_empty() => Ok(Access { github: GitHubAddress::from_rest(&github), app }),
            _ => Err(problems.0),
        }
    }
}
