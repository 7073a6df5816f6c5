//! `countersign queue`: how the queue stands, what was given up, and trying that again.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::output::{Answered, Format, Trouble, counted, print, print_json};
use crate::clock::Clock;
use crate::render::escape::visible;
use crate::settings::WrittenDatabase;
use crate::store::{self, MessageRow, OutboxStats, QueueRow, QueueStats, RowState, Store};

/// The most rows that are listed.
const LISTED: u32 = 1_000;

#[derive(Debug, Args)]
pub(super) struct Queue {
    #[command(flatten)]
    database: WrittenDatabase,

    /// How it is written.
    #[arg(long, value_name = "FORMAT", default_value = "terminal", global = true)]
    format: Format,

    #[command(subcommand)]
    command: Option<QueueCommand>,
}

#[derive(Debug, Subcommand)]
enum QueueCommand {
    /// Try dead rows again, at once and as if they had never failed.
    #[command(after_help = "Example:\n  countersign queue retry --all")]
    Retry(Retry),
}

#[derive(Debug, Args)]
struct Retry {
    /// Rows as `queue` lists them: `OWNER/NAME#NUMBER`, or the key in brackets.
    #[arg(value_name = "KEY", required_unless_present = "all", conflicts_with = "all")]
    keys: Vec<String>,

    /// Every dead row, and every message to people that was given up.
    #[arg(long)]
    all: bool,
}

impl Queue {
    pub(super) async fn run(self) -> Answered {
        let store = opened(self.database).await?;
        match self.command {
            None => show(&store, self.format).await,
            Some(QueueCommand::Retry(retry)) => retry.run(&store, self.format).await,
        }
    }
}

/// The database that the server writes, which must be there and of this version.
pub(super) async fn opened(written: WrittenDatabase) -> Result<Store, Trouble> {
    let database = written.settle(None)?;
    open(database.url.expose_secret()).await
}

/// The database at that address, which must be there and of this version.
pub(super) async fn open(url: &str) -> Result<Store, Trouble> {
    let store = Store::open_existing(url, Clock::default()).await.map_err(unopened)?;
    let schema = store.schema().await?;
    if schema.is_current() {
        return Ok(store);
    }
    let found =
        schema.found.map_or_else(|| "there are none".to_owned(), |found| format!("they are of version {found}"));
    let trouble = Trouble::new(format!("the database's tables are not of version {}: {found}", schema.ours));
    Err(trouble.help("`countersign migrate` brings older ones up to date"))
}

/// What stands in the way of opening, with the setting that says where to look.
pub(super) fn unopened(error: store::Error) -> Trouble {
    Trouble::from(error).help("`--database-url`, COUNTERSIGN_DATABASE_URL or the settings file says where it is")
}

