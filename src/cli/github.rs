//! `--github`, and as whom GitHub is asked: what `backtest` and `init` share.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;

use super::output::{Trouble, read};
use crate::app;
use crate::github::{self, Installation};
use crate::settings::WrittenApp;

#[derive(Debug, Args)]
pub(super) struct FromGitHub {
    /// Read this repository on GitHub. It is only read.
    #[arg(long, value_name = "OWNER/NAME")]
    github: Option<String>,

    /// A file with a token that may read the repository, `-` for standard input, as from `gh auth token`
    /// [default: the App asks].
    #[arg(long, value_name = "FILE", requires = "github")]
    token_file: Option<PathBuf>,

    #[command(flatten)]
    app: WrittenApp,
}

/// A repository on GitHub, and who asks about it.
pub(super) struct Repository {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) installation: Installation,
}

impl FromGitHub {
    /// Whether anything is to be read there.
    pub(super) fn is_wanted(&self) -> bool {
        self.github.is_some()
    }

    /// The files that it is to read.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.token_file.iter()
    }

    /// Whether the App asks, whose budget is kept in the server's database.
    pub(super) fn is_app(&self) -> bool {
        self.token_file.is_none()
    }

    /// The repository, where one is named; `settings` is the server's settings file.
    pub(super) async fn repository(self, settings: Option<&Path>) -> Result<Option<Repository>, Trouble> {
        let Some(written) = self.github else { return Ok(None) };
        let named = written.split_once('/').filter(|(owner, name)| {
            !owner.is_empty() && !name.is_empty() && !name.contains(|sign: char| sign == '/' || sign.is_whitespace())
        });
        let Some((owner, name)) = named else {
            return Err(Trouble::new(format!("`{written}` is no repository")).help("write it as `OWNER/NAME`"));
        };
        let token = self.token_file.as_deref().map(token).transpose()?;
        let access = self.app.settle(settings, token.is_some()).map_err(|problems| {
            Trouble::from(problems).help("or a token of yours: `gh auth token | … --token-file -`")
        })?;
        let github = app::reader(access, token).map_err(|error| Trouble::new(format!("{error:#}")))?;
        let installation = github.installation_of(owner, name).await.map_err(|error| refused(&error, &written))?;
        Ok(Some(Repository { owner: owner.to_owned(), name: name.to_owned(), installation }))
    }
}

fn token(path: &Path) -> Result<SecretString, Trouble> {
    let text = read(path)?;
    let token = text.trim();
    if token.is_empty() || token.contains(char::is_whitespace) {
        let trouble = Trouble::new(format!("`{}` holds no token", super::output::name(path)));
        return Err(trouble.help("the token alone, on one line"));
    }
    Ok(SecretString::from(token))
}

/// What GitHub's answer means to whoever typed the command.
pub(super) fn refused(error: &github::Error, repository: &str) -> Trouble {
    match error {
        github::Error::NotFound(_) => Trouble::new(format!("GitHub shows no repository `{repository}`"))
            .help("either there is none, or who asks may not see it: the App has to be installed on it"),
        github::Error::Unauthorised(why) => Trouble::new(format!("GitHub does not take the credentials: {why}")),
        error => Trouble::new(error.to_string()),
    }
}
