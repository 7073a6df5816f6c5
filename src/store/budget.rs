//! What an installation may still ask of GitHub: one row, shared by all replicas.
//!
//! The windows slide: of the window before, the part counts that is not a minute (an
//! hour) old yet. GitHub's own word comes on top: [`Store::park`], [`Store::park_reads`].

use countersign_domain::Priority;
use jiff::Timestamp;

use super::Store;
use super::db::{Row, Writes, instant, one, values};
use super::error::Result;
use super::sql::{Sql, statements};

/// Requests that create content, in any minute.
pub const WRITES_A_MINUTE: u32 = 80;
/// Requests that create content, in any hour.
pub const WRITES_AN_HOUR: u32 = 500;
/// Points, in any minute.
pub const POINTS_A_MINUTE: u32 = 900;

/// How much of each limit may be used up by requests of that priority, in parts of a hundred. Whatever is more urgent
/// has more, so that something is left for it. A tenth is for withdrawals alone: 8 writes a minute, which is more
/// reviews than are dismissed. Wording leaves two fifths: it goes on while nothing else comes near the limit.
fn share(priority: Priority) -> i64 {
    match priority {
        Priority::Withdrawal => 100,
        Priority::Gate => 90,
        Priority::Answer => 85,
        Priority::Grant => 80,
        Priority::Wording => 60,
    }
}

/// How many milliseconds apart writes of that priority fit under the limit of a minute.
pub(super) fn a_write_each(priority: Priority) -> i64 {
    MINUTE * 100 / (i64::from(WRITES_A_MINUTE) * share(priority))
}

/// Points that a read leaves: a look is worth nothing where the check run and the comment that may follow from it do not
/// fit, and many who look and find no room for their answer would use up whatever becomes free.
const KEPT_FOR_ANSWERS: i64 = 10;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

macro_rules! read {
    () => {
        "SELECT minute, minute_writes, minute_writes_before, minute_points, minute_points_before, hour, hour_writes,
            hour_writes_before, parked_until, reads_parked_until FROM installation WHERE id = $1"
    };
}

macro_rules! spend {
    () => {
        "UPDATE installation SET minute = $2, minute_writes = $3, minute_writes_before = $4, minute_points = $5,
            minute_points_before = $6, hour = $7, hour_writes = $8, hour_writes_before = $9 WHERE id = $1"
    };
}

/// A count of the window `$2`, and the one of the window before. Whoever is a window ahead is not set back.
macro_rules! rolled {
    (now $count:literal) => {
        concat!("CASE WHEN minute >= $2 THEN ", $count, " ELSE 0 END")
    };
    (before $count:literal) => {
        concat!("CASE WHEN minute >= $2 THEN ", $count, "_before WHEN minute = $2 - 1 THEN ", $count, " ELSE 0 END")
    };
}

macro_rules! add_points {
    ($points:expr) => {
        concat!(
            "UPDATE installation SET minute = CASE WHEN minute >= $2 THEN minute ELSE CAST($2 AS BIGINT) END,
                minute_writes = ", rolled!(now "minute_writes"), ",
                minute_writes_before = ", rolled!(before "minute_writes"), ",
                minute_points = ", $points, ",
                minute_points_before = ", rolled!(before "minute_points"), "
            WHERE id = $1"
        )
    };
}

macro_rules! spent {
    () => {
        " RETURNING minute, minute_writes, minute_writes_before, minute_points, minute_points_before, hour,
            hour_writes, hour_writes_before, parked_until, reads_parked_until"
    };
}

