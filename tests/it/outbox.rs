//! Messages to people as the store keeps them: with their decision, each once, by one sender at a time.

use std::time::Duration;

use countersign::store::{NewDecision, NewMessage, NewTold, Told};
use jiff::SignedDuration;

use crate::databases::on_each;
use crate::signals::{SHOP, mark, marks, opened};
use crate::store::{claim, decision, take};

const TTL: Duration = Duration::from_secs(30);

fn telling(sequence: u32, channels: &[&str]) -> NewDecision {
    let message = |channel: &&str| NewMessage {
        event: "submitted".to_owned(),
        sequence,
        channel: (*channel).to_owned(),
        body: "{}".to_owned(),
    };
    let told = Told { holding: ["submitted".to_owned()].into(), sequence, known: "{}".to_owned() };
    let told = Some(NewTold { told, messages: channels.iter().map(message).collect() });
    NewDecision { told, ..decision(1, "c0ffee") }
}

#[tokio::test]
async fn a_message_is_kept_with_its_decision_and_once_for_change_event_sequence_and_channel() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "opened", opened(1, "c0ffee")).await;
        let first = claim(store).await;
        let told = telling(1, &["slack:a", "email:b"]);
        assert!(store.record_decision(&first, &told).await.expect("kept").is_some());
        // Nothing comes of a decision whose lease is lost.
        assert_eq!(store.record_decision(&first, &telling(2, &["slack:a"])).await.expect("refused"), None);
        assert_eq!(store.told((SHOP, 1)).await.expect("read"), told.told.as_ref().map(|new| new.told.clone()));
        take(store, "again", marks(vec![mark(1)])).await;
        db.advance(SignedDuration::from_secs(2));
        let again = claim(store).await;
        assert!(store.record_decision(&again, &telling(1, &["slack:a", "slack:c"])).await.expect("kept").is_some());
        let rows = store.messages_of((SHOP, 1)).await.expect("read");
        let mut channels: Vec<&str> = rows.iter().map(|row| row.channel.as_str()).collect();
        channels.sort_unstable();
        assert_eq!(channels, ["email:b", "slack:a", "slack:c"]);
        assert_eq!(store.messages_of((SHOP, 2)).await.expect("read"), []);
    })
    .await;
}

#[tokio::test]
async fn a_message_is_one_sender_s_until_their_lease_is_over() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "opened", opened(1, "c0ffee")).await;
        let looked = claim(store).await;
        store.record_decision(&looked, &telling(1, &["slack:a"])).await.expect("kept").expect("held");
        assert_eq!(store.until_next_message().await.expect("read"), Some(Duration::ZERO));
        let dead = store.claim_messages(9, TTL).await.expect("claims").remove(0);
        assert_eq!(store.claim_messages(9, TTL).await.expect("claims"), []);
        db.advance(SignedDuration::from_secs(31));
        let alive = store.claim_messages(9, TTL).await.expect("claims").remove(0);
        assert_eq!((&alive.id, alive.attempts), (&dead.id, 0), "the same message");
        // What the dead one says of a failure is no longer theirs to say.
        store.message_failed(&dead, "late", None).await.expect("ignored");
        assert_eq!(store.outbox_stats().await.expect("read").dead, 0);
        store.message_sent(&alive, "200", "m").await.expect("kept");
        let row = store.messages_of((SHOP, 1)).await.expect("read").remove(0);
        let (_, status, id) = row.receipt.expect("sent");
        assert_eq!((status.as_str(), id.as_str(), row.attempts, row.last_error), ("200", "m", 1, None));
        assert_eq!(store.until_next_message().await.expect("read"), None);
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_receiver_that_takes_nothing_waits_with_what_it_refused_and_the_others_go_on() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "opened", opened(1, "c0ffee")).await;
        let looked = claim(store).await;
        store.record_decision(&looked, &telling(1, &["slack:a", "email:b"])).await.expect("kept").expect("held");
        let now = store.now().await.expect("read");
        store.park_channel("slack:a", now + SignedDuration::from_secs(60)).await.expect("parked");
        let due = |claimed: Vec<countersign::store::WaitingMessage>| {
            claimed.into_iter().map(|message| message.channel).collect::<Vec<_>>()
        };
        assert_eq!(due(store.claim_messages(9, TTL).await.expect("claims")), ["email:b"]);
        // What somebody is sending is theirs, and is no later for it.
        store.park_channel("email:b", now + SignedDuration::from_hours(9)).await.expect("parked");
        db.advance(SignedDuration::from_secs(61));
        let mut both = due(store.claim_messages(9, TTL).await.expect("claims"));
        both.sort_unstable();
        assert_eq!(both, ["email:b", "slack:a"]);
    })
    .await;
}