async fn show(store: &Store, format: Format) -> Answered {
    let stats = store.queue_stats().await?;
    let later = store.planned().await?;
    let rows = store.troubled(LISTED).await?;
    let messages = store.outbox_stats().await?;
    let dead = store.dead_messages(LISTED).await?;
    match format {
        Format::Terminal => print(&(for_people(stats, later, &rows) + &messages_for_people(messages, &dead)))?,
        Format::Json => print_json(&json!({
            "version": 1,
            "due": stats.depth,
            "oldest_due_seconds": stats.oldest.as_secs(),
            "in_flight": stats.in_flight,
            "planned": later,
            "dead": stats.dead,
            "rows": rows.iter().map(for_programs).collect::<Vec<_>>(),
            "messages_waiting": messages.waiting,
            "messages_given_up": dead.iter().map(message_for_programs).collect::<Vec<_>>(),
        }))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn for_people(stats: QueueStats, later: u64, rows: &[QueueRow]) -> String {
    let oldest = match stats.depth {
        0 => String::new(),
        _ => format!(", the oldest for {} s", stats.oldest.as_secs()),
    };
    let mut out = format!(
        "due        {}{oldest}\nin flight  {}\nplanned    {later}\ndead       {}\n",
        stats.depth, stats.in_flight, stats.dead
    );
    for (state, heading) in [(RowState::Dead, "dead"), (RowState::Retrying, "failed, to be tried again")] {
        let of_state: Vec<&QueueRow> = rows.iter().filter(|row| row.state == state).collect();
        if !of_state.is_empty() {
            out.push_str(&format!("\n{heading}:\n"));
        }
        for row in of_state {
            let when = match (row.state, row.dead_at, row.due_at) {
                (RowState::Dead, Some(at), _) => format!(", dead since {at:.0}"),
                (_, _, Some(at)) => format!(", again at {at:.0}"),
                _ => String::new(),
            };
            let failed = counted(usize::try_from(row.attempts).unwrap_or(usize::MAX), "failure");
            out.push_str(&format!("  {} ({}): {failed}{when}\n", visible(&row.name()), visible(&row.key)));
            out.push_str(&format!("    {}\n", visible(&row.error)));
        }
    }
    out
}

/// Messages to people, where any wait or were given up.
fn messages_for_people(stats: OutboxStats, dead: &[MessageRow]) -> String {
    if stats == OutboxStats::default() {
        return String::new();
    }
    let mut out = format!("messages   {} to be sent, {} given up\n", stats.waiting, stats.dead);
    if !dead.is_empty() {
        out.push_str("\nmessages given up:\n");
    }
    for message in dead {
        let MessageRow { channel, event, repository, number, attempts, .. } = message;
        let failed = counted(usize::try_from(*attempts).unwrap_or(usize::MAX), "failure");
        let what = format!("{event} of {repository}#{number} on {channel}");
        out.push_str(&format!("  {}: {failed}\n", visible(&what)));
        out.push_str(&format!("    {}\n", visible(message.last_error.as_deref().unwrap_or_default())));
    }
    out
}

fn message_for_programs(message: &MessageRow) -> Value {
    json!({
        "id": message.id,
        "change": { "repository": message.repository, "number": message.number },
        "event": message.event,
        "channel": message.channel,
        "attempts": message.attempts,
        "error": message.last_error,
        "dead_at": message.dead_at.map(|at| at.to_string()),
    })
}

fn for_programs(row: &QueueRow) -> Value {
    json!({
        "key": row.key,
        "subject": row.name(),
        "state": row.state.name(),
        "attempts": row.attempts,
        "error": row.error,
        "dead_at": row.dead_at.map(|at| at.to_string()),
        "due_at": row.due_at.map(|at| at.to_string()),
    })
}

impl Retry {
    async fn run(self, store: &Store, format: Format) -> Answered {
        let dead: Vec<QueueRow> = store.dead().await?;
        let chosen = if self.all { dead } else { chosen(&self.keys, dead)? };
        let messages = if self.all { store.retry_messages().await? } else { 0 };
        let mut revived = Vec::new();
        for row in &chosen {
            // One that is being told to people now, or that an event has revived meanwhile, needs no help.
            if store.revive(&row.key).await? {
                revived.push(row);
            }
        }
        match format {
            Format::Terminal => {
                let lines: String = revived.iter().map(|row| format!("{}\n", visible(&row.name()))).collect();
                let sent = usize::try_from(messages).unwrap_or(usize::MAX);
                let sent =
                    if sent == 0 { String::new() } else { format!("{} to be sent again\n", counted(sent, "message")) };
                print(&format!("{lines}{} to be tried again\n{sent}", counted(revived.len(), "row")))?;
            }
            Format::Json => {
                let keys: Vec<&str> = revived.iter().map(|row| row.key.as_str()).collect();
                print_json(&json!({ "version": 1, "revived": keys, "messages": messages }))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The dead rows of those names; every name must be one.
fn chosen(keys: &[String], dead: Vec<QueueRow>) -> Result<Vec<QueueRow>, Trouble> {
    let is = |row: &QueueRow, key: &str| row.key == key || row.name().eq_ignore_ascii_case(key);
    let unknown = keys.iter().filter(|key| !dead.iter().any(|row| is(row, key)));
    let troubles = unknown.map(|key| {
        Trouble::new(format!("no dead row is called `{key}`")).help("`countersign queue` lists the dead rows")
    });
    Trouble::all(troubles.collect())?;
    Ok(dead.into_iter().filter(|row| keys.iter().any(|key| is(row, key))).collect())
}
