//! What can go wrong in the store.

use std::sync::Arc;

/// The store's results.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store could not do what was asked. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none of a database that countersign knows. It is not shown: it may hold a password.
    #[error("the database's address is neither `sqlite:PATH` nor `postgres://…`, or cannot be read")]
    Address,
    /// There is no database at the address, and none is made.
    #[error("there is no database at that address")]
    Absent,
    /// The tables could not be brought to this version.
    #[error("the database's tables could not be brought to this version")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Two transactions stood in each other's way; the same again will do.
    #[error("the database gave another transaction the right of way")]
    Contended(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nobody answers, or not in time: the same later may do.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// The database answers, and refuses.
    #[error("the database refuses")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The process ends, and takes no more.
    #[error("the store takes no more: the process ends")]
    Stopped,
    /// A row says what this version cannot read.
    #[error("a stored row cannot be read: {0}")]
    Unreadable(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default();
        // PostgreSQL: deadlock, serialisation failure, a lock not had in time.
        let contended = ["40P01", "40001", "55P03"].contains(&code.as_ref());
        // PostgreSQL: stood still in a transaction; the server stops, broke down, starts.
        let hung_up = ["25P03", "57P01", "57P02", "57P03"].contains(&code.as_ref());
        match error {
            error if contended => Self::Contended(cause(error)),
            error if hung_up => Self::Unreachable(Arc::new(error)),
            error @ (sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed) => Self::Unreachable(Arc::new(error)),
            error => Self::Refused(cause(error)),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        // With its message, and without the source, which says the same in other words.
        let said = Box::from(error.to_string());
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy) => Self::Contended(said),
            _ => Self::Refused(said),
        }
    }
}

/// What the database itself says: sqlx puts it into a message of its own and names it as the source besides, so that
/// a chain of errors would say it twice.
fn cause(error: sqlx::Error) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        sqlx::Error::Database(inner) => inner.into_error(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::clock::Clock;
    use crate::store::Store;

    #[tokio::test]
    async fn what_the_database_says_is_said_once() {
        let opened = Store::open("sqlite:///nowhere/at/all.db", Clock::default()).await;
        let Err(error) = opened else { panic!("there is no such folder") };
        let said = format!("{:#}", anyhow::Error::from(error));
        assert_eq!(said.matches("unable to open database file").count(), 1, "{said}");
    }
}
