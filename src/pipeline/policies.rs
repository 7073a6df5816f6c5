//! The policy files of a look, with the last valid version of each.
//!
//! A wrong file passes nothing: its last valid version goes on. It is kept per
//! repository, base and layer; where none was kept, the last 50 versions on the base's
//! first-parent history are asked.

use std::sync::Arc;

use countersign_domain::diagnostic::{Label, Origin, Severity};
use countersign_domain::layer::{Layer, ORGANISATION_POLICY, ORGANISATION_REPOSITORY, REPOSITORY_POLICY};
use countersign_domain::policy::{self, Read, Source, Version};
use countersign_domain::{check_name, family_name};

use super::loaded::Loaded;
use super::{Pipeline, Result};
use crate::github::{Installation, Look};
use crate::signal::RepositoryName;
use crate::store::{PolicyPlace, PolicyVersion};

/// Which file: where it is read, and under what its last valid version is kept.
struct Place<'a> {
    layer: Layer,
    owner: &'a str,
    repository: &'a str,
    path: &'static str,
    kept: PolicyPlace<'a>,
}

impl Place<'_> {
    /// The file's name for people.
    fn shown(&self) -> String {
        format!("{}/{}/{}", self.owner, self.repository, self.path)
    }
}

/// The policies that govern a pull request.
pub(super) struct Governing {
    /// The files of the layers, organisation first.
    pub(super) sources: Vec<Source>,
    /// What they come to.
    pub(super) loaded: Arc<Loaded>,
    /// The name that the default branch's policy gives the check, where the base is of a family.
    pub(super) family: Option<String>,
    /// The name of the check.
    pub(super) check_name: String,
}

impl Pipeline {
    /// The policies that govern a pull request, and the name of the check that answers for them.
    ///
    /// A base of a family takes the default branch's policy, so that one policy governs one name.
    pub(super) async fn governing(&self, github: &Installation, look: &Look) -> Result<Governing> {
        let (base, default) = (look.change.base.name.as_str(), look.repository.default_branch.as_str());
        let is_default = base == default;
        let read = if is_default { &look.repository_policy } else { &look.default_policy };
        let sources = self.sources(github, look, default, read).await?;
        let loaded = self.loaded.of(&sources).await;
        let family = family_name(&loaded.policies, base, default);
        let check_name = family.clone().unwrap_or_else(|| check_name(base, default));
        if is_default || family.is_some() {
            return Ok(Governing { sources, loaded, family, check_name });
        }
        let sources = self.sources(github, look, base, &look.repository_policy).await?;
        let loaded = self.loaded.of(&sources).await;
        Ok(Governing { sources, loaded, family, check_name })
    }

    /// The name of the check for pull requests into a base, by the last policies of the default branch that were valid.
    pub(super) async fn last_check_name(&self, repository: &RepositoryName, base: &str) -> Result<String> {
        let (owner, default) = (repository.owner.as_str(), repository.default_branch.as_str());
        let places = [
            PolicyPlace { repository: 0, base: owner, layer: Layer::Organisation },
            PolicyPlace { repository: repository.id, base: default, layer: Layer::Repository },
        ];
        let mut sources = Vec::new();
        for place in places {
            let layer = place.layer;
            if let Some(kept) = self.store.last_good_policy(place).await? {
                let version = Version { blob: kept.blob, text: kept.text };
                sources.push(Source { layer, path: String::new(), read: Read::Text(version), last_good: None });
            }
        }
        let (policies, _) = policy::load(&sources);
        Ok(family_name(&policies, base, default).unwrap_or_else(|| check_name(base, default)))
    }

