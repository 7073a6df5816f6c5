//! Lanes: leases on free names, such as repository, commit and check.
//!
//! A lane lasts as long as the lease of the row that holds it, and goes with it.

use std::time::Duration;

use super::Store;
use super::db::{Tx, Writes, values};
use super::due::ms;
use super::error::Result;
use super::sql::{Sql, statements};

statements! {
    HOLD = Sql::both(
        "INSERT INTO lane (name, holder, until) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE lane.holder = excluded.holder OR lane.until <= $4"
    );
    LET_GO = Sql::both("DELETE FROM lane WHERE name = $1 AND holder = $2");
    HOLD_ON = Sql::both("UPDATE lane SET until = $2 WHERE holder = $1");
    LET_ALL_GO = Sql::both("DELETE FROM lane WHERE holder = $1");
}

/// Prolongs all that a row holds, until that instant in milliseconds.
pub(super) async fn hold_on(tx: &mut Tx, holder: &str, until: i64) -> Result<()> {
    tx.execute(HOLD_ON, values![holder, until]).await?;
    Ok(())
}

/// Gives back all that a row holds.
pub(super) async fn let_all_go(tx: &mut Tx, holder: &str) -> Result<()> {
    tx.execute(LET_ALL_GO, values![holder]).await?;
    Ok(())
}

impl Store {
    /// Takes or prolongs a lease on a free name, such as repository, commit and check: two pull requests that share
    /// them never write at once. `false` while another holder has it.
    ///
    /// # Errors
    /// The database's.
    pub async fn hold(&self, lane: &str, holder: &str, ttl: Duration) -> Result<bool> {
        let now = self.db.now(&self.clock).await?;
        Ok(self.db.execute(Writes::Leases, HOLD, values![lane, holder, now + ms(ttl), now]).await? == 1)
    }

    /// Gives back what [`Store::hold`] took.
    ///
    /// # Errors
    /// The database's.
    pub async fn release_lane(&self, lane: &str, holder: &str) -> Result<()> {
        self.db.execute(Writes::Leases, LET_GO, values![lane, holder]).await?;
        Ok(())
    }
}