statements! {
    /// Points alone, where they fit: in one way to the database and back, because each look asks.
    SPEND_POINTS = Sql::both(concat!(
        add_points!(concat!(rolled!(now "minute_points"), " + $3")),
        " AND COALESCE(parked_until, 0) <= $6 AND COALESCE(reads_parked_until, 0) <= $6
            AND (", rolled!(before "minute_points"), ") * $5 <= 60000 * (CAST($4 AS BIGINT) - $3 - (", rolled!(now "minute_points"), "))",
        spent!()
    ));
    /// Points that are spent already; GitHub's word for what is spent counts where it is more.
    CHARGE = Sql::both(concat!(
        add_points!(concat!(
            "CASE WHEN ", rolled!(now "minute_points"), " + $3 < $4 THEN CAST($4 AS BIGINT)
                ELSE ", rolled!(now "minute_points"), " + $3 END"
        )),
        spent!()
    ));
    ADD = Sql::both("INSERT INTO installation (id) VALUES ($1) ON CONFLICT (id) DO NOTHING");
    READ = Sql::both(read!());
    READ_AND_HOLD = Sql::each(read!(), concat!(read!(), " FOR UPDATE"));
    SPEND = Sql::both(spend!());
    /// Unless somebody else spent or was told to wait since it was read: whatever is spent changes the points.
    SPEND_AS_READ = Sql::both(concat!(
        spend!(),
        " AND minute = $10 AND minute_points = $11 AND hour = $12 AND hour_writes = $13
            AND COALESCE(parked_until, 0) = $14 AND COALESCE(reads_parked_until, 0) = $15"
    ));
    PARK = Sql::both(
        "UPDATE installation SET parked_until = CASE WHEN parked_until > $2 THEN parked_until
            ELSE CAST($2 AS BIGINT) END WHERE id = $1"
    );
    PARK_READS = Sql::both(
        "UPDATE installation SET reads_parked_until = CASE WHEN reads_parked_until > $2 THEN reads_parked_until
            ELSE CAST($2 AS BIGINT) END WHERE id = $1"
    );
    UNPARK = Sql::both("UPDATE installation SET parked_until = NULL, reads_parked_until = NULL WHERE id = $1");
}

/// What a piece of work is going to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Requests that create content: check runs, comments, statuses.
    pub writes: u32,
    /// Points: one for a read, five for a write.
    pub points: u32,
    /// How urgent it is, and so how much of what is kept it may use.
    pub priority: Priority,
}

/// Whether it may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// It may, and is accounted for.
    Granted(Used),
    /// Not before then.
    Wait {
        /// When to ask again.
        until: Timestamp,
    },
}

/// What is used of an installation's budget, in the windows that end now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Requests that create content, of a minute.
    pub writes_minute: i64,
    /// Requests that create content, of an hour.
    pub writes_hour: i64,
    /// Points, of a minute.
    pub points: i64,
}

/// A count over a sliding window: what is in the current one, and what was in the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    length: i64,
    /// Which window, counted from 1970.
    index: i64,
    current: i64,
    before: i64,
}

impl Window {
    fn at(length: i64, stored: i64, current: i64, before: i64, now: i64) -> Self {
        let index = now.div_euclid(length);
        let (current, before) = match index - stored {
            0 => (current, before),
            1 => (0, current),
            _ => (0, 0),
        };
        Self { length, index, current, before }
    }

    /// Until when to wait before so many more fit under the limit; `now` or earlier where they fit.
    fn fits_at(&self, more: i64, limit: i64, now: i64) -> i64 {
        let start = self.index * self.length;
        let room = limit - self.current - more;
        if room < 0 {
            return start + self.length; // in the next window this one counts by what is left of it
        }
        if self.before <= room {
            return now;
        }
        // Of the window before, `before * (length - elapsed) / length` still counts.
        start + self.length - room * self.length / self.before
    }

    /// What counts at that instant.
    fn used(&self, now: i64) -> i64 {
        let left = (self.index + 1) * self.length - now;
        self.current + self.before * left.clamp(0, self.length) / self.length
    }
}

/// The three counts of an installation.
struct Budget {
    writes_minute: Window,
    points_minute: Window,
    writes_hour: Window,
    parked_until: i64,
    reads_parked_until: i64,
}

impl Budget {
    fn read(row: &Row, now: i64) -> Result<Self> {
        let (minute, hour) = (row.int("minute")?, row.int("hour")?);
        let window = |length, stored, current: &str, before: &str| {
            Ok::<_, super::Error>(Window::at(length, stored, row.int(current)?, row.int(before)?, now))
        };
        Ok(Self {
            writes_minute: window(MINUTE, minute, "minute_writes", "minute_writes_before")?,
            points_minute: window(MINUTE, minute, "minute_points", "minute_points_before")?,
            writes_hour: window(HOUR, hour, "hour_writes", "hour_writes_before")?,
            parked_until: row.maybe_int("parked_until")?.unwrap_or(0),
            reads_parked_until: row.maybe_int("reads_parked_until")?.unwrap_or(0),
        })
    }

