//! Commands that people gave in comments, as the store keeps them.

use countersign::signal::{Evidence, GivenCommand, Mark, Signal, Want};

use crate::databases::on_each;
use crate::signals::{SHOP, at, delivery, opened, user};
use crate::store::take;

fn given(comment: u64, line: &str) -> Signal {
    let by = user(3, "carol");
    let (line, written_at) = (line.to_owned(), at("2026-03-02T09:59:59Z"));
    let evidence = vec![Evidence::Command(GivenCommand { repository: SHOP, number: 1, comment, by, line, written_at })];
    let marks = vec![Mark::Pull { repository: SHOP, number: 1, want: Want::UpdatedAt(written_at), lowers: false }];
    Signal { evidence, marks, awaited: true, ..Signal::default() }
}

/// A comment may be written, the head pushed, and the push be told first; and of two comments the later.
#[tokio::test]
async fn a_late_command_binds_to_no_newer_head_and_keeps_its_place() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "opened", opened(1, "c0ffee")).await;
        let (before, after) = ("c0ffee".into(), "beef".into());
        let moved = Evidence::HeadMoved { repository: SHOP, number: 1, before, after, sender: user(1, "alice") };
        let mut push = opened(1, "beef");
        push.evidence.push(moved);
        take(store, "push", push).await;
        let after_it = |mut signal: Signal| {
            for evidence in &mut signal.evidence {
                if let Evidence::Command(given) = evidence {
                    given.written_at = at("2026-03-02T10:00:02Z");
                }
            }
            signal
        };
        take(store, "hold", after_it(given(32, "hold it"))).await;
        take(store, "late", given(31, "unhold")).await;
        let commands = store.commands((SHOP, 1)).await.expect("read");
        let kept = commands.iter().map(|kept| (kept.comment, kept.head.as_ref().map(|head| head.as_str())));
        assert_eq!(kept.collect::<Vec<_>>(), [(31, None), (32, Some("beef"))]);
    })
    .await;
}

#[tokio::test]
async fn a_command_is_kept_once_with_the_head_that_was_known_then() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "early", given(30, "hold nobody knows the head yet")).await;
        take(store, "opened", opened(1, "c0ffee")).await;
        // Taken together with a push that came after it: nobody is bound to what they did not see.
        let together = [delivery("hold", given(31, "hold it")), delivery("push", opened(1, "beef"))];
        store.take(&together).await.expect("taken");
        take(store, "again", given(31, "unhold")).await;
        let commands = store.commands((SHOP, 1)).await.expect("read");
        let kept = commands
            .iter()
            .map(|kept| (kept.comment, kept.line.as_str(), kept.head.as_ref().map(|head| head.as_str())));
        let expected = [(30, "hold nobody knows the head yet", None), (31, "hold it", Some("c0ffee"))];
        assert_eq!(kept.collect::<Vec<_>>(), expected);
        assert_eq!(commands[1].written_at, at("2026-03-02T09:59:59Z"));
        let unanswered = store.unanswered_commands((SHOP, 1)).await.expect("read");
        assert_eq!(unanswered.into_iter().collect::<Vec<_>>(), [(30, commands[0].at), (31, commands[1].at)]);
        store.remember_answered(31, at("2026-03-02T10:00:05Z")).await.expect("remembered");
        assert_eq!(store.unanswered_commands((SHOP, 1)).await.expect("read"), [(30, commands[0].at)].into());
        assert_eq!(store.commands((SHOP, 2)).await.expect("read"), []);
    })
    .await;
}
