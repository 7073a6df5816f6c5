//! People are told what happens to a change, on each kind of channel: once, in words that ping nobody.

use std::fs;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use github_stand_in::{NewPullRequest, PullRequest, Verdict};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tempfile::TempDir;

use crate::receivers::{HttpReceiver, MailServer, Posted};
use crate::world::{PEER, World};

/// What an author would like to do to whoever is told.
const TITLE: &str = "Sell <!channel> & <@U1> [more](https://evil.example) <b>x</b> @here";
const BODY: &str = "## Impact\nnone\u{202e} <!here> **all**\n\n## Back-out plan\nrevert it\n";

/// The receivers, and the channels that lead to them.
struct Receivers {
    http: HttpReceiver,
    mail: MailServer,
    folder: TempDir,
}

impl Receivers {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { http: HttpReceiver::start().await, mail: MailServer::start().await, folder }
    }

    /// A secret in a file, as the settings name it.
    fn secret(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("{text}\n")).unwrap();
        format!("{{ file = '{}' }}", path.display())
    }

    fn channels(&self) -> String {
        format!(
            "[slack.payments]\nwebhook_url = {}\n[slack.ops]\ntoken = {}\nchannel = 'C1'\napi_url = '{}'\n\
             [teams.support]\nwebhook_url = {}\n[cloudevents.itsm]\nurl = '{}'\nsecret = {}\n\
             [email.support]\nserver = '{}'\nsecurity = 'none'\nfrom = 'countersign@example.org'\n\
             to = ['lead@example.org', 'desk@example.org']\n",
            self.secret("slack", &self.http.url("/slack")),
            self.secret("token", "xoxb-1"),
            self.http.url("/bot"),
            self.secret("teams", &self.http.url("/teams")),
            self.http.url("/events"),
            self.secret("key", KEY),
            self.mail.address(),
        )
    }

    /// The bot, under the policy of a peer that tells these receivers of these events.
    async fn told(&self, on: &str, to: &str) -> World {
        let policy = format!("{PEER}[[notify]]\non = [{on}]\nto = [{to}]\n");
        World::without_bot(&policy).await.started(&[("channels", &self.channels())]).await
    }

    /// What came to that path, once so many did.
    async fn came(&self, world: &World, path: &str, times: usize) -> Vec<Posted> {
        let there = || self.http.posted().into_iter().filter(|posted| posted.path == path).collect::<Vec<_>>();
        world.until("a message", || there().len() >= times).await;
        there()
    }
}

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn opened(world: &World) -> PullRequest {
    let pull = world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: TITLE,
        body: BODY,
        ..NewPullRequest::default()
    });
    world.settled().await;
    pull
}

