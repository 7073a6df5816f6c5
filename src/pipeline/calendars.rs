//! The calendars by which freezes and windows go: files of the policy's own repository, at the commit that the policy
//! was read from.
//!
//! A file that is wrong or missing lets nothing go: its last valid version goes on as a policy's does, kept for the same
//! place, else found among the last 50 on the branch's history. Absent: what a calendar says, which is the domain's.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_domain::account::Oid;
use countersign_domain::calendar::LARGEST;
use countersign_domain::facts::{CalendarFile, Known};
use countersign_domain::layer::{Layer, ORGANISATION_REPOSITORY};
use moka::future::Cache;

use super::policies::Governing;
use super::{Pipeline, Result};
use crate::github::{Found, Installation, Look, Lookup};
use crate::store::PolicyPlace;

/// How many bytes of calendars are remembered.
const MOST_BYTES: u64 = 4 << 20;

/// What git calls a file and an executable file.
const REGULAR: [u32; 2] = [0o100_644, 0o100_755];

/// Repository, commit, and path.
type Key = (u64, Oid, String);

/// A calendar, or why it does not count.
type Valid = std::result::Result<CalendarFile, String>;

/// What stands there. It never changes.
pub(super) type Calendars = Cache<Key, Arc<Valid>>;

/// The cache for that, empty.
pub(super) fn calendars() -> Calendars {
    let weight = |_: &Key, file: &Arc<Valid>| {
        // What is made of a text takes several times its length.
        let bytes = file.as_ref().as_ref().map_or(0, |file| 4 * file.text.len());
        u32::try_from(bytes).unwrap_or(u32::MAX).saturating_add(200)
    };
    Cache::builder().weigher(weight).max_capacity(MOST_BYTES).build()
}

/// Where a layer's policy was read, and under what its last valid calendars are kept.
struct Place<'a> {
    owner: &'a str,
    name: &'a str,
    repository: u64,
    tip: Oid,
    /// `None` for the default branch.
    branch: Option<&'a str>,
    kept: PolicyPlace<'a>,
}

impl Pipeline {
    /// The calendars that the policies in force name.
    pub(super) async fn calendars(
        &self,
        github: &Installation,
        look: &Look,
        governing: &Governing,
    ) -> Result<BTreeMap<(Layer, String), Known<CalendarFile>>> {
        let mut calendars = BTreeMap::new();
        for (layer, path) in &governing.loaded.needs.calendars {
            let file = match place(look, governing, *layer) {
                Some(place) => self.calendar(github, &place, path).await?,
                None => self.unseen(look, *layer, path).await?,
            };
            calendars.insert((*layer, path.clone()), file);
        }
        Ok(calendars)
    }

    /// A calendar beside a policy that cannot be seen now: as with the policy, its last valid version goes on.
    async fn unseen(&self, look: &Look, layer: Layer, path: &str) -> Result<Known<CalendarFile>> {
        const WHY: &str = "GitHub does not show the branch that the policy stands on";
        if layer == Layer::Repository {
            return Ok(Known::unknown(WHY));
        }
        let place = PolicyPlace { repository: 0, base: &look.repository.owner, layer };
        let kept = self.store.last_good_calendar(place, path).await?;
        let file = kept.and_then(|text| CalendarFile::new(text, Some(WHY.to_owned())).ok());
        Ok(file.map_or_else(|| Known::unknown(WHY), Known::Known))
    }

    async fn calendar(&self, github: &Installation, place: &Place<'_>, path: &str) -> Result<Known<CalendarFile>> {
        let key = (place.repository, place.tip.clone(), path.to_owned());
        let read = match self.calendars.get(&key).await {
            Some(read) => read,
            None => {
                let file = (place.tip.clone(), path.to_owned());
                let lookup = Lookup { paths: [(file, true)].into(), ..Lookup::default() };
                let found = github.look_up(place.owner, place.name, &lookup).await?;
                // What GitHub does not tell now is no word on the file: that is looked at again, as all that is unknown.
                if !found.paths.contains_key(&(place.tip.clone(), path.to_owned())) {
                    return Ok(Known::unknown("GitHub does not tell yet whether it is there"));
                }
                let read = Arc::new(valid(found, place, path));
                self.calendars.insert(key, read.clone()).await;
                read
            }
        };
        match read.as_ref() {
            Ok(file) => {
                // Another branch may have come to the same commit.
                if self.store.last_good_calendar(place.kept, path).await?.as_deref() != Some(file.text.as_str()) {
                    self.store.set_good_calendar(place.kept, path, &file.text, self.store.now().await?).await?;
                }
                Ok(Known::Known(file.clone()))
            }
            Err(why) => self.last_good(github, place, path, why).await,
        }
    }

    /// The last valid version of a calendar that is wrong or missing now.
    async fn last_good(
        &self,
        github: &Installation,
        place: &Place<'_>,
        path: &str,
        why: &str,
    ) -> Result<Known<CalendarFile>> {
        if let Some(text) = self.store.last_good_calendar(place.kept, path).await?
            && let Ok(file) = CalendarFile::new(text, Some(why.to_owned()))
        {
            return Ok(Known::Known(file));
        }
        let versions = github.file_history(place.owner, place.name, place.branch, path).await?;
        let good = versions.into_iter().find_map(|version| CalendarFile::new(version.text, Some(why.to_owned())).ok());
        let Some(file) = good else { return Ok(Known::unknown(why)) };
        self.store.set_good_calendar(place.kept, path, &file.text, self.store.now().await?).await?;
        Ok(Known::Known(file))
    }
}

/// Where the policy of a layer was read; `None` where GitHub shows no such branch.
fn place<'a>(look: &'a Look, governing: &Governing, layer: Layer) -> Option<Place<'a>> {
    let owner = look.repository.owner.as_str();
    if layer != Layer::Repository {
        let tip = look.organisation_tip.as_ref()?;
        return Some(Place {
            owner,
            name: ORGANISATION_REPOSITORY,
            repository: tip.repository,
            tip: tip.tip.clone(),
            branch: None,
            kept: PolicyPlace { repository: 0, base: owner, layer },
        });
    }
    let (base, default) = (look.change.base.name.as_str(), look.repository.default_branch.as_str());
    let (branch, tip) = match governing.family {
        // One policy governs one name: the default branch's, with what it names.
        Some(_) if base != default => (default, look.default_tip.clone()?),
        _ => (base, look.change.base.tip.clone()),
    };
    Some(Place {
        owner,
        name: &look.repository.name,
        repository: look.repository.id,
        tip,
        branch: Some(branch),
        kept: PolicyPlace { repository: look.repository.id, base: branch, layer },
    })
}

/// What was found at the path, or why it does not count.
fn valid(mut found: Found, place: &Place<'_>, path: &str) -> Valid {
    let side = found.paths.remove(&(place.tip.clone(), path.to_owned()));
    let side = side.ok_or("GitHub does not tell whether it is there")?.ok_or("there is no such file")?;
    let text = found.texts.remove(&side.blob).filter(|_| REGULAR.contains(&side.mode));
    let text = text.ok_or_else(|| format!("it is no text, or longer than the {} KiB that are read", LARGEST >> 10))?;
    CalendarFile::new(text, None).map_err(|problem| match place.kept.layer {
        Layer::Repository => problem.to_string(),
        // Who reads this pull request may not read that repository: its words are not shown.
        _ => format!("line {} cannot be read", problem.line),
    })
}