    fn fits_at(&self, cost: Cost, now: i64) -> i64 {
        let limit = |of: u32| limit(of, cost.priority);
        let (writes, points) = (i64::from(cost.writes), i64::from(cost.points));
        let mut at = self.parked_until;
        at = at.max(self.points_minute.fits_at(points, limit_of_points(cost), now));
        if writes > 0 {
            at = at.max(self.writes_minute.fits_at(writes, limit(WRITES_A_MINUTE), now));
            at = at.max(self.writes_hour.fits_at(writes, limit(WRITES_AN_HOUR), now));
        } else {
            at = at.max(self.reads_parked_until);
        }
        at
    }
}

/// How much of a limit may be spent.
fn limit(of: u32, priority: Priority) -> i64 {
    i64::from(of) * share(priority) / 100
}

/// How many of the points may be spent for that.
fn limit_of_points(cost: Cost) -> i64 {
    limit(POINTS_A_MINUTE, cost.priority) - if cost.writes == 0 { KEPT_FOR_ANSWERS } else { 0 }
}

impl Budget {
    fn used(&self, now: i64) -> Used {
        Used {
            writes_minute: self.writes_minute.used(now),
            writes_hour: self.writes_hour.used(now),
            points: self.points_minute.used(now),
        }
    }

    /// The same with this cost, which was spent since it was read.
    fn used_with(&self, cost: Cost, now: i64) -> Used {
        let used = self.used(now);
        let (writes, points) = (i64::from(cost.writes), i64::from(cost.points));
        Used {
            writes_minute: used.writes_minute + writes,
            writes_hour: used.writes_hour + writes,
            points: used.points + points,
        }
    }

    /// What [`SPEND`] sets once this is spent.
    fn after(&self, cost: Cost) -> [i64; 8] {
        let Self { writes_minute, points_minute, writes_hour, .. } = self;
        let (writes, points) = (i64::from(cost.writes), i64::from(cost.points));
        [
            writes_minute.index,
            writes_minute.current + writes,
            writes_minute.before,
            points_minute.current + points,
            points_minute.before,
            writes_hour.index,
            writes_hour.current + writes,
            writes_hour.before,
        ]
    }
}

impl Store {
    /// Asks for a piece of an installation's budget. What is granted is spent, whatever becomes of it. A cost above a
    /// whole window's limit is never granted.
    ///
    /// # Errors
    /// The database's.
    pub async fn spend(&self, installation: u64, cost: Cost) -> Result<Spent> {
        if cost.writes == 0
            && let Some(used) = self.spend_points(installation, cost).await?
        {
            return Ok(Spent::Granted(used));
        }
        match self.spend_as_read(installation, cost).await? {
            Some(spent) => Ok(spent),
            None => self.spend_in_turn(installation, cost).await,
        }
    }

    /// `None` where they do not fit, or the installation has no row yet.
    async fn spend_points(&self, installation: u64, cost: Cost) -> Result<Option<Used>> {
        let now = self.db.now(&self.clock).await?;
        let (minute, left) = (now.div_euclid(MINUTE), MINUTE - now.rem_euclid(MINUTE));
        let limit = limit_of_points(cost);
        let values = values![installation, minute, i64::from(cost.points), limit, left, now];
        let rows = self.db.execute_returning(Writes::Leases, SPEND_POINTS, values).await?;
        rows.first().map(|row| Ok(Budget::read(row, now)?.used(now))).transpose()
    }

    /// Charges reads that were made beyond what was granted, and takes GitHub's word for it where that says that less
    /// is `left` than we think: then all else waits, and what is kept for taking green away is left for it. Gives
    /// nothing where nothing is to be charged.
    ///
    /// # Errors
    /// The database's.
    pub async fn charge(&self, installation: u64, reads: u32, left: Option<u32>) -> Result<Option<Used>> {
        let most = limit(POINTS_A_MINUTE, Priority::Gate);
        let used = left.map_or(0, |left| (i64::from(POINTS_A_MINUTE) - i64::from(left)).clamp(0, most));
        if reads == 0 && used == 0 {
            return Ok(None);
        }
        let now = self.db.now(&self.clock).await?;
        let values = values![installation, now.div_euclid(MINUTE), i64::from(reads), used];
        let rows = self.db.execute_returning(Writes::Leases, CHARGE, values).await?;
        rows.first().map(|row| Ok(Budget::read(row, now)?.used(now))).transpose()
    }

