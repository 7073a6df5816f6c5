//! The last valid version of each calendar that a policy names, beside the policy's own.

use jiff::Timestamp;

use super::Store;
use super::db::{Row, Writes, values};
use super::error::Result;
use super::pack;
use super::policy::PolicyPlace;
use super::sql::{Sql, statements};

statements! {
    LAST_GOOD = Sql::both(
        "SELECT text FROM calendar_version WHERE repository = $1 AND base = $2 AND layer = $3 AND path = $4"
    );
    SET_GOOD = Sql::both(
        "INSERT INTO calendar_version (repository, base, layer, path, text, good_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (repository, base, layer, path) DO UPDATE SET text = excluded.text, good_at = excluded.good_at
        WHERE excluded.good_at >= calendar_version.good_at"
    );
}

impl Store {
    /// The last valid version of a calendar: its text.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_good_calendar(&self, place: PolicyPlace<'_>, path: &str) -> Result<Option<String>> {
        let key = values![place.repository, place.base, place.layer.name(), path];
        let text = |row: &Row| pack::unpack_text(&row.bytes("text")?);
        self.db.fetch(LAST_GOOD, key).await?.first().map(text).transpose()
    }

    /// Remembers a valid version of a calendar. An older finding never replaces a newer one.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_good_calendar(
        &self,
        place: PolicyPlace<'_>,
        path: &str,
        text: &str,
        good_at: Timestamp,
    ) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        let (text, layer, at) = (pack::pack(text.as_bytes()), place.layer.name(), good_at.as_millisecond());
        tx.execute(SET_GOOD, values![place.repository, place.base, layer, path, &text, at]).await?;
        tx.commit().await
    }
}
