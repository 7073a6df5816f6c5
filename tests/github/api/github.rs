//! The whole of GitHub: started, asked, waited for.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Delivery, Owner};
use crate::auth;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::log::Log;
use crate::server;
use crate::state::State;
use crate::turn::{Event, Turn};
use crate::webhook;
use crate::world::World;

/// How a stand-in is to be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The clock that it shares with the App.
    pub clock: Clock,
    /// The App's id.
    pub app_id: u64,
    /// The App's name in addresses; its account is this and `[bot]`.
    pub app_slug: String,
    /// What webhooks are signed with.
    pub webhook_secret: String,
    /// How many webhooks are under way at once. One keeps their order.
    pub webhooks_at_once: usize,
    /// Whether our own answers are judged by GitHub's contract too. Costs time.
    pub judge_answers: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Clock::new(),
            app_id: 4_242,
            app_slug: "countersign".into(),
            webhook_secret: "a secret of nobody's".into(),
            webhooks_at_once: 1,
            judge_answers: false,
        }
    }
}

/// A stand-in GitHub at work. Clones are the same GitHub; it stops with the last of them.
#[derive(Clone)]
pub struct GitHub {
    pub(crate) world: Arc<World>,
    _stop: Arc<Stop>,
}

/// Ends the server's thread when dropped.
struct Stop(Option<oneshot::Sender<()>>);

impl Drop for Stop {
    fn drop(&mut self) {
        if let Some(stop) = self.0.take() {
            // It may have stopped by itself.
            let _ = stop.send(());
        }
    }
}

impl GitHub {
    /// Starts a GitHub with nothing in it but the App, on a port of its own.
    ///
    /// It runs on a thread of its own, so that a test's runtime, and the time that it measures, are left alone.
    pub async fn start(settings: Settings) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("the address just bound");
        let now = settings.clock.now();
        let mut state = State::new(format!("http://{address}"), settings.app_id);
        Turn::new(&mut state, now, false).make_app(&settings.app_slug, Some(settings.app_id));
        let (out, queue) = mpsc::unbounded_channel();
        let world = World::new(settings.clock, settings.webhook_secret, settings.judge_answers, state, out);
        let world = Arc::new(world);
        let (stop, stopped) = oneshot::channel::<()>();
        let inside = Arc::clone(&world);
        let serve = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener of this runtime");
                tokio::spawn(webhook::run(Arc::clone(&inside), queue, settings.webhooks_at_once.max(1)));
                tokio::select! {
                    _ = axum::serve(listener, server::router(inside)) => {}
                    _ = stopped => {}
                }
            });
        };
        // Deep queries take deep stacks.
        let thread = std::thread::Builder::new().name("github".into()).stack_size(64 << 20);
        thread.spawn(serve).expect("a thread for the server");
        Self { world, _stop: Arc::new(Stop(Some(stop))) }
    }

    /// Where REST and GraphQL are, as on `https://api.github.com`.
    pub fn rest_url(&self) -> String {
        self.world.live().url.clone()
    }

    /// Where REST is on an Enterprise Server: with `/api/v3`. GraphQL is at `/api/graphql` beside it.
    pub fn enterprise_url(&self) -> String {
        format!("{}/api/v3", self.rest_url())
    }

    /// The App's id.
    pub fn app_id(&self) -> u64 {
        self.world.live().app
    }

    /// The account that the App writes as: its slug and `[bot]`.
    pub fn bot_login(&self) -> String {
        let state = self.world.live();
        state.login(state.bot()).to_owned()
    }

    /// The App's private key. One a process, made anew each time.
    pub fn private_key_pem(&self) -> &'static str {
        &auth::KEY.pem
    }

    /// What webhooks are signed with.
    pub fn webhook_secret(&self) -> &str {
        &self.world.secret
    }

    /// The clock that it runs on.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// From now on sends webhooks to this address. Nothing is sent before.
    pub fn send_webhooks_to(&self, url: &str) {
        self.world.lock().target = Some(url.into());
    }

    /// An organisation, made if there is none of this name.
    pub fn organisation(&self, login: &str) -> Owner {
        let id = self.world.turn(|turn| turn.organisation(login));
        Owner { world: Arc::clone(&self.world), id }
    }

    /// A person, made if there is none of this name. Handles make whoever they are told of by themselves.
    pub fn user(&self, login: &str) -> Owner {
        let id = self.world.turn(|turn| turn.user(login));
        Owner { world: Arc::clone(&self.world), id }
    }

    /// Gives somebody another login; the old one is free for whoever is named next.
    pub fn rename_user(&self, login: &str, to: &str) {
        self.world.turn(|turn| turn.rename_user(login, to));
    }

    /// Removes an account. What it wrote stays, by nobody.
    pub fn delete_user(&self, login: &str) {
        self.world.turn(|turn| turn.delete_user(login));
    }

    /// The id of another App, made if there is none of this slug.
    pub fn app(&self, slug: &str) -> u64 {
        self.world.turn(|turn| turn.make_app(slug, None))
    }

    /// What can go wrong.
    pub fn faults(&self) -> Faults {
        Faults(Arc::clone(&self.world))
    }

    /// What was asked so far.
    pub fn log(&self) -> Log {
        Log { entries: self.world.lock().log.clone() }
    }

    /// Forgets what was asked so far, and returns it.
    pub fn take_log(&self) -> Log {
        Log { entries: std::mem::take(&mut self.world.lock().log) }
    }

    /// What was asked against GitHub's contract, and what the stand-in itself lacks.
    pub fn violations(&self) -> Vec<String> {
        self.world.lock().violations.clone()
    }

    /// Fails the test if anything was asked against GitHub's contract.
    ///
    /// # Panics
    /// If there is a violation.
    pub fn assert_clean(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "against GitHub's contract:\n{}", violations.join("\n"));
    }

    /// The name and address under which an account commits.
    pub fn identity(&self, login: &str) -> crate::git::Identity {
        self.world.turn(|turn| {
            let account = turn.user(login);
            turn.identity(account)
        })
    }

    /// Whether no webhook is queued or under way.
    pub fn is_settled(&self) -> bool {
        *self.world.pending.borrow() == 0
    }

    /// Waits until no webhook is queued or under way.
    ///
    /// # Panics
    /// If it takes half a minute: something answers too late.
    pub async fn settled(&self) {
        let mut pending = self.world.pending.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(30), pending.wait_for(|pending| *pending == 0)).await;
        assert!(waited.is_ok(), "webhooks are still under way after 30 s");
    }

    /// Asks the App whether it is there.
    pub fn ping(&self) {
        self.world.turn(|turn| turn.ping());
    }

    /// The deliveries so far, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.world.live().deliveries.values().map(|it| Delivery::of(it)).collect()
    }

    /// Sends a delivery once more, under the same id, as an owner of the App can.
    ///
    /// # Panics
    /// If there is no such delivery.
    pub fn redeliver(&self, guid: &str) {
        let state = self.world.live();
        let it = state.deliveries.values().rev().find(|it| it.guid == guid).expect("a delivery of this id");
        let event = Event {
            name: it.event.clone(),
            installation: it.installation,
            repository: it.repository,
            payload: serde_json::from_str(&it.payload).unwrap_or_default(),
            again: Some(it.guid.clone()),
        };
        self.world.turn(|turn| turn.events.push(event));
    }

    /// Makes all tokens of installations invalid at once.
    pub fn revoke_tokens(&self) {
        self.world.turn(|turn| turn.state.tokens.clear());
    }
}
