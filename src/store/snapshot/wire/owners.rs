//! Who owns the touched files: CODEOWNERS, its text by reference, and which teams GitHub takes for owners.

use countersign_domain::account::{Oid, TeamName};
use countersign_domain::facts;
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Cut, Ref, Shelf};
use super::known::Known;
use super::texts::CodeownersText;

/// What was read of owners.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Owners {
    file: Known<Option<File>>,
    teams: Vec<Team>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    blob: String,
    text: Ref<CodeownersText>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Team {
    organisation: String,
    slug: String,
    owning: Known<bool>,
}

impl Owners {
    /// What is to be kept; nothing where no policy asked owners.
    pub(crate) fn cut(asked: &facts::Asked, cut: &mut Cut) -> Option<Self> {
        let facts::Asked { codeowners, owning_teams, .. } = asked;
        if *codeowners == facts::Known::unknown(facts::NOT_ASKED) && owning_teams.is_empty() {
            return None;
        }
        let file = Known::of(codeowners, |file| {
            file.as_ref().map(|file| {
                let facts::CodeownersFile { path, blob, text } = file;
                let text = cut.put(&CodeownersText(text.clone()));
                File { path: path.clone(), blob: blob.as_str().to_owned(), text }
            })
        });
        let teams = owning_teams.iter().map(|(name, owning)| {
            let TeamName { organisation, slug } = name;
            let owning = Known::of(owning, |owning| *owning);
            Team { organisation: organisation.clone(), slug: slug.clone(), owning }
        });
        Some(Self { file, teams: teams.collect() })
    }

    /// Adds them to what else was asked for.
    pub(crate) fn restore(self, shelf: &Shelf<'_>, asked: facts::Asked) -> Result<facts::Asked, Error> {
        let Self { file, teams } = self;
        let restore = |file: File| {
            let File { path, blob, text } = file;
            let CodeownersText(text) = shelf.take(&text)?;
            Ok::<_, Error>(facts::CodeownersFile { path, blob: Oid::new(blob), text })
        };
        let codeowners = file.try_fact(|file| file.map(restore).transpose())?;
        let owning_teams = teams.into_iter().map(|team| {
            let Team { organisation, slug, owning } = team;
            (TeamName { organisation, slug }, owning.fact(|owning| owning))
        });
        Ok(facts::Asked { codeowners, owning_teams: owning_teams.collect(), ..asked })
    }
}