    /// Half the ways to the database and back, and never a wait for others; `None` where somebody came between.
    async fn spend_as_read(&self, installation: u64, cost: Cost) -> Result<Option<Spent>> {
        let now = self.db.now(&self.clock).await?;
        let rows = self.db.fetch(READ, values![installation]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let budget = Budget::read(row, now)?;
        let fits_at = budget.fits_at(cost, now);
        if fits_at > now {
            return Ok(Some(Spent::Wait { until: instant(fits_at)? }));
        }
        let [a, b, c, d, e, f, g, h] = budget.after(cost);
        let (minute, points) = (row.int("minute")?, row.int("minute_points")?);
        let (hour, writes) = (row.int("hour")?, row.int("hour_writes")?);
        let (parked, reads_parked) = (budget.parked_until, budget.reads_parked_until);
        let values = values![installation, a, b, c, d, e, f, g, h, minute, points, hour, writes, parked, reads_parked];
        let spent = self.db.execute(Writes::Leases, SPEND_AS_READ, values).await? == 1;
        Ok(spent.then(|| Spent::Granted(budget.used_with(cost, now))))
    }

    async fn spend_in_turn(&self, installation: u64, cost: Cost) -> Result<Spent> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let now = tx.now(&self.clock).await?;
        tx.execute(ADD, values![installation]).await?;
        let budget = Budget::read(&one(tx.fetch(READ_AND_HOLD, values![installation]).await?)?, now)?;
        let fits_at = budget.fits_at(cost, now);
        if fits_at > now {
            return Ok(Spent::Wait { until: instant(fits_at)? });
        }
        let [a, b, c, d, e, f, g, h] = budget.after(cost);
        tx.execute(SPEND, values![installation, a, b, c, d, e, f, g, h]).await?;
        tx.commit().await?;
        Ok(Spent::Granted(budget.used_with(cost, now)))
    }

    /// GitHub asks to be left alone until then (`Retry-After`, or no requests left before the reset): nothing is
    /// granted, and nothing of the installation is claimed. An earlier instant does not shorten it.
    ///
    /// # Errors
    /// The database's.
    pub async fn park(&self, installation: u64, until: Timestamp) -> Result<()> {
        self.park_by(PARK, installation, until).await
    }

    /// GitHub grants no reads before then, and takes writes all the same: no read is granted, and of the installation
    /// only what can take green away is claimed. An earlier instant does not shorten it.
    ///
    /// # Errors
    /// The database's.
    pub async fn park_reads(&self, installation: u64, until: Timestamp) -> Result<()> {
        self.park_by(PARK_READS, installation, until).await
    }

    async fn park_by(&self, how: Sql, installation: u64, until: Timestamp) -> Result<()> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        tx.execute(ADD, values![installation]).await?;
        tx.execute(how, values![installation, until.as_millisecond()]).await?;
        tx.commit().await
    }

    /// Takes [`Store::park`] and [`Store::park_reads`] back, for whoever runs countersign.
    ///
    /// # Errors
    /// The database's.
    pub async fn unpark(&self, installation: u64) -> Result<()> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        tx.execute(UNPARK, values![installation]).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `before` requests in the minute before, `current` in this one, `now` milliseconds into it.
    fn check(before: i64, current: i64, now: i64, more: i64, fits_at: i64) {
        let window = Window { length: MINUTE, index: 0, current, before };
        let at = window.fits_at(more, 80, now);
        assert_eq!(at, fits_at, "{before} before, {current} now, {more} more at {now} ms");
    }

    #[test]
    fn a_window_slides() {
        check(0, 0, 0, 80, 0);
        check(0, 79, 500, 1, 500);
        check(0, 80, 500, 1, 60_000);
        check(80, 0, 0, 1, 750);
        check(80, 0, 0, 40, 30_000);
        check(80, 40, 45_000, 20, 45_000);
        check(80, 79, 45_000, 1, 60_000);
    }

    #[test]
    fn a_window_that_is_over_counts_as_the_one_before_and_then_not_at_all() {
        let at = |now| Window::at(MINUTE, 10, 5, 3, now * MINUTE);
        assert_eq!((at(10).current, at(10).before), (5, 3));
        assert_eq!((at(11).current, at(11).before), (0, 5));
        assert_eq!((at(12).current, at(12).before), (0, 0));
    }
}
