//! Deliveries that arrive all at once: each is on the disk before it is answered.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use github_stand_in::{Delivery, sign};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::Options;
use crate::figures::{Figures, percentile};
use crate::scene::{Scene, check};

/// Installations among which the pull requests are spread.
const ORGANISATIONS: usize = 20;

pub(crate) async fn play(options: &Options, figures: &mut Figures) -> anyhow::Result<()> {
    let scene = Scene::begin(options, ORGANISATIONS).await?;
    // Made and lost, so that they can be sent together.
    scene.github.faults().forget_all_webhooks();
    let pulls: Vec<_> = (0..options.burst).map(|number| scene.open(number)).collect();
    scene.until("the payloads", || scene.github.is_settled()).await?;
    scene.github.faults().remember_webhooks();
    scene.github.faults().latency(Duration::from_millis(options.latency));
    let opened = |delivery: &Delivery| delivery.action.as_deref() == Some("opened");
    let requests: Vec<_> =
        scene.github.deliveries().iter().filter(|delivery| opened(delivery)).map(|it| request(&scene, it)).collect();
    ensure!(requests.len() == options.burst, "{} payloads", requests.len());
    let bytes = requests.iter().map(Vec::len).sum::<usize>() as f64 / requests.len() as f64;
    let sync = sync_ms(scene.directory())?;
    let cpu = scene.bot.cpu_ms()?;
    let started = Instant::now();
    let times = send(scene.bot.address(), requests).await?;
    let answered_cpu = scene.bot.cpu_ms()? - cpu;
    let answered = started.elapsed();
    scene.until("a verdict on each", || pulls.iter().all(|pull| check(pull).is_some())).await?;
    let (decided, decided_cpu) = (started.elapsed(), scene.bot.cpu_ms()? - cpu);
    let count = options.burst as f64;
    figures.add("burst: deliveries, all taken", count, "deliveries", None);
    figures.add("burst: size of a delivery", bytes / 1024.0, "kB", None);
    figures.add("burst: the machine's sync of 4 KiB, median", sync, "ms", None);
    figures.add("burst: answer, median", percentile(&times, 50), "ms", None);
    figures.add("burst: answer, 99th percentile", percentile(&times, 99), "ms", Some(50.0));
    figures.add("burst: answer, longest", percentile(&times, 100), "ms", None);
    figures.add("burst: all answered after", answered.as_secs_f64() * 1000.0, "ms", None);
    figures.add("burst: CPU of the bot until then, per delivery", answered_cpu / count, "ms", None);
    figures.add("burst: all decided after", decided.as_secs_f64(), "s", None);
    figures.add("burst: CPU of the bot until then, per pull request", decided_cpu / count, "ms", None);
    Ok(())
}

/// The bytes of a delivery, made beforehand: what is measured is not how long they take to make.
fn request(scene: &Scene, delivery: &Delivery) -> Vec<u8> {
    let body = delivery.payload.to_string();
    let signature = sign(scene.github.webhook_secret(), body.as_bytes());
    let head = format!(
        "POST /github/webhook HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         X-GitHub-Event: {}\r\nX-GitHub-Delivery: {}\r\nX-Hub-Signature-256: {signature}\r\n\r\n",
        scene.bot.address(),
        body.len(),
        delivery.event,
        delivery.guid,
    );
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body.as_bytes());
    bytes
}

/// Sends each over a connection of its own, all at once, and gives how long the answers took, in milliseconds.
async fn send(address: &str, requests: Vec<Vec<u8>>) -> anyhow::Result<Vec<f64>> {
    let together = Arc::new(Barrier::new(requests.len()));
    let mut sending = JoinSet::new();
    for request in requests {
        let (together, address) = (Arc::clone(&together), address.to_owned());
        sending.spawn(async move {
            together.wait().await;
            let started = Instant::now();
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(&request).await?;
            let mut answer = Vec::with_capacity(512);
            while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
                let read = stream.read_buf(&mut answer).await?;
                ensure!(read > 0, "no answer");
            }
            let took = started.elapsed().as_secs_f64() * 1000.0;
            ensure!(answer.starts_with(b"HTTP/1.1 202 "), "{}", String::from_utf8_lossy(&answer));
            Ok(took)
        });
    }
    sending.join_all().await.into_iter().collect()
}

/// How long the machine takes to put 4 KiB on the disk: the median of 50.
fn sync_ms(directory: &Path) -> anyhow::Result<f64> {
    let mut file = OpenOptions::new().create(true).append(true).open(directory.join("sync"))?;
    let mut times = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_all()?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(percentile(&times, 50))
}
