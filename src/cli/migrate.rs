//! `countersign migrate`: the database's tables brought to this version.

use std::process::ExitCode;

use clap::Args;
use secrecy::ExposeSecret as _;

use super::output::{Answered, Trouble, counted, print, yes};
use super::queue::unopened;
use crate::clock::Clock;
use crate::settings::WrittenDatabase;
use crate::store::{self, Schema, Store};

#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: WrittenDatabase,

    /// Only say what is to be done.
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub(super) async fn run(self) -> Answered {
        let database = self.database.settle(None)?;
        let url = database.url.expose_secret();
        if self.check { check(url).await } else { migrate(url).await }
    }
}

async fn check(url: &str) -> Answered {
    let schema = match Store::open_existing(url, Clock::default()).await {
        Ok(store) => store.schema().await?,
        Err(store::Error::Absent) => Schema::none(),
        Err(error) => return Err(unopened(error)),
    };
    refuse_newer(&schema)?;
    let mut text = String::new();
    for (version, description) in &schema.pending {
        text.push_str(&format!("{version}: {description}\n"));
    }
    match schema.pending.len() {
        0 => text.push_str(&format!("the tables are of version {}, nothing is pending\n", schema.ours)),
        pending => text.push_str(&format!("{} pending, {}\n", counted(pending, "migration"), span(&schema))),
    }
    print(&text)?;
    Ok(yes(schema.pending.is_empty()))
}

async fn migrate(url: &str) -> Answered {
    let store = Store::open(url, Clock::default()).await.map_err(unopened)?;
    let schema = store.schema().await?;
    refuse_newer(&schema)?;
    store.migrate().await?;
    store.ready().await?;
    let done = match schema.pending.len() {
        0 => format!("the tables are of version {} already", schema.ours),
        pending => format!("{} applied, {}", counted(pending, "migration"), span(&schema)),
    };
    print(&format!("{done}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn span(schema: &Schema) -> String {
    let from = schema.found.map_or_else(|| "an empty database".to_owned(), |found| format!("version {found}"));
    format!("from {from} to version {}", schema.ours)
}

fn refuse_newer(schema: &Schema) -> Result<(), Trouble> {
    match schema.found {
        Some(found) if found > schema.ours => {
            let message = format!(
                "the tables are of version {found}, and this countersign knows them to version {}",
                schema.ours
            );
            Err(Trouble::new(message).help("run the version of countersign that made them, or a newer one"))
        }
        _ => Ok(()),
    }
}
