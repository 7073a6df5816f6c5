//! Hands events to the App: signed, in order, once, and never again by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::{Semaphore, mpsc};

use crate::state::app::Delivery;
use crate::world::World;

/// A delivery that waits to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub delivery: u64,
}

/// The signature that GitHub puts over a payload: `sha256=` and hexadecimal digits.
pub fn sign(secret: &str, payload: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(payload);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Sends what is queued, `at_once` at a time; one at a time keeps the order.
pub(crate) async fn run(world: Arc<World>, mut queue: mpsc::UnboundedReceiver<Outgoing>, at_once: usize) {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().expect("an HTTP client");
    let slots = Arc::new(Semaphore::new(at_once));
    while let Some(outgoing) = queue.recv().await {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let (world, client) = (Arc::clone(&world), client.clone());
        let sending = async move {
            send(&world, &client, &outgoing).await;
            world.pending.send_modify(|pending| *pending -= 1);
            drop(slot);
        };
        if at_once == 1 { sending.await } else { drop(tokio::spawn(sending)) }
    }
}

async fn send(world: &World, client: &reqwest::Client, outgoing: &Outgoing) {
    let (target, delivery, app) = {
        let inside = world.lock();
        (inside.target.clone(), inside.state.deliveries.get(&outgoing.delivery).cloned(), inside.state.app)
    };
    let (Some(target), Some(delivery)) = (target, delivery) else { return };
    let body = delivery.payload.clone();
    let headers = headers(world, &delivery, &body, app);
    let mut request = client.post(&target).body(body);
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    let begun = Instant::now();
    let (status, response) = match request.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            (status, answer.text().await.unwrap_or_default())
        }
        Err(error) => (0, error.to_string()),
    };
    let mut inside = world.lock();
    if let Some(delivery) = Arc::make_mut(&mut inside.state).deliveries.get_mut(&outgoing.delivery) {
        let delivery = Arc::make_mut(delivery);
        delivery.status = Some(status);
        delivery.seconds = begun.elapsed().as_secs_f64();
        delivery.response = response;
        delivery.request_headers = headers;
    }
}

fn headers(world: &World, delivery: &Delivery, body: &str, app: u64) -> BTreeMap<String, String> {
    let pairs = [
        ("Accept", "*/*".to_owned()),
        ("Content-Type", "application/json".to_owned()),
        ("User-Agent", "GitHub-Hookshot/standin".to_owned()),
        ("X-GitHub-Delivery", delivery.guid.clone()),
        ("X-GitHub-Event", delivery.event.clone()),
        ("X-GitHub-Hook-ID", app.to_string()),
        ("X-GitHub-Hook-Installation-Target-ID", app.to_string()),
        ("X-GitHub-Hook-Installation-Target-Type", "integration".to_owned()),
        ("X-Hub-Signature-256", sign(&world.secret, body.as_bytes())),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
