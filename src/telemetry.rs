//! What countersign counts of itself, and how it is read: `GET /metrics`, in Prometheus' text format.
//!
//! A value that is handed around, not a global: several bots may run in one process,
//! as in the tests.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Everything that is counted. Cheap to clone; all clones count together.
#[derive(Clone)]
pub struct Telemetry(Arc<Inner>);

struct Inner {
    registry: Registry,
    deliveries: Family<Answered, Counter>,
    store_latency: Histogram,
    calls: Family<Call, Counter>,
    call_latency: Histogram,
    decisions: Family<Decided, Counter>,
    verdict_latency: Histogram,
    writes: Family<Written, Counter>,
    queue: Family<QueueRows, Gauge>,
    queue_age: Gauge<f64, AtomicU64>,
    budgets: Family<Budget, Gauge>,
    messages: Family<Told, Counter>,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    event: String,
    status: u16,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Decided {
    outcome: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Written {
    what: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct QueueRows {
    state: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Told {
    channel: String,
    result: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Budget {
    installation: u64,
    window: String,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl Telemetry {
    /// Everything at zero.
    pub fn new() -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.001, 2.0, 16));
        let mut inner = Inner {
            registry: Registry::with_prefix("countersign"),
            deliveries: Family::default(),
            store_latency: seconds(),
            calls: Family::default(),
            call_latency: seconds(),
            decisions: Family::default(),
            verdict_latency: seconds(),
            writes: Family::default(),
            queue: Family::default(),
            queue_age: Gauge::default(),
            budgets: Family::default(),
            messages: Family::default(),
        };
        let registry = &mut inner.registry;
        registry.register("deliveries", "Webhook deliveries by event and answer", inner.deliveries.clone());
        registry.register_with_unit(
            "delivery",
            "From the last byte of a delivery to its answer",
            Unit::Seconds,
            inner.store_latency.clone(),
        );
        registry.register(
            "github_calls",
            "Requests to GitHub by route and status; 0 is no answer",
            inner.calls.clone(),
        );
        registry.register_with_unit(
            "github_call",
            "How long GitHub takes to answer",
            Unit::Seconds,
            inner.call_latency.clone(),
        );
        registry.register("decisions", "Decisions by outcome", inner.decisions.clone());
        registry.register_with_unit(
            "verdict",
            "From the receipt of an event to its stored decision",
            Unit::Seconds,
            inner.verdict_latency.clone(),
        );
        registry.register("writes", "What was written on GitHub", inner.writes.clone());
        registry.register("queue_rows", "Rows of the queue by state: due, running, dead", inner.queue.clone());
        registry.register_with_unit(
            "queue_oldest_due",
            "How long the oldest due row has been waiting",
            Unit::Seconds,
            inner.queue_age.clone(),
        );
        registry.register(
            "budget_used",
            "What is used of an installation's budget: writes in a minute, in an hour, points in a minute",
            inner.budgets.clone(),
        );
        registry.register(
            "messages",
            "Messages to people by kind of channel and result: sent, failed, given up",
            inner.messages.clone(),
        );
        Self(Arc::new(inner))
    }

    /// A delivery was answered.
    pub fn delivery(&self, event: &str, status: u16, took: Duration) {
        let event = event.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
        self.0.deliveries.get_or_create(&Answered { event, status }).inc();
        self.0.store_latency.observe(took.as_secs_f64());
    }

    /// GitHub was asked; status 0 for no answer.
    pub fn github_call(&self, method: &str, path: &str, status: u16, took: Duration) {
        let call = Call { method: method.to_owned(), route: route(path), status };
        self.0.calls.get_or_create(&call).inc();
        self.0.call_latency.observe(took.as_secs_f64());
    }

    /// A decision was stored, so long after the event that asked for it.
    pub fn decision(&self, outcome: &str, took: Option<Duration>) {
        self.0.decisions.get_or_create(&Decided { outcome: outcome.to_owned() }).inc();
        if let Some(took) = took {
            self.0.verdict_latency.observe(took.as_secs_f64());
        }
    }

    /// Something was written on GitHub.
    pub fn write(&self, what: &str) {
        self.0.writes.get_or_create(&Written { what: what.to_owned() }).inc();
    }

    /// How the queue stands.
    pub fn queue(&self, due: u64, running: u64, dead: u64, oldest: Duration) {
        for (state, rows) in [("due", due), ("running", running), ("dead", dead)] {
            self.0.queue.get_or_create(&QueueRows { state: state.to_owned() }).set(rows.cast_signed());
        }
        self.0.queue_age.set(oldest.as_secs_f64());
    }

    /// How much of an installation's budget is used: writes of a `minute` and of an `hour`, `points` of a minute.
    pub fn budget(&self, installation: u64, window: &str, used: i64) {
        self.0.budgets.get_or_create(&Budget { installation, window: window.to_owned() }).set(used);
    }

    /// A message to people was tried: `sent`, `failed` (it is tried again), `given up`.
    pub fn message(&self, channel: &str, result: &str) {
        let told = Told { channel: channel.to_owned(), result: result.to_owned() };
        self.0.messages.get_or_create(&told).inc();
    }

    /// All of it, in Prometheus' text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a `String` does not fail; what could not be encoded is left out.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

/// The path without what differs from request to request, so that routes can be counted.
fn route(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let mut parts: Vec<&str> = path.split('/').collect();
    let keep = |part: &str| {
        part.is_empty()
            || part.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_' | ' ') || c.is_ascii_uppercase())
    };
    match parts.get(1).copied() {
        Some("repos") => parts.iter_mut().skip(2).take(2).for_each(|part| *part = "x"),
        Some("orgs") => parts.iter_mut().skip(2).take(1).for_each(|part| *part = "x"),
        _ => {}
    }
    let after_name = |index: usize, parts: &[&str]| {
        matches!(parts.get(index.wrapping_sub(1)), Some(&"branches" | &"teams" | &"commits" | &"compare"))
    };
    let shown: Vec<String> =
        (0..parts.len())
            .map(|index| {
                if !keep(parts[index]) || after_name(index, &parts) { "x".to_owned() } else { parts[index].to_owned() }
            })
            .collect();
    shown.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_counted_without_names_and_numbers() {
        let check = |path: &str, expected: &str| assert_eq!(route(path), expected);
        check("/repos/acme/shop/check-runs/12", "/repos/x/x/check-runs/x");
        check("/repos/acme/shop/rules/branches/main?page=2", "/repos/x/x/rules/branches/x");
        check("/app/installations/7/access_tokens", "/app/installations/x/access_tokens");
        check("/repos/acme/shop/compare/c0ffee...beef", "/repos/x/x/compare/x");
        check("/graphql Look", "/graphql Look");
    }

    #[test]
    fn what_is_counted_can_be_read() {
        let telemetry = Telemetry::new();
        telemetry.decision("pass", Some(Duration::from_millis(3)));
        telemetry.queue(2, 1, 0, Duration::from_secs(4));
        let text = telemetry.text();
        assert!(text.contains("countersign_decisions_total{outcome=\"pass\"} 1"), "{text}");
        assert!(text.contains("countersign_queue_rows{state=\"due\"} 2"), "{text}");
    }
}