    /// The sources of the layers, organisation first, with the repository's file as it was read on a branch.
    async fn sources(&self, github: &Installation, look: &Look, branch: &str, read: &Read) -> Result<Vec<Source>> {
        let owner = look.repository.owner.as_str();
        let organisation = Place {
            layer: Layer::Organisation,
            owner,
            repository: ORGANISATION_REPOSITORY,
            path: ORGANISATION_POLICY,
            // The organisation's repository may be out of sight: its layer is kept under the owner's name.
            kept: PolicyPlace { repository: 0, base: owner, layer: Layer::Organisation },
        };
        let repository = Place {
            layer: Layer::Repository,
            owner,
            repository: &look.repository.name,
            path: REPOSITORY_POLICY,
            kept: PolicyPlace { repository: look.repository.id, base: branch, layer: Layer::Repository },
        };
        let organisation = self.organisation_source(github, look, organisation).await?;
        let above = std::slice::from_ref(&organisation);
        let repository = self.source(github, &repository, read.clone(), above).await?;
        Ok(vec![organisation, repository])
    }

    /// GitHub says the same of a `.github` repository that is not there and of one that is not covered. A layer once
    /// seen counts as gone only after a read shows its repository without the file.
    async fn organisation_source(&self, github: &Installation, look: &Look, place: Place<'_>) -> Result<Source> {
        let read = match &look.organisation_policy {
            Read::Unseen => {
                let seen = self.store.organisation_layer_seen(place.owner).await?;
                match (seen, look.selected_only, self.rules.org_layer_required) {
                    (true, ..) => Read::Unreachable("its repository can no longer be seen".to_owned()),
                    (false, true, true) => {
                        let why = "its repository is not covered by the installation, and this server requires it";
                        Read::Unreachable(why.to_owned())
                    }
                    (false, true, false) => Read::Unseen,
                    (false, false, _) => Read::Absent,
                }
            }
            read => read.clone(),
        };
        if matches!(read, Read::Text(_)) && !self.store.organisation_layer_seen(place.owner).await? {
            self.store.see_organisation_layer(place.owner, self.store.now().await?).await?;
        }
        self.source(github, &place, read, &[]).await
    }

    async fn source(&self, github: &Installation, place: &Place<'_>, read: Read, above: &[Source]) -> Result<Source> {
        let kept = self.store.last_good_policy(place.kept).await?;
        let mut last_good = kept.map(|kept| Version { blob: kept.blob, text: kept.text });
        if let Read::Text(version) = &read
            && last_good.as_ref().is_none_or(|good| good.blob != version.blob)
        {
            if is_valid(place, version, last_good.as_ref(), above) {
                self.keep(place, version).await?;
            } else if last_good.is_none() {
                last_good = self.last_good_of_history(github, place, above).await?;
            }
        }
        Ok(Source { layer: place.layer, path: place.shown(), read, last_good })
    }

    async fn last_good_of_history(
        &self,
        github: &Installation,
        place: &Place<'_>,
        above: &[Source],
    ) -> Result<Option<Version>> {
        let branch = Some(place.kept.base).filter(|_| place.layer == Layer::Repository);
        let versions = github.file_history(place.owner, place.repository, branch, place.path).await?;
        let good = versions.into_iter().find(|version| is_valid(place, version, None, above));
        if let Some(version) = &good {
            self.keep(place, version).await?;
        }
        Ok(good)
    }

    async fn keep(&self, place: &Place<'_>, version: &Version) -> Result<()> {
        let good_at = self.store.now().await?;
        let version = PolicyVersion { blob: version.blob.clone(), text: version.text.clone(), good_at };
        Ok(self.store.set_good_policy(place.kept, &version).await?)
    }
}

/// Whether the version is valid below the layers above it.
fn is_valid(place: &Place<'_>, version: &Version, last_good: Option<&Version>, above: &[Source]) -> bool {
    let source = Source {
        layer: place.layer,
        path: place.shown(),
        read: Read::Text(version.clone()),
        last_good: last_good.cloned(),
    };
    let mut layers = above.to_vec();
    layers.push(source);
    let (_, diagnostics) = policy::load(&layers);
    let of_this_layer = |label: &Label| label.origin == Origin::Policy(place.layer);
    !diagnostics
        .iter()
        .any(|found| found.severity == Severity::Error && found.labels.first().is_some_and(of_this_layer))
}
