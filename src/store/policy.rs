//! What is remembered of policies: each file's last valid version, whether an
//! organisation's layer was ever seen, the account each login first named, and the
//! versions of a repository's own templates.

use std::collections::BTreeMap;

use countersign_domain::account::Account;
use countersign_domain::layer::Layer;
use jiff::Timestamp;

use super::Store;
use super::db::{Row, Writes, values};
use super::error::Result;
use super::pack;
use super::sql::{Sql, statements};
use super::take;

statements! {
    LAST_GOOD = Sql::both(
        "SELECT blob, text, good_at FROM policy_version WHERE repository = $1 AND base = $2 AND layer = $3"
    );
    SET_GOOD = Sql::both(
        "INSERT INTO policy_version (repository, base, layer, blob, text, good_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (repository, base, layer) DO UPDATE SET blob = excluded.blob, text = excluded.text,
            good_at = excluded.good_at
        WHERE excluded.good_at >= policy_version.good_at"
    );
    LAYER_SEEN = Sql::both("SELECT seen_at FROM organisation_layer WHERE owner_key = $1");
    SEE_LAYER = Sql::both(
        "INSERT INTO organisation_layer (owner_key, seen_at) VALUES ($1, $2) ON CONFLICT (owner_key) DO NOTHING"
    );
    PINS = Sql::both("SELECT login, account, account_login, account_kind FROM login_pin WHERE policy = $1");
    PIN = Sql::both(
        "INSERT INTO login_pin (policy, login, account, account_login, account_kind, pinned_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (policy, login) DO NOTHING"
    );
    /// The first version called the column of the blob's id by another name.
    TEMPLATES = Sql::both(
        "SELECT path AS blob, text FROM template_version WHERE repository = $1 ORDER BY seen_at, hash"
    );
    ADD_TEMPLATE = Sql::both(
        "INSERT INTO template_version (repository, hash, path, text, seen_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (repository, hash) DO NOTHING"
    );
}

/// Which file is meant: a layer's, at a base branch.
#[derive(Debug, Clone, Copy)]
pub struct PolicyPlace<'a> {
    /// The repository that the file is in.
    pub repository: u64,
    /// The branch it was read at.
    pub base: &'a str,
    /// The layer it makes.
    pub layer: Layer,
}

/// The last version of a policy file without errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Its blob id.
    pub blob: String,
    /// Its text.
    pub text: String,
    /// When it was last found valid.
    pub good_at: Timestamp,
}

/// A template that a repository's descriptions start from, in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    /// Its blob id.
    pub blob: String,
    /// The text.
    pub text: String,
}

impl Store {
    /// The last valid version of a policy file.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_good_policy(&self, place: PolicyPlace<'_>) -> Result<Option<PolicyVersion>> {
        let version = |row: &Row| {
            let text = pack::unpack_text(&row.bytes("text")?)?;
            Ok(PolicyVersion { blob: row.text("blob")?, text, good_at: row.instant("good_at")? })
        };
        let rows = self.db.fetch(LAST_GOOD, values![place.repository, place.base, place.layer.name()]).await?;
        rows.first().map(version).transpose()
    }

    /// Remembers a valid version of a policy file. An older finding never replaces a newer one.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_good_policy(&self, place: PolicyPlace<'_>, version: &PolicyVersion) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        let text = pack::pack(version.text.as_bytes());
        let (layer, at) = (place.layer.name(), version.good_at.as_millisecond());
        tx.execute(SET_GOOD, values![place.repository, place.base, layer, &version.blob, &text, at]).await?;
        tx.commit().await
    }

    /// Whether the organisation's layer was ever seen: once it was, its absence blocks.
    ///
    /// # Errors
    /// The database's.
    pub async fn organisation_layer_seen(&self, owner: &str) -> Result<bool> {
        Ok(!self.db.fetch(LAYER_SEEN, values![&owner.to_lowercase()]).await?.is_empty())
    }

    /// Remembers that the organisation's layer was seen.
    ///
    /// # Errors
    /// The database's.
    pub async fn see_organisation_layer(&self, owner: &str, at: Timestamp) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        tx.execute(SEE_LAYER, values![&owner.to_lowercase(), at.as_millisecond()]).await?;
        tx.commit().await
    }

    /// The account that each login of a policy first named, by the login in lower case.
    ///
    /// # Errors
    /// The database's.
    pub async fn login_pins(&self, policy: &str) -> Result<BTreeMap<String, Account>> {
        let pin = |row: &Row| {
            let kind = take::kind(&row.text("account_kind")?);
            let account = Account { id: row.id("account")?, login: row.text("account_login")?, kind };
            Ok((row.text("login")?, account))
        };
        self.db.fetch(PINS, values![policy]).await?.iter().map(pin).collect()
    }

    /// Remembers whom logins name. Who was named first stays, whoever takes the login over.
    ///
    /// # Errors
    /// The database's.
    pub async fn pin_logins(&self, policy: &str, named: &[(&str, Account)], at: Timestamp) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        for (login, account) in named {
            let (login, kind, at) = (login.to_lowercase(), take::kind_name(account.kind), at.as_millisecond());
            tx.execute(PIN, values![policy, &login, account.id, &account.login, kind, at]).await?;
        }
        tx.commit().await
    }

    /// Every version of a repository's templates that was seen on its default branch, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn template_versions(&self, repository: u64) -> Result<Vec<TemplateVersion>> {
        let template =
            |row: &Row| Ok(TemplateVersion { blob: row.text("blob")?, text: pack::unpack_text(&row.bytes("text")?)? });
        self.db.fetch(TEMPLATES, values![repository]).await?.iter().map(template).collect()
    }

    /// Remembers a version of a template; the same text again changes nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_template(&self, repository: u64, template: &TemplateVersion, at: Timestamp) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        let bytes = template.text.as_bytes();
        let (hash, text, at) = (pack::hash(bytes), pack::pack(bytes), at.as_millisecond());
        tx.execute(ADD_TEMPLATE, values![repository, &hash, &template.blob, &text, at]).await?;
        tx.commit().await
    }
}
