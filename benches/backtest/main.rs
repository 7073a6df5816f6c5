//! What a backtest costs over many stored changes, made up here: `cargo bench --bench backtest`.
//!
//! Half of the changes touch at most twenty files, one in twenty sixty or more; each has a description, commits, reviews
//! and checks of its own, and shares policies with its neighbours. Rows are written by SQL, because the bot's own way would
//! take longer than what is measured.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are there to be read")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use countersign::clock::Clock;
use countersign::facts_file::FactsFile;
use countersign::store::Store;
use countersign::store::snapshot::{self, Part};
use countersign_domain::layer::Layer;
use countersign_domain::needs;
use countersign_domain::policy::{Read, Source, Version, load};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};

/// Measures `countersign backtest` over made-up changes.
#[derive(Debug, Parser)]
struct Options {
    /// How many changes there are.
    #[arg(long, default_value_t = 100_000)]
    changes: u64,
    /// Where the made-up changes are kept; those that are there already are measured again.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Another binary than the one that was built here.
    #[arg(long, value_name = "FILE")]
    bot: Option<PathBuf>,
    /// What `cargo bench` says.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The policy of then; the new one wants one approval more.
const POLICY: &str = r#"
version = 1
[record]
required = ["summary", "risk", "backout"]
[authorities.peer]
permission = "write"
[[risk.factor]]
id = "schema"
when = { files = ["**/migrations/**"] }
score = 35
why = "a migration is hard to undo"
[[rule]]
id = "peer"
approvals = [{ from = ["peer"], count = 1 }]
[[rule]]
id = "tested"
when = { files = ["src/**"] }
checks = ["ci"]
[[rule]]
id = "risky"
when = { risk = ">= medium" }
approvals = [{ from = ["peer"], count = 2 }]
"#;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if !options.bench {
        eprintln!("nothing is measured by `cargo test`: use `cargo bench --bench backtest`");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let kept = options.keep.unwrap_or_else(|| folder.path().join("kept.db"));
    let url = format!("sqlite:{}", kept.display());
    if !kept.exists() {
        Store::open(&url, Clock::default()).await?.migrate().await?;
        let started = Instant::now();
        let mut connection = SqliteConnection::connect(&url).await?;
        fill(&mut connection, options.changes).await?;
        println!("{} changes written in {:.1} s", options.changes, started.elapsed().as_secs_f64());
    }
    let bot = options.bot.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_countersign")));
    let new = folder.path().join("new.toml");
    std::fs::write(&new, POLICY.replacen("count = 1", "count = 2", 1))?;
    for _ in 0..3 {
        let (started, worked) = (Instant::now(), cpu_of_children()?);
        let mut command = Command::new(&bot);
        command.args(["backtest", "--database-url", &url, "--policy"]).arg(&new);
        let output = command.output()?;
        let took = started.elapsed().as_secs_f64();
        let told = String::from_utf8_lossy(&output.stdout);
        let first = told.lines().next().unwrap_or_default();
        let worked = cpu_of_children()? - worked;
        println!("{took:.2} s, {worked:.2} s of CPU: {first} {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// What children that have ended took of the CPU so far, user and system, in seconds: fields 16 and 17 of `proc(5)`'s
/// `stat`, in hundredths.
fn cpu_of_children() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name before them may have spaces of its own.
    let after_name = stat.rsplit_once(')').map_or(stat.as_str(), |(_, rest)| rest);
    let ticks = |field: usize| after_name.split_whitespace().nth(field - 3).and_then(|text| text.parse::<f64>().ok());
    let ticks = ticks(16).zip(ticks(17)).context("`/proc/self/stat` is not as `proc(5)` says")?;
    Ok((ticks.0 + ticks.1) / 100.0)
}

async fn fill(connection: &mut SqliteConnection, changes: u64) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO repository (id, installation, owner, owner_key, name, default_branch)
        VALUES (7, 1, 'acme', 'acme', 'shop', 'main')",
    )
    .execute(&mut *connection)
    .await?;
    let mut tx = connection.begin().await?;
    for number in 1..=changes {
        let id = uuid::Uuid::now_v7().to_string();
        let mut names = Vec::new();
        for part in parts(number)? {
            let hash = snapshot::hash(&part.bytes);
            let insert = "INSERT INTO part (kind, hash, size, used_at, bytes) VALUES ($1, $2, 0, 0, $3)
                ON CONFLICT DO NOTHING";
            let packed = packed(&part.bytes)?;
            sqlx::query(insert).bind(part.kind.clone()).bind(hash.clone()).bind(packed).execute(&mut *tx).await?;
            names.push((part.kind, hash));
        }
        let decision =
            "INSERT INTO decision (id, key, repository, number, head, check_name, as_of, outcome, own_outcome,
            semantics, engine, policies, parts, texts, causes)
            VALUES ($1, 'bench', 7, $2, 'head', 'countersign', $2, 'wait', 'wait', 1, '', '[]', $3, '', '[]')";
        let number = number.cast_signed();
        let names = serde_json::to_string(&names)?;
        sqlx::query(decision).bind(id.clone()).bind(number).bind(names).execute(&mut *tx).await?;
        let row = "INSERT INTO change_row (repository, number, risk_level, risk_score, outcome, decision, as_of)
            VALUES (7, $1, 'low', 0, 'wait', $2, $1)";
        sqlx::query(row).bind(number).bind(id).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn packed(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes)?;
    Ok(packer.finish()?)
}

/// The snapshot of one change of many.
fn parts(number: u64) -> anyhow::Result<Vec<Part>> {
    let files = match number % 20 {
        0 => 60 + number % 100,
        1..=9 => 20 + number % 10,
        _ => 1 + number % 20,
    };
    let folder = if number.is_multiple_of(9) { "db/migrations" } else { "src/shop" };
    let facts = json!({
        "number": number,
        "title": format!("Change {number}"),
        "body": format!(
            "## Summary\n\nThe till counts change {number} twice, and must not.\n\n## Risk\n\nLow - one place\n\n\
             ## Test plan\n\n- [x] unit tests\n- [x] by hand, on staging\n\n## Backout\n\nRevert commit {number}.\n"
        ),
        "files": (0..files).map(|file| format!("{folder}/part-{}/file-{file}.rs", number % 50)).collect::<Vec<_>>(),
        "reviews": if number.is_multiple_of(3) { vec!["bob", "carol"] } else { vec!["bob"] },
        "checks": ["ci"],
    });
    let version = Version { blob: format!("blob-{}", number / 5_000), text: format!("{POLICY}# {}\n", number / 5_000) };
    let path = "acme/shop/.github/countersign.toml".to_owned();
    let sources = [Source { layer: Layer::Repository, path, read: Read::Text(version), last_good: None }];
    let (policies, _) = load(&sources);
    let facts = FactsFile::of(&facts)?.facts(&needs(&policies))?;
    Ok(snapshot::parts(&facts, &sources, &[]))
}
