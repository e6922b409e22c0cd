use std::time::Duration;

use super::*;
use crate::fake::{Fake, NOW, connection, inserts, queue, removal, state, tombstone, wire};
use crate::policy::Policy;
use crate::ports::CallbackError;

async fn run(fake: &Fake, ids: &[&str]) -> Option<usize> {
    let connections: Vec<_> = ids.iter().map(|id| connection(id, 50)).collect();
    welcome(
        &inserts(&connections),
        fake,
        &fake.exchange(&Policy::welcome()),
    )
    .await
}

fn fake(states: &[&[(&str, u64)]]) -> Fake {
    Fake {
        states: queue(states.iter().map(|toggles| Some(state(toggles)))),
        ..Fake::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_connection_hears_the_whole_state_once() {
    let fake = fake(&[&[("1", 1), ("2", 1)]]);
    assert_eq!(run(&fake, &["a", "b"]).await, None);
    let whole = format!("[{},{}]", wire("1", 1), wire("2", 1));
    assert_eq!(fake.heard_by("a"), std::slice::from_ref(&whole));
    assert_eq!(fake.heard_by("b"), [whole]);
}

#[tokio::test(start_paused = true)]
async fn what_has_changed_meanwhile_is_told_until_nothing_has() {
    let fake = fake(&[
        &[("1", 1), ("2", 1)],
        &[("1", 2), ("3", 1)],
        &[("1", 1), ("3", 1)],
        &[("1", 1), ("3", 1)],
    ]);
    assert_eq!(run(&fake, &["a"]).await, None);
    let removed = r#"{"isRemoved":"true","featureId":{"featureId":{"S":"2"}}}"#.to_owned();
    let whole = format!("[{},{}]", wire("1", 1), wire("2", 1));
    assert_eq!(
        fake.heard_by("a"),
        [
            whole,
            format!("[{},{}]", wire("1", 2), wire("3", 1)),
            removed,
            wire("1", 1)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_toggle_that_is_deleted_meanwhile_is_told_with_its_revision() {
    let before = state(&[("1", 1), ("2", 1)]);
    let mut after = before.clone();
    after.insert("2".into(), tombstone("2", 17));
    let fake = Fake {
        states: queue([Some(before), Some(after)]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &["a"]).await, None);
    let whole = format!("[{},{}]", wire("1", 1), wire("2", 1));
    assert_eq!(fake.heard_by("a"), [whole, removal("2", 17)]);
}

/// A killed invocation may have sent the toggle, and the client adds a second array to the first.
#[tokio::test(start_paused = true)]
async fn toggles_deleted_since_the_connection_was_stored_are_told_as_removed() {
    let mut now = state(&[("1", 1)]);
    now.insert("2".into(), tombstone("2", NOW - 10));
    now.insert("3".into(), tombstone("3", NOW - 3_600_000));
    let fake = Fake {
        states: queue([Some(now)]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &["a"]).await, None);
    let whole = format!("[{}]", wire("1", 1));
    assert_eq!(fake.heard_by("a"), [whole, removal("2", NOW - 10)]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_not_open_yet_is_waited_for() {
    let fake = fake(&[&[("1", 1)]]).answer("a", &CallbackError::Gone, 5);
    assert_eq!(run(&fake, &["a"]).await, None);
    assert_eq!(
        (fake.heard_by("a").len(), fake.forgotten.borrow().len()),
        (1, 0)
    );
}

/// It holds up neither its batch nor those behind it.
#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_open_is_left_to_a_record_of_its_own() {
    let fake = fake(&[&[]]).answer("a", &CallbackError::Gone, 10_000);
    let began = Instant::now();
    assert_eq!(run(&fake, &["a", "b"]).await, None);
    assert!(began.elapsed() < Duration::from_secs(3));
    assert_eq!(
        (fake.heard_by("b").len(), fake.closed.borrow().len()),
        (1, 0)
    );
    assert_eq!(*fake.requeued.borrow(), ["a"]);

    let mut again = inserts(&[connection("a", 2_100)]);
    again.records[0].operation = Operation::Modify;
    fake.answers.borrow_mut().clear();
    let policy = Policy::welcome();
    assert_eq!(welcome(&again, &fake, &fake.exchange(&policy)).await, None);
    assert_eq!(fake.heard_by("a"), ["[]"]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_never_opens_is_forgotten_once_it_is_old() {
    let fake = fake(&[&[]]).answer("a", &CallbackError::Gone, 10_000);
    fake.closes.borrow_mut().push_back(CallbackError::Gone);
    let old = inserts(&[connection("a", 15_000)]);
    let policy = Policy::welcome();
    assert_eq!(welcome(&old, &fake, &fake.exchange(&policy)).await, None);
    assert_eq!(*fake.forgotten.borrow(), ["a"]);
    assert!(fake.requeued.borrow().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_cannot_be_left_to_another_record_fails() {
    let fake = Fake {
        requeues_fail: true,
        ..fake(&[&[]])
    }
    .answer("a", &CallbackError::Gone, 10_000);
    assert_eq!(run(&fake, &["a"]).await, Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_left_again_is_not_waited_for() {
    let fake = Fake {
        left: vec!["a".into()],
        ..fake(&[&[]])
    }
    .answer("a", &CallbackError::Gone, 10_000);
    assert_eq!(run(&fake, &["a"]).await, None);
    assert_eq!(fake.tried.borrow().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_410_after_a_message_is_a_closed_connection() {
    for (fake, end) in [
        (
            fake(&[&[("1", 1)]]).closes("a", CallbackError::Gone),
            End::Gone,
        ),
        // The 410 was wrong: it could still be closed.
        (fake(&[&[("1", 1)]]), End::Closed),
    ] {
        let (policy, held) = (Policy::welcome(), connection("a", 50));
        let exchange = fake.exchange(&policy);
        let mut line = ConnectionSender::new(&exchange, &held, false);
        line.tell(b"[]").await.unwrap();
        fake.answers
            .borrow_mut()
            .insert("a".into(), [CallbackError::Gone].into());
        assert_eq!(line.tell(b"{}").await, Err(end));
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_cannot_be_reached_is_closed_and_needs_no_retry() {
    let fake = fake(&[&[]]).answer("b", &CallbackError::Again("503".into()), 10_000);
    assert_eq!(run(&fake, &["a", "b", "c"]).await, None);
    assert_eq!((fake.heard_by("a").len(), fake.heard_by("c").len()), (1, 1));
    assert_eq!(*fake.closed.borrow(), ["b"]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_cannot_be_closed_either_fails_alone() {
    let fake = fake(&[&[]])
        .answer("b", &CallbackError::Again("503".into()), 10_000)
        .never_closes();
    assert_eq!(run(&fake, &["a", "b", "c"]).await, Some(1));
    assert_eq!((fake.heard_by("a").len(), fake.heard_by("c").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_state_that_cannot_be_read_fails_from_the_first_record() {
    let fake = Fake {
        states: queue([None]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &["a", "b"]).await, Some(0));
    assert!(fake.closed.borrow().is_empty(), "nothing was sent to them");
}

#[tokio::test(start_paused = true)]
async fn removals_are_not_welcomed() {
    let fake = fake(&[&[]]);
    let mut event = inserts(&[connection("a", 50)]);
    event.records[0].operation = Operation::Remove;
    assert_eq!(
        welcome(&event, &fake, &fake.exchange(&Policy::welcome())).await,
        None
    );
    assert!(fake.tried.borrow().is_empty());
}

#[tokio::test(start_paused = true)]
async fn connections_that_come_together_share_scans() {
    let fake = Fake {
        states: queue(std::iter::repeat_n(Some(state(&[("1", 1)])), 100)),
        ..Fake::default()
    };
    let ids: Vec<String> = (0..50).map(|id| id.to_string()).collect();
    assert_eq!(
        run(&fake, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await,
        None
    );
    assert!(
        100 - fake.states.borrow().len() <= 4,
        "{} scans",
        100 - fake.states.borrow().len()
    );
}

#[tokio::test(start_paused = true)]
async fn items_that_reach_nobody_fail_no_batch() {
    let expired = Connection {
        expiry: Some(NOW / 1_000),
        ..connection("a", 50)
    };
    let foreign = Connection {
        endpoint: "https://before/live".into(),
        ..connection("b", 50)
    };
    let fake = fake(&[&[]])
        .answer("b", &CallbackError::Refused("403".into()), 1)
        .never_closes();
    let mut event = inserts(&[expired, foreign, connection("c", 50), connection("d", 50)]);
    event.records[2].change.new_image = None;
    assert_eq!(
        welcome(&event, &fake, &fake.exchange(&Policy::welcome())).await,
        None
    );
    assert_eq!(
        (fake.heard.borrow().len(), fake.heard_by("d").len()),
        (1, 1)
    );
    assert_eq!(*fake.forgotten.borrow(), ["b"]);
}

#[tokio::test(start_paused = true)]
async fn connections_that_come_together_share_a_failure_and_stay_open() {
    let fake = Fake {
        states: queue(std::iter::repeat_n(None, 100)),
        latency: Duration::from_secs(9),
        ..Fake::default()
    };
    let ids: Vec<String> = (0..50).map(|id| id.to_string()).collect();
    let began = Instant::now();
    let failed = run(&fake, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(failed, Some(0));
    assert!(began.elapsed() <= Duration::from_secs(18), "two scans");
    assert!(fake.closed.borrow().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_answer_is_left_at_the_deadline() {
    let fake = Fake {
        states: queue([Some(state(&[]))]),
        latency: Duration::from_hours(1),
        ..Fake::default()
    };
    let began = Instant::now();
    assert_eq!(run(&fake, &["a"]).await, Some(0));
    assert!(began.elapsed() < Duration::from_mins(1));
    assert!(fake.closed.borrow().is_empty());
}
