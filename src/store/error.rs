//! What can go wrong in the store.

/// The store's results.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store could not do what was asked. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none of a database that countersign knows. It is not shown: it may hold a password.
    #[error("the database's address is neither `sqlite:PATH` nor `postgres://…`, or cannot be read")]
    Address,
    /// The tables could not be brought to this version.
    #[error("the database's tables could not be brought to this version")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Two transactions stood in each other's way; the same again will do.
    #[error("the database gave another transaction the right of way")]
    Contended(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database cannot be reached or refused.
    #[error("the database cannot be reached or refused")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row says what this version cannot read.
    #[error("a stored row cannot be read: {0}")]
    Unreadable(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        // PostgreSQL: deadlock, serialisation failure. SQLite: busy, and busy with a newer snapshot.
        let contended = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .is_some_and(|code| ["40P01", "40001", "5", "517"].contains(&code.as_ref()));
        if contended { Self::Contended(error.into()) } else { Self::Database(error.into()) }
    }
}