/// The only message of the change, once it was sent: channel, event, status and the message's id at the receiver.
async fn receipt(world: &World, pull: &PullRequest) -> (String, String, String, String) {
    let receipt = async {
        loop {
            let mut messages = world.store().messages_of((world.shop.id(), pull.number())).await.unwrap();
            assert!(messages.len() <= 1, "{messages:#?}");
            if let Some((_, status, id)) = messages.first().and_then(|message| message.receipt.clone()) {
                let message = messages.remove(0);
                return (message.channel, message.event, status, id);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), receipt).await.expect("a receipt")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_cloud_event_tells_that_a_change_is_authorised() {
    let receivers = Receivers::start().await;
    let world = receivers.told("\"authorised\"", "\"cloudevents:itsm\"").await;
    let pull = opened(&world).await;
    assert!(receivers.http.posted().is_empty(), "nothing to tell yet");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    let posted = receivers.came(&world, "/events", 1).await.remove(0);
    assert_eq!(posted.header("content-type"), "application/cloudevents+json; charset=utf-8");
    let event = posted.json();
    let id = event["id"].as_str().unwrap().to_owned();
    assert_eq!((&event["specversion"], &event["type"]), (&"1.0".into(), &"dev.countersign.change.authorised".into()));
    assert_eq!(event["subject"], "acme/shop#1");
    assert!(event["data"]["title"].as_str().unwrap().contains("Sell <!channel>"), "data is data: {event}");
    // Whoever receives it proves it by the very bytes.
    assert_eq!(posted.header("webhook-id"), id);
    let signed = [id.as_bytes(), posted.header("webhook-timestamp").as_bytes(), &posted.body].join(&b'.');
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(&KEY["whsec_".len()..]).unwrap()).unwrap();
    mac.update(&signed);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(posted.header("webhook-signature"), expected);
    let kept = receipt(&world, &pull).await;
    assert_eq!(kept, ("cloudevents:itsm".into(), "authorised".into(), "200".into(), id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_tells_the_support_desk_what_goes_in_and_how_it_is_taken_back() {
    let receivers = Receivers::start().await;
    let world = receivers.told("\"authorised\"", "\"email:support\"").await;
    let pull = opened(&world).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.until("a mail", || !receivers.mail.mails().is_empty()).await;
    let mail = receivers.mail.mails().remove(0);
    assert!(mail.from.contains("<countersign@example.org>"), "{mail:?}");
    assert_eq!(mail.to.len(), 2, "{mail:?}");
    let (head, body) = mail.text.split_once("\n\n").unwrap();
    assert!(head.contains("Content-Type: text/plain; charset=utf-8"), "{head}");
    assert!(head.contains("Subject: Change authorised: acme/shop#1 Sell"), "{head}");
    assert!(body.contains("Whoever has to agree has agreed"), "{body}");
    let (channel, event, status, id) = receipt(&world, &pull).await;
    assert_eq!((channel.as_str(), event.as_str(), status.as_str()), ("email:support", "authorised", "250"));
    assert!(head.contains(&format!("Message-ID: {id}")), "{head} {id}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_told_by_webhook_and_nobody_s_title_pings_a_channel() {
    let receivers = Receivers::start().await;
    let world = receivers.told("\"submitted\"", "\"slack:payments\"").await;
    let pull = opened(&world).await;
    let posted = receivers.came(&world, "/slack", 1).await.remove(0);
    let text = String::from_utf8(posted.body.clone()).unwrap();
    assert!(text.contains("&lt;!channel&gt; &amp; &lt;@U1&gt;") && text.contains("&lt;!here&gt;"), "{text}");
    assert!(!text.contains("<!") && !text.contains("<@") && !text.contains('\u{202e}'), "{text}");
    let message = posted.json();
    assert_eq!((&message["parse"], &message["link_names"]), (&"none".into(), &false.into()));
    let kinds = message["blocks"].as_array().unwrap().iter().map(|block| block["text"]["type"].as_str().unwrap());
    assert_eq!(kinds.collect::<Vec<_>>(), ["plain_text", "plain_text", "plain_text", "mrkdwn"]);
    let link = message["blocks"][3]["text"]["text"].as_str().unwrap();
    assert!(link.ends_with("/acme/shop/pull/1|acme/shop#1>"), "{link}");
    assert!(text.contains("Next: ") && text.contains("Back-out plan: revert it"), "{text}");
    let (channel, event, status, _) = receipt(&world, &pull).await;
    assert_eq!((channel.as_str(), event.as_str(), status.as_str()), ("slack:payments", "submitted", "200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_told_by_a_bot_whose_refusals_come_with_200() {
    let receivers = Receivers::start().await;
    receivers.http.answers(200, r#"{"ok":false,"error":"not_in_channel"}"#);
    receivers.http.answers(200, r#"{"ok":true,"channel":"C1","ts":"1503435956.000247"}"#);
    let world = receivers.told("\"submitted\"", "\"slack:ops\"").await;
    let pull = opened(&world).await;
    receivers.came(&world, "/bot", 1).await;
    let messages = refused(&world, &pull).await;
    assert_eq!(messages, "Slack answered: not_in_channel");
    world.advance(Duration::from_secs(6));
    let posted = receivers.came(&world, "/bot", 2).await.remove(1);
    assert_eq!((posted.header("authorization"), &posted.json()["channel"]), ("Bearer xoxb-1", &"C1".into()));
    let (channel, _, status, ts) = receipt(&world, &pull).await;
    assert_eq!((channel.as_str(), status.as_str(), ts.as_str()), ("slack:ops", "200", "1503435956.000247"));
}

/// Why the only message of a change was not taken, once it was tried.
async fn refused(world: &World, pull: &PullRequest) -> String {
    let refused = async {
        loop {
            let messages = world.store().messages_of((world.shop.id(), pull.number())).await.unwrap();
            if let Some(why) = messages.first().and_then(|message| message.last_error.clone()) {
                return why;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), refused).await.expect("a refusal")
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_gets_a_card_in_which_nothing_of_others_is_markdown() {
    let receivers = Receivers::start().await;
    let world = receivers.told("\"blocked\"", "\"teams:support\"").await;
    let pull = opened(&world).await;
    pull.review("bob", Verdict::RequestChanges);
    world.settled().await;
    let card = receivers.came(&world, "/teams", 1).await.remove(0).json();
    let content = &card["attachments"][0]["content"];
    assert_eq!((&card["type"], &content["type"]), (&"message".into(), &"AdaptiveCard".into()));
    let body = content["body"].as_array().unwrap();
    assert!(body.iter().all(|block| block["type"] == "RichTextBlock"), "{content:#}");
    let runs = body.iter().flat_map(|block| block["inlines"].as_array().unwrap());
    assert!(runs.clone().all(|run| run["type"] == "TextRun"), "{content:#}");
    let text: String = runs.map(|run| run["text"].as_str().unwrap().to_owned()).collect();
    assert!(text.contains("Change blocked: acme/shop#1") && text.contains("It cannot go in as it is: "), "{text}");
    assert!(content["actions"][0]["url"].as_str().unwrap().ends_with("/acme/shop/pull/1"), "{content:#}");
    let (channel, event, ..) = receipt(&world, &pull).await;
    assert_eq!((channel.as_str(), event.as_str()), ("teams:support", "blocked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_sent_again_later_and_comes_once() {
    let receivers = Receivers::start().await;
    receivers.http.answers(500, "out of order\r\n");
    // Nobody is followed elsewhere.
    receivers.http.answers(302, "");
    receivers.mail.answers("451 try again later");
    let world = receivers.told("\"submitted\"", "\"cloudevents:itsm\"").await;
    let pull = opened(&world).await;
    receivers.came(&world, "/events", 1).await;
    assert_eq!(refused(&world, &pull).await, "it answered 500: out of order");
    assert_eq!(world.store().outbox_stats().await.unwrap().waiting, 1);
    world.advance(Duration::from_secs(6));
    receivers.came(&world, "/events", 2).await;
    while refused(&world, &pull).await != "it answered 302" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.advance(Duration::from_secs(11));
    let posted = receivers.came(&world, "/events", 3).await;
    let ids: Vec<&str> = posted.iter().map(|posted| posted.header("webhook-id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "the same message: {ids:?}");
    receipt(&world, &pull).await;
    // Whatever else happens, it is not told again.
    pull.label("dave", "again");
    world.settled().await;
    world.advance(Duration::from_secs(3_600));
    world.settled().await;
    assert_eq!(receivers.http.posted().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_the_settings_do_not_name_is_told_of_on_the_check() {
    let receivers = Receivers::start().await;
    let world = receivers.told("\"submitted\"", "\"slack:nowhere\", \"cloudevents:itsm\"").await;
    let pull = opened(&world).await;
    let summary = world.summary(&pull);
    assert!(
        summary.contains("Nobody is told on `slack:nowhere`: the settings of this server name no such"),
        "{summary}"
    );
    receivers.came(&world, "/events", 1).await;
    assert_eq!(receipt(&world, &pull).await.0, "cloudevents:itsm", "the others are told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_of_other_organisations_is_none_for_this_one() {
    let receivers = Receivers::start().await;
    let channels = receivers
        .channels()
        .replace("[slack.payments]\n", "[slack.payments]\norganisations = ['other']\n")
        .replace("[cloudevents.itsm]\n", "[cloudevents.itsm]\norganisations = ['Acme']\n");
    let policy = format!("{PEER}[[notify]]\non = [\"submitted\"]\nto = [\"slack:payments\", \"cloudevents:itsm\"]\n");
    let world = World::without_bot(&policy).await.started(&[("channels", &channels)]).await;
    let pull = opened(&world).await;
    let summary = world.summary(&pull);
    assert!(summary.contains("Nobody is told on `slack:payments`: "), "{summary}");
    receivers.came(&world, "/events", 1).await;
    assert_eq!(receipt(&world, &pull).await.0, "cloudevents:itsm", "the only message");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_review_that_a_policy_asks_for_is_told_of() {
    let receivers = Receivers::start().await;
    let policy = format!(
        "{PEER}[pir]\nwithin = \"2d\"\n[[notify]]\non = [\"review-due\", \"review-overdue\"]\nto = [\"cloudevents:itsm\"]\n"
    );
    let world = World::without_bot(&policy).await.started(&[("channels", &receivers.channels())]).await;
    let pull = opened(&world).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    pull.merge("alice");
    world.settled().await;
    let posted = receivers.came(&world, "/events", 1).await.remove(0).json();
    assert_eq!(posted["type"], "dev.countersign.change.review-due");
    assert!(posted["data"]["text"].as_str().unwrap().starts_with("It is owed its review: "), "{posted}");
    let comment = world.comment(&pull).expect("a comment").body;
    assert!(comment.contains("State: **review**"), "{comment}");
    world.advance(Duration::from_secs(49 * 3_600));
    world.settled().await;
    let posted = receivers.came(&world, "/events", 2).await.remove(1).json();
    assert_eq!(posted["type"], "dev.countersign.change.review-overdue");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_went_in_is_told_of_to_whom_it_was_and_with_what_was_known() {
    let receivers = Receivers::start().await;
    let world = receivers.told("\"authorised\", \"implemented\", \"closed\"", "\"cloudevents:itsm\"").await;
    let pull = opened(&world).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    receivers.came(&world, "/events", 1).await;
    pull.merge("bob");
    world.settled().await;
    let posted = receivers.came(&world, "/events", 3).await;
    let mut told: Vec<String> =
        posted.iter().map(|posted| posted.json()["type"].as_str().unwrap().to_owned()).collect();
    told.sort();
    assert_eq!(told, ["authorised", "closed", "implemented"].map(|event| format!("dev.countersign.change.{event}")));
    for posted in posted {
        let facts = posted.json()["data"]["facts"].to_string();
        assert!(facts.contains("revert it") && facts.contains("Risk"), "{facts}");
    }
    let sequences = world.store().messages_of((world.shop.id(), pull.number())).await.unwrap();
    let sequences: Vec<u32> = sequences.iter().map(|message| message.sequence).collect();
    assert!(sequences.windows(2).all(|pair| pair[0] < pair[1]), "each event has a place of its own: {sequences:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_takes_for_a_day_is_given_up_and_can_be_sent_again() {
    let receivers = Receivers::start().await;
    receivers.http.answers(404, "no_service");
    receivers.http.answers(404, "no_service");
    let world = receivers.told("\"submitted\"", "\"slack:payments\"").await;
    let pull = opened(&world).await;
    assert_eq!(refused(&world, &pull).await, "it answered 404: no_service");
    world.advance(Duration::from_secs(25 * 3_600));
    receivers.came(&world, "/slack", 2).await;
    while world.store().outbox_stats().await.unwrap().dead == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let dead = world.store().dead_messages(9).await.unwrap();
    assert_eq!((dead.len(), dead[0].channel.as_str(), dead[0].attempts), (1, "slack:payments", 2));
    assert_eq!(world.store().retry_messages().await.unwrap(), 1);
    receivers.came(&world, "/slack", 3).await;
    receipt(&world, &pull).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_before_anybody_was_to_be_told_is_no_news() {
    let receivers = Receivers::start().await;
    let world = World::with_policy(PEER).await;
    let mut world = world;
    let pull = opened(&world).await;
    world.stop().await;
    world.start(&[("channels", &receivers.channels())]).await;
    let policy = format!("{PEER}[[notify]]\non = [\"submitted\", \"authorised\"]\nto = [\"slack:payments\"]\n");
    world.shop.commit("main", "dave", [(".github/countersign.toml", policy)]);
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    receivers.came(&world, "/slack", 1).await;
    assert_eq!(receipt(&world, &pull).await.1, "authorised", "its next step");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_without_tls_gets_no_mail_unless_the_settings_say_so() {
    let receivers = Receivers::start().await;
    let policy = format!("{PEER}[[notify]]\non = [\"submitted\"]\nto = [\"email:support\"]\n");
    let channels = receivers.channels().replace("security = 'none'\n", "");
    let world = World::without_bot(&policy).await.started(&[("channels", &channels)]).await;
    let pull = opened(&world).await;
    let why = refused(&world, &pull).await;
    assert!(why.starts_with("the mail server did not take it: "), "{why}");
    assert_eq!(receivers.mail.mails().len(), 0);
}
