use std::cell::RefCell;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use toggle_contract::receipt::{self, Share};

use super::*;
use crate::clock::{Clock, Deadline};
use crate::coalesce::Trigger;
use crate::connection::Connection;
use crate::event::{BatchResponse, Identity, StreamEvent};
use crate::fake::{Fake, NOW, changes, connection, queue, removal, state, tombstone, wire};
use crate::item::{Item, State};
use crate::pace::Pace;
use crate::policy::Policy;
use crate::ports::CallbackError;
use crate::task::{Recipients, Segment};

const OLD: u64 = 60_000;
const YOUNG: u64 = 2_000;

#[tokio::test(start_paused = true)]
async fn posts_retries_and_closes_are_paced() {
    let ids = 0..30;
    let connections: Vec<_> = ids.map(|id| connection(&format!("{id:02}"), OLD)).collect();
    let mut fake = fake(&connections, &[("1", 1)])
        .answer("00", &again(), 1)
        .answer("01", &CallbackError::InDoubt("late".into()), 1);
    fake.pace = Pace::per_second(NonZeroU32::new(10).unwrap());
    let began = Instant::now();
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!(
        (fake.tried.borrow().len(), fake.closed.borrow().len()),
        (31, 1)
    );
    // Of 32 calls the first needs no turn, and the burst is one.
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(2_990), "{took:?}");
    assert!(took < Duration::from_millis(3_300), "{took:?}");
}

/// Several toggles in the form of one message.
fn array(toggles: &[(&str, u64)]) -> String {
    let items: Vec<_> = toggles.iter().map(|(id, value)| wire(id, *value)).collect();
    format!("[{}]", items.join(","))
}

/// The policy, if that many connections are the most.
fn few(most: usize) -> Policy {
    Policy {
        slice_above: most,
        ..Policy::announce()
    }
}

fn again() -> CallbackError {
    CallbackError::Again("429".into())
}

fn fake(connections: &[Connection], now: &[(&str, u64)]) -> Fake {
    Fake {
        pages: vec![Some(connections.to_vec())],
        states: queue([Some(state(now))]),
        ..Fake::default()
    }
}

async fn run(fake: &Fake, batch: &[(&str, Option<u64>)]) -> Option<usize> {
    run_warm(fake, &Known::default(), batch).await
}

async fn run_warm(fake: &Fake, known: &Known, batch: &[(&str, Option<u64>)]) -> Option<usize> {
    announce(
        &changes(batch),
        fake,
        known,
        &fake.exchange(&Policy::announce()),
        &fake.outbox(),
    )
    .await
}

#[tokio::test(start_paused = true)]
async fn every_connection_of_every_page_hears_a_change() {
    let pages = vec![
        Some(vec![connection("a", OLD), connection("b", OLD)]),
        Some(vec![connection("c", OLD)]),
    ];
    let fake = Fake {
        pages,
        states: queue([Some(state(&[("1", 7)]))]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(7)), ("2", None)]).await, None);
    let removed = r#"{"isRemoved":"true","featureId":{"featureId":{"S":"2"}}}"#.to_owned();
    for id in ["a", "b", "c"] {
        assert_eq!(fake.heard_by(id), [wire("1", 7), removed.clone()]);
    }
}

/// The first array of a connection is its state: only once it must have that, several changes are an
/// array.
#[tokio::test(start_paused = true)]
async fn several_changes_are_one_message_but_not_to_the_young() {
    let connections = [connection("old", OLD), connection("young", YOUNG)];
    let fake = fake(&connections, &[("1", 1), ("2", 1)]);
    let batch = [("1", Some(1)), ("2", Some(1)), ("3", None)];
    assert_eq!(run(&fake, &batch).await, None);
    let removed = r#"{"isRemoved":"true","featureId":{"featureId":{"S":"3"}}}"#.to_owned();
    assert_eq!(
        fake.heard_by("old"),
        [array(&[("1", 1), ("2", 1)]), removed.clone()]
    );
    assert_eq!(
        fake.heard_by("young"),
        [wire("1", 1), wire("2", 1), removed]
    );
}

#[tokio::test(start_paused = true)]
async fn a_hundred_changes_reach_thousands_of_connections_in_one_short_invocation() {
    let toggles: Vec<(String, u64)> = (100..200).map(|id| (id.to_string(), 1)).collect();
    let toggles: Vec<(&str, u64)> = toggles.iter().map(|(id, at)| (id.as_str(), *at)).collect();
    let ids = 0..2_000;
    let connections: Vec<_> = ids.map(|id| connection(&id.to_string(), OLD)).collect();
    let fake = Fake {
        post_takes: Duration::from_millis(15),
        ..fake(&connections, &toggles)
    };
    let policy = Policy::announce();
    let exchange = Delivery {
        deadline: Deadline::of(&Clock::at(NOW), NOW + 12_000),
        ..fake.exchange(&policy)
    };
    let batch: Vec<_> = toggles.iter().map(|(id, at)| (*id, Some(*at))).collect();
    let failed = announce(
        &changes(&batch),
        &fake,
        &Known::default(),
        &exchange,
        &fake.outbox(),
    )
    .await;
    assert_eq!((failed, fake.closed.borrow().len()), (None, 0));
    let whole = array(&toggles);
    let heard = fake.heard.borrow();
    assert_eq!(heard.len(), 2_000);
    assert!(heard.iter().all(|(_, message)| *message == whole));
}

#[tokio::test(start_paused = true)]
async fn a_warm_instance_tells_whom_it_knows_before_it_scans() {
    let [a, b, c] = ["a", "b", "c"].map(|id| connection(id, OLD));
    let known = Known::default();
    known.add(&a);
    known.add(&b);
    let fake = fake(&[b.clone(), c.clone()], &[("1", 1)]).answer("b", &again(), 1);
    assert_eq!(run_warm(&fake, &known, &[("1", Some(1))]).await, None);
    let heard: Vec<_> = fake
        .heard
        .borrow()
        .iter()
        .map(|(id, _)| id.clone())
        .collect();
    assert_eq!(heard.len(), 3, "each once: {heard:?}");
    assert_eq!(heard[0], "a", "{heard:?}");
    assert_eq!(
        known.all(),
        [b, c].into(),
        "who is not stored any more is forgotten"
    );
}

#[tokio::test(start_paused = true)]
async fn a_known_connection_that_is_slow_holds_up_nobody_else() {
    let known = Known::default();
    known.add(&connection("a", OLD));
    let fake = fake(&[connection("a", OLD), connection("b", OLD)], &[("1", 1)]).answer(
        "a",
        &again(),
        1_000,
    );
    let began = Instant::now();
    assert_eq!(run_warm(&fake, &known, &[("1", Some(1))]).await, None);
    assert_eq!(fake.heard_by("b").len(), 1);
    let told = fake.tally.told.get().unwrap() - began;
    assert!(told < Duration::from_millis(30), "{told:?}");
    assert_eq!(
        known.all(),
        [connection("b", OLD)].into(),
        "who was not told is not known"
    );
}

#[tokio::test(start_paused = true)]
async fn a_known_connection_has_been_open_and_is_closed_however_young() {
    let young = connection("a", YOUNG);
    let known = Known::default();
    known.add(&young);
    let fake = fake(&[young], &[("1", 1)]).answer("a", &CallbackError::Gone, 1);
    assert_eq!(run_warm(&fake, &known, &[("1", Some(1))]).await, None);
    assert_eq!((fake.tried.borrow().len(), fake.tally.gone.get()), (1, 1));
    assert_eq!(
        (fake.forgotten.borrow().as_slice(), known.all()),
        (["a".to_owned()].as_slice(), [].into())
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_that_was_written_again_is_a_new_connection() {
    let (before, after) = (
        connection("a", OLD),
        Connection {
            endpoint: "https://f".into(),
            ..connection("a", OLD)
        },
    );
    let known = Known::default();
    known.add(&before);
    let fake = fake(std::slice::from_ref(&after), &[("1", 1)]);
    assert_eq!(run_warm(&fake, &known, &[("1", Some(1))]).await, None);
    assert_eq!(known.all(), [after].into());
}

#[test]
fn an_instance_knows_a_bounded_number() {
    let known = Known::bounded(1);
    known.add(&connection("a", OLD));
    known.add(&connection("b", OLD));
    assert_eq!(known.all(), [connection("a", OLD)].into());
}

#[test]
fn changes_to_one_toggle_are_one_in_the_order_of_the_last() {
    let (triggers, malformed) = coalesce(&changes(&[
        ("1", Some(1)),
        ("2", Some(1)),
        ("1", Some(2)),
        ("3", None),
    ]));
    let expected = [("2", 1), ("1", 0), ("3", 3)];
    let expected = expected.map(|(id, first)| Trigger {
        id: id.into(),
        first,
    });
    assert_eq!(
        (triggers.as_slice(), malformed),
        (expected.as_slice(), None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_can_be_neither_told_nor_closed_is_left_to_the_queue() {
    let fake = fake(
        &[connection("a", OLD), connection("b", OLD)],
        &[("1", 2), ("2", 1)],
    )
    .answer("a", &again(), 1_000)
    .never_closes();
    let batch = [("2", Some(1)), ("1", Some(1)), ("1", Some(2))];
    assert_eq!(run(&fake, &batch).await, None, "b would be told again");
    assert_eq!(fake.heard_by("b"), [array(&[("2", 1), ("1", 2)])]);
    let parcels = fake.parcels.borrow();
    let left = Recipients::Connections(vec![connection("a", OLD)]);
    assert_eq!((parcels.len(), &parcels[0].task.recipients), (1, &left));
    assert_eq!(
        parcels[0].task.toggles,
        ["1", "2"].map(str::to_owned).into()
    );
    assert_eq!(parcels[0].group, "invocation-0", "no segment's");
}

#[tokio::test(start_paused = true)]
async fn a_record_fails_if_the_queue_cannot_be_written() {
    let fake = Fake {
        queue_fails: true,
        ..fake(&[connection("a", OLD)], &[("1", 1), ("2", 1)])
    }
    .answer("a", &again(), 1_000)
    .never_closes();
    let batch = changes(&[("2", Some(1)), ("1", Some(1))]);
    let failed = run(&fake, &[("2", Some(1)), ("1", Some(1))]).await;
    let response = serde_json::to_string(&BatchResponse::retry_from(&batch, failed)).unwrap();
    assert_eq!(
        response,
        r#"{"batchItemFailures":[{"itemIdentifier":"100"}]}"#
    );
}

/// As many as the scan finds, page by page, before anybody that it finds is told.
#[tokio::test(start_paused = true)]
async fn more_connections_than_fit_are_left_to_the_workers() {
    let ids = 0..6;
    let pages = ids.map(|id| Some(vec![connection(&format!("c{id}"), OLD)]));
    let (known, policy) = (Known::default(), few(3));
    let known_before = connection("known", OLD);
    known.add(&known_before);
    let fake = Fake {
        pages: pages.collect(),
        states: queue([Some(state(&[("1", 1), ("2", 1)]))]),
        ..Fake::default()
    };
    let batch = changes(&[("2", Some(1)), ("1", Some(1))]);
    let exchange = fake.exchange(&policy);
    let failed = announce(&batch, &fake, &known, &exchange, &fake.outbox()).await;
    assert_eq!((failed, known.all().len()), (None, 0));
    let heard: Vec<_> = fake
        .heard
        .borrow()
        .iter()
        .map(|(id, _)| id.clone())
        .collect();
    assert_eq!(heard, ["known"], "who is known is told meanwhile");

    let segments = fake.segments();
    let of = |index| Segment {
        index,
        of: 64,
        after: None,
    };
    let toggles = vec!["1".to_owned(), "2".to_owned()];
    let expected: Vec<_> = (0..64).map(|index| (of(index), toggles.clone())).collect();
    assert_eq!(segments, expected);
    let parcels = fake.parcels.borrow();
    assert_eq!(parcels[5].group, "segment-5");
    assert!(parcels[5].id.starts_with("101-5-"), "{}", parcels[5].id);
}

/// The queue drops a message that it has stored, but never one with other toggles.
#[tokio::test(start_paused = true)]
async fn a_retry_stores_the_same_messages() {
    let ids = async |toggles: &[(&str, Option<u64>)]| {
        let fake = fake(&[connection("a", OLD)], &[("1", 1), ("2", 1)]);
        let (known, policy) = (Known::default(), few(0));
        let exchange = fake.exchange(&policy);
        announce(&changes(toggles), &fake, &known, &exchange, &fake.outbox()).await;
        let parcels = fake.parcels.borrow();
        parcels
            .iter()
            .map(|parcel| parcel.id.clone())
            .collect::<BTreeSet<_>>()
    };
    let first = ids(&[("1", Some(1)), ("2", Some(1))]).await;
    assert_eq!(first.len(), 64);
    assert_eq!(ids(&[("1", Some(1)), ("2", Some(1))]).await, first);
    assert!(
        ids(&[("1", Some(1)), ("1", Some(1))])
            .await
            .is_disjoint(&first)
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_fails_if_its_slices_cannot_be_stored() {
    let fake = Fake {
        queue_fails: true,
        ..fake(&[connection("a", OLD)], &[("1", 1)])
    };
    let (known, policy) = (Known::default(), few(0));
    let exchange = fake.exchange(&policy);
    let batch = changes(&[("1", Some(1))]);
    let failed = announce(&batch, &fake, &known, &exchange, &fake.outbox()).await;
    assert_eq!(failed, Some(0));
}

/// Changes that are made meanwhile are then one batch of the stream.
#[tokio::test(start_paused = true)]
async fn a_coordinator_stays_while_the_queue_drains() {
    let stays = async |depths: Vec<u64>| {
        let fake = Fake {
            depths: RefCell::new(depths.into()),
            ..fake(&[connection("a", OLD)], &[("1", 1)])
        };
        let (known, policy) = (Known::default(), few(0));
        let exchange = fake.exchange(&policy);
        let batch = changes(&[("1", Some(1))]);
        let began = Instant::now();
        let failed = announce(&batch, &fake, &known, &exchange, &fake.outbox()).await;
        assert_eq!(failed, None);
        began.elapsed().as_secs()
    };
    assert_eq!(stays(vec![64, 60, 30, 8]).await, 5);
    let (falls, stuck) = ((0..1_000).rev().collect(), vec![3; 1_000]);
    assert!((50..54).contains(&stays(falls).await), "until its deadline");
    assert_eq!(stays(stuck).await, 21, "it no longer becomes emptier");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_closed_needs_no_retry() {
    for error in [again(), CallbackError::InDoubt("late".into())] {
        let fake = fake(
            &[connection("a", OLD), connection("b", OLD)],
            &[("1", 1), ("2", 1)],
        )
        .answer("a", &error, 1_000);
        let failed = run(&fake, &[("1", Some(1)), ("2", Some(1))]).await;
        assert_eq!(failed, None, "a retry would send to b again");
        assert_eq!(*fake.closed.borrow(), ["a"]);
        assert_eq!(fake.heard_by("b"), [array(&[("1", 1), ("2", 1)])]);
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_is_backed_off_and_overcome() {
    let fake = fake(&[connection("a", OLD)], &[("1", 1)]).answer("a", &again(), 6);
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!((fake.heard_by("a").len(), fake.tally.retries.get()), (1, 6));
    let tried = fake.tried.borrow();
    let longest =
        [100, 200, 400, 800, 1_600, 3_000].map(|ceiling| Duration::from_millis(ceiling + 1));
    assert!(
        tried
            .windows(2)
            .zip(longest)
            .all(|(pair, longest)| pair[1] - pair[0] <= longest)
    );
    assert!(tried[6] - tried[0] > Duration::from_millis(300), "it waits");
}

#[tokio::test(start_paused = true)]
async fn silence_closes_the_connection_as_the_post_may_still_arrive() {
    let fake = fake(&[connection("a", OLD)], &[("1", 1)]).answer(
        "a",
        &CallbackError::InDoubt("late".into()),
        1,
    );
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!(*fake.closed.borrow(), ["a"]);
    assert_eq!(fake.tried.borrow().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_item_of_an_old_closed_connection_is_deleted() {
    let fake = fake(&[connection("a", OLD), connection("b", OLD)], &[("1", 1)]).answer(
        "a",
        &CallbackError::Gone,
        1,
    );
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!(*fake.forgotten.borrow(), ["a"]);
    assert_eq!((fake.tally.gone.get(), fake.heard_by("b").len()), (1, 1));
}

/// 410 may be wrong: then the close ends the connection, and its client reconnects.
#[tokio::test(start_paused = true)]
async fn a_closed_connection_is_closed_before_it_is_forgotten() {
    let gone = || {
        fake(&[connection("a", OLD), connection("b", OLD)], &[("1", 1)]).answer(
            "a",
            &CallbackError::Gone,
            1,
        )
    };
    let open = gone();
    assert_eq!(run(&open, &[("1", Some(1))]).await, None);
    assert_eq!(
        [
            open.closed.borrow().clone(),
            open.forgotten.borrow().clone()
        ],
        [["a"], ["a"]]
    );

    let closed = gone();
    closed.closes.borrow_mut().push_back(CallbackError::Gone);
    assert_eq!(run(&closed, &[("1", Some(1))]).await, None);
    assert_eq!(*closed.forgotten.borrow(), ["a"]);

    let unknown = gone().never_closes();
    assert_eq!(run(&unknown, &[("1", Some(1))]).await, None);
    assert!(unknown.forgotten.borrow().is_empty(), "it may be open");
    assert_eq!(unknown.queued(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_young_connection_is_tried_again_and_keeps_its_item() {
    let young = connection("a", YOUNG);
    let opens =
        fake(std::slice::from_ref(&young), &[("1", 1)]).answer("a", &CallbackError::Gone, 3);
    assert_eq!(run(&opens, &[("1", Some(1))]).await, None);
    assert_eq!(opens.heard_by("a").len(), 1);

    let never =
        fake(std::slice::from_ref(&young), &[("1", 1)]).answer("a", &CallbackError::Gone, 1_000);
    never.closes.borrow_mut().push_back(CallbackError::Gone);
    assert_eq!(
        run(&never, &[("1", Some(1))]).await,
        None,
        "new-connection tells it"
    );
    assert_eq!(
        (never.tally.early.get(), never.forgotten.borrow().len()),
        (1, 0)
    );

    // It may be open, and new-connection through with it, if the 410 is wrong.
    let unknown = fake(&[young], &[("1", 1)])
        .answer("a", &CallbackError::Gone, 1_000)
        .never_closes();
    assert_eq!(run(&unknown, &[("1", Some(1))]).await, None);
    assert_eq!(unknown.queued(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn if_a_page_cannot_be_read_the_workers_read_them() {
    let pages = vec![Some(vec![connection("a", OLD)]), None];
    let fake = Fake {
        pages,
        states: queue([Some(state(&[("1", 1), ("2", 1)]))]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(1)), ("2", Some(1))]).await, None);
    assert_eq!(fake.segments().len(), 64);
    assert!(fake.tried.borrow().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_toggle_that_has_changed_meanwhile_is_told_again() {
    let states = [Some(state(&[("1", 2)])), Some(state(&[("1", 3)]))];
    let fake = Fake {
        pages: vec![Some(vec![connection("a", OLD)])],
        states: queue(states),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!(fake.heard_by("a"), [wire("1", 2), wire("1", 3)]);
}

/// As when a record is retried, or replayed by a mapping that was created again.
#[tokio::test(start_paused = true)]
async fn no_client_hears_the_image_of_an_old_record() {
    let fake = fake(&[connection("a", OLD)], &[("1", 2)]);
    assert_eq!(run(&fake, &[("1", Some(1)), ("2", Some(1))]).await, None);
    let removed = r#"{"isRemoved":"true","featureId":{"featureId":{"S":"2"}}}"#.to_owned();
    assert_eq!(fake.heard_by("a"), [wire("1", 2), removed]);
}

#[tokio::test(start_paused = true)]
async fn a_tombstone_is_told_as_a_removal_with_its_revision() {
    let deleted = State::from([("1".to_owned(), tombstone("1", 17))]);
    let fake = Fake {
        pages: vec![Some(vec![connection("a", OLD)])],
        states: queue([Some(deleted)]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!(fake.heard_by("a"), [removal("1", 17)]);
}

#[tokio::test(start_paused = true)]
async fn a_toggle_that_cannot_be_read_again_fails() {
    let fake = Fake {
        pages: vec![Some(vec![connection("a", OLD)])],
        states: queue([Some(state(&[("1", 1)])), None]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(1))]).await, Some(0));
    assert_eq!(fake.heard_by("a"), [wire("1", 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_toggle_that_cannot_be_read_fails_and_the_others_are_sent() {
    let fake = Fake {
        pages: vec![Some(vec![connection("a", OLD)])],
        states: queue([Some(state(&[("1", 1)])), None, Some(state(&[("1", 1)]))]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(1)), ("2", Some(1))]).await, Some(1));
    assert_eq!(fake.heard_by("a"), [wire("1", 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_record_without_an_id_fails_and_the_others_are_told() {
    let fake = fake(&[connection("a", OLD)], &[("1", 1)]);
    let mut event = changes(&[("1", Some(1)), ("2", Some(1))]);
    event.records[1].change.keys.clear();
    assert_eq!(
        announce(
            &event,
            &fake,
            &Known::default(),
            &fake.exchange(&Policy::announce()),
            &fake.outbox()
        )
        .await,
        Some(1)
    );
    assert_eq!(fake.heard_by("a"), [wire("1", 1)]);
}

/// As long as `DynamoDB` has not deleted it, its item is found.
#[tokio::test(start_paused = true)]
async fn an_expired_item_is_not_sent_to() {
    let expired = Connection {
        expiry: Some(NOW / 1_000),
        ..connection("a", OLD)
    };
    let fake = fake(&[expired, connection("b", OLD)], &[("1", 1)]);
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!(
        (fake.tried.borrow().len(), fake.heard_by("b").len()),
        (1, 1)
    );
}

/// The API was deleted and created again: its old connections answer 403, or nothing at all.
#[tokio::test(start_paused = true)]
async fn a_connection_of_another_api_is_forgotten_and_delays_nobody() {
    let errors = [
        CallbackError::Refused("403".into()),
        CallbackError::InDoubt("late".into()),
        CallbackError::Gone,
        again(),
    ];
    for error in errors {
        let foreign = Connection {
            endpoint: "https://before/live".into(),
            ..connection("a", YOUNG)
        };
        let fake = fake(&[foreign, connection("b", OLD)], &[("1", 1)])
            .answer("a", &error, 1_000)
            .never_closes();
        let began = Instant::now();
        assert_eq!(run(&fake, &[("1", Some(1))]).await, None, "{error}");
        assert_eq!(*fake.forgotten.borrow(), ["a"]);
        assert_eq!(fake.heard_by("b").len(), 1);
        assert!(began.elapsed() < Duration::from_secs(5), "{error}");
    }
}

/// If only the form of the URL differs, it works: nothing is lost.
#[tokio::test(start_paused = true)]
async fn a_connection_of_another_url_that_accepts_messages_is_kept() {
    let other = Connection {
        endpoint: "https://e/live/".into(),
        ..connection("a", OLD)
    };
    let fake = fake(&[other], &[("1", 1)]);
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!(
        (fake.heard_by("a").len(), fake.forgotten.borrow().len()),
        (1, 0)
    );
}

/// A shard's next change waits until the invocation for this one is done.
#[tokio::test(start_paused = true)]
async fn bad_connections_of_the_own_api_do_not_delay_the_next_change() {
    let refused = CallbackError::Refused("403".into());
    let bad = [
        connection("refused", OLD),
        connection("unopened", YOUNG),
        connection("timed out", OLD),
    ];
    let all = [&bad[..], &[connection("fine", OLD)]].concat();
    let fake = fake(&all, &[("1", 1)])
        .answer("refused", &refused, 1_000)
        .closes("refused", refused)
        .answer("unopened", &CallbackError::Gone, 1_000)
        .closes("unopened", CallbackError::Gone)
        .answer("timed out", &CallbackError::InDoubt("504".into()), 1);
    for change in 1..=2 {
        let began = Instant::now();
        assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert_eq!(fake.heard_by("fine").len(), change);
        assert_eq!(fake.queued(), ["refused"].repeat(change));
    }
    assert_eq!(*fake.closed.borrow(), ["timed out"]);
}

/// A permission is missing: that is everybody's failure, and no connection's end.
#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_own_api_forgets_nobody() {
    let fake = fake(&[connection("a", OLD)], &[("1", 1)])
        .answer("a", &CallbackError::Refused("403".into()), 1)
        .never_closes();
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert!(fake.forgotten.borrow().is_empty());
    assert_eq!(fake.queued(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_scan_that_lasts_until_the_deadline_is_left_to_the_workers() {
    let fake = Fake {
        pages: vec![Some(vec![connection("a", OLD)]); 100],
        states: queue([Some(state(&[("1", 1)]))]),
        latency: Duration::from_secs(5),
        ..Fake::default()
    };
    let began = Instant::now();
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert!(began.elapsed() < Duration::from_mins(1));
    assert_eq!((fake.segments().len(), fake.tried.borrow().len()), (64, 0));
}

/// Its time ends in the middle of them: nobody is closed, and who was told is not told again.
#[tokio::test(start_paused = true)]
async fn connections_that_time_is_too_short_for_are_left_to_the_queue() {
    let ids = 0..1_000;
    let connections: Vec<_> = ids.map(|id| connection(&id.to_string(), OLD)).collect();
    let fake = Fake {
        post_takes: Duration::from_millis(1_900),
        ..fake(&connections, &[("1", 1)])
    };
    let policy = Policy::announce();
    let exchange = Delivery {
        deadline: Deadline::of(&Clock::at(NOW), NOW + 12_000),
        ..fake.exchange(&policy)
    };
    let (batch, known) = (changes(&[("1", Some(1))]), Known::default());
    let began = Instant::now();
    let failed = announce(&batch, &fake, &known, &exchange, &fake.outbox()).await;
    assert_eq!((failed, fake.closed.borrow().len()), (None, 0));
    assert!(began.elapsed() < Duration::from_secs(12));
    let heard = fake.heard.borrow();
    let (told, left): (BTreeSet<_>, BTreeSet<_>) = (
        heard.iter().map(|(id, _)| id.clone()).collect(),
        fake.queued().into_iter().collect(),
    );
    assert_eq!((told.len(), left.len()), (128 * 4, 1_000 - 128 * 4));
    assert!(told.is_disjoint(&left));
    assert_eq!(fake.parcels.borrow().len(), 5, "a hundred in one message");
}

#[tokio::test(start_paused = true)]
async fn a_toggle_that_is_not_read_in_time_fails() {
    let fake = Fake {
        latency: Duration::from_hours(1),
        ..fake(&[connection("a", OLD)], &[("1", 1)])
    };
    let began = Instant::now();
    assert_eq!(run(&fake, &[("1", Some(1))]).await, Some(0));
    assert!(began.elapsed() < Duration::from_mins(1));
    assert!(fake.tried.borrow().is_empty());
}

/// However often a toggle changes while it is sent, its last state is sent, or left to the workers.
#[tokio::test(start_paused = true)]
async fn a_toggle_that_changes_in_many_rounds_is_sent_to_the_end() {
    let states = (1..=20).map(|value| Some(state(&[("1", value)])));
    let fake = Fake {
        pages: vec![Some(vec![connection("a", OLD)])],
        states: queue(states),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert_eq!(fake.heard_by("a").last(), Some(&wire("1", 20)));
}

#[tokio::test(start_paused = true)]
async fn a_toggle_that_changes_until_the_deadline_is_left_to_the_workers() {
    let states = (1..=1_000).map(|value| Some(state(&[("1", value)])));
    let fake = Fake {
        pages: vec![Some(vec![connection("a", OLD)])],
        states: queue(states),
        latency: Duration::from_millis(500),
        ..Fake::default()
    };
    let began = Instant::now();
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    assert!(began.elapsed() < Duration::from_mins(1));
    assert_eq!(fake.segments().len(), 64);
}

/// A batch whose first change asks for a receipt.
fn awaited(batch: &[(&str, Option<u64>)]) -> StreamEvent {
    let mut event = changes(batch);
    let image = event.records[0].change.new_image.as_mut().unwrap();
    let key = serde_json::json!({"S": "receipt:a"});
    image.insert(receipt::REQUEST.into(), key);
    event
}

fn share(fake: &Fake, name: &str) -> Share {
    fake.shares.borrow()["receipt:a"][name].clone()
}

/// One accepts, one is closed since it may not have, one has left, one is not open yet, and one is
/// left to the queue.
#[tokio::test(start_paused = true)]
async fn a_receipt_counts_who_was_told_who_was_closed_and_what_is_left() {
    let connections = ["told", "closed", "gone", "left"].map(|id| connection(id, OLD));
    let young = connection("early", 0);
    let fake = fake(&[&connections[..], &[young]].concat(), &[("1", 1)])
        .answer("closed", &CallbackError::InDoubt("late".into()), 1)
        .answer("gone", &CallbackError::Gone, 1)
        .answer("early", &CallbackError::Gone, 1_000)
        .answer("left", &again(), 1_000)
        .closes("gone", CallbackError::Gone)
        .closes("early", CallbackError::Gone)
        .closes("left", CallbackError::Refused("403".into()));
    let policy = Policy::announce();
    let (known, exchange) = (Known::default(), fake.exchange(&policy));
    let event = awaited(&[("1", Some(1)), ("2", Some(1))]);
    let failed = announce(&event, &fake, &known, &exchange, &fake.outbox()).await;
    assert_eq!((failed, fake.queued()), (None, vec!["left".to_owned()]));
    let request = fake.parcels.borrow()[0].task.receipt.clone().unwrap();
    assert_eq!(request.receipts, ["receipt:a".to_owned()].into());
    let wanted = Share {
        told: 1,
        unreached: 1,
        rests: [(request.message, 1)].into(),
    };
    assert_eq!(share(&fake, "toggle 1"), wanted);
    assert_eq!(
        fake.shares.borrow()["receipt:a"].len(),
        1,
        "only of toggle 1"
    );
}

#[tokio::test(start_paused = true)]
async fn a_receipt_of_slices_names_their_messages() {
    let connections: Vec<_> = (0..3).map(|id| connection(&id.to_string(), OLD)).collect();
    let fake = fake(&connections, &[("1", 1)]);
    let (policy, known) = (few(2), Known::default());
    let exchange = fake.exchange(&policy);
    let event = awaited(&[("1", Some(1))]);
    announce(&event, &fake, &known, &exchange, &fake.outbox()).await;
    let share = share(&fake, "toggle 1");
    assert_eq!((share.told, share.rests.len()), (0, 64));
    for parcel in fake.parcels.borrow().iter() {
        let request = parcel.task.receipt.as_ref().unwrap();
        assert_eq!(share.rests[&request.message], 0);
    }
}

/// Neither costs a connection anything.
#[tokio::test(start_paused = true)]
async fn a_receipt_is_written_only_if_it_is_asked_for_and_its_failure_fails_nothing() {
    let connections = [connection("a", OLD)];
    let unasked = fake(&connections, &[("1", 1)]);
    assert_eq!(run(&unasked, &[("1", Some(1))]).await, None);
    assert!(unasked.shares.borrow().is_empty());

    let mut failing = fake(&connections, &[("1", 1)]);
    failing.reports_fail = true;
    let (policy, known) = (Policy::announce(), Known::default());
    let event = awaited(&[("1", Some(1))]);
    let exchange = failing.exchange(&policy);
    let failed = announce(&event, &failing, &known, &exchange, &failing.outbox()).await;
    assert_eq!((failed, failing.heard_by("a").len()), (None, 1));
}

/// A retry reports then: the toggle cannot be read now, or nothing can be left to the queue.
#[tokio::test(start_paused = true)]
async fn what_is_retried_is_in_no_receipt() {
    let mut unread = fake(&[connection("a", OLD)], &[]);
    unread.states = queue([None]);
    let mut unstored = fake(&[connection("a", OLD)], &[("1", 1)])
        .answer("a", &again(), 1_000)
        .never_closes();
    unstored.queue_fails = true;
    for fake in [unread, unstored] {
        let (policy, known) = (Policy::announce(), Known::default());
        let event = awaited(&[("1", Some(1))]);
        let exchange = fake.exchange(&policy);
        let failed = announce(&event, &fake, &known, &exchange, &fake.outbox()).await;
        assert_eq!(failed, Some(0));
        assert!(fake.shares.borrow().is_empty());
    }
}

/// Clients were sent the removal a day before; a toggle that was deleted by hand in between is new.
#[tokio::test(start_paused = true)]
async fn a_tombstone_that_expires_is_sent_to_nobody() {
    let fake = fake(&[connection("a", OLD)], &[]);
    let mut event = changes(&[("1", None), ("2", None), ("3", None)]);
    for index in [0, 2] {
        event.records[index].identity = Some(Identity {
            r#type: "Service".into(),
            principal_id: "dynamodb.amazonaws.com".into(),
        });
    }
    let (policy, known) = (Policy::announce(), Known::default());
    let exchange = fake.exchange(&policy);
    let failed = announce(&event, &fake, &known, &exchange, &fake.outbox()).await;
    let removed = r#"{"isRemoved":"true","featureId":{"featureId":{"S":"2"}}}"#;
    assert_eq!(
        (failed, fake.heard_by("a")),
        (None, vec![removed.to_owned()])
    );

    event.records.remove(1);
    let failed = announce(&event, &fake, &known, &exchange, &fake.outbox()).await;
    assert_eq!((failed, fake.heard_by("a").len()), (None, 1));
}

/// A toggle that is on for the group `beta`, and never tells why.
fn ruled(id: &str) -> Item {
    let targeting = r#"{"if":[{"$ref":"beta"},"on","off"]}"#;
    let item = serde_json::json!({ "featureId": {"S": id}, "isActive": {"BOOL": true},
        "targeting": {"S": targeting} });
    serde_json::from_value(item).unwrap()
}

fn beta() -> Item {
    let segment = serde_json::json!({ "segment": {"S": r#"{"in":["beta",{"var":"groups"}]}"#} });
    serde_json::from_value(segment).unwrap()
}

/// As a client is told it.
fn told(id: &str, is_active: bool) -> String {
    format!(r#"{{"featureId":{{"S":"{id}"}},"isActive":{{"BOOL":{is_active}}}}}"#)
}

fn ruled_state() -> State {
    State::from([
        ("1".to_owned(), ruled("1")),
        ("segment:beta".to_owned(), beta()),
    ])
}

fn somebody(id: &str, age_ms: u64, context: &str) -> Connection {
    Connection {
        context: Some(context.to_owned()),
        ..connection(id, age_ms)
    }
}

#[tokio::test(start_paused = true)]
async fn each_connection_hears_its_own_answer_and_no_rule() {
    let connections = [
        somebody("beta", OLD, r#"{"targetingKey":"u","groups":["beta"]}"#),
        somebody("young", YOUNG, r#"{"groups":["beta"]}"#),
        somebody("other", OLD, r#"{"targetingKey":"v","groups":[]}"#),
        connection("nobody", OLD),
    ];
    let fake = Fake {
        pages: vec![Some(connections.to_vec())],
        states: queue([Some(ruled_state())]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(1))]).await, None);
    for (id, is_active) in [
        ("beta", true),
        ("young", true),
        ("other", false),
        ("nobody", false),
    ] {
        assert_eq!(fake.heard_by(id), [told("1", is_active)], "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_segment_is_not_sent_but_the_toggles_that_name_it_are() {
    let fake = Fake {
        referring: ruled_state(),
        pages: vec![Some(vec![somebody("beta", OLD, r#"{"groups":["beta"]}"#)])],
        states: queue([Some(ruled_state())]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("segment:beta", Some(1))]).await, None);
    assert_eq!(fake.heard_by("beta"), [told("1", true)]);
}

/// Who has heard nothing may not be open yet.
#[tokio::test(start_paused = true)]
async fn a_change_that_is_sent_to_nobody_makes_nobody_known() {
    let (known, listener) = (Known::default(), connection("a", OLD));
    let fake = Fake {
        pages: vec![Some(vec![listener])],
        states: queue([Some(ruled_state())]),
        ..Fake::default()
    };
    assert_eq!(
        run_warm(&fake, &known, &[("segment:beta", Some(1))]).await,
        None
    );
    assert_eq!(fake.heard_by("a"), Vec::<String>::new());
    assert_eq!(known.all(), BTreeSet::new());
}

#[tokio::test(start_paused = true)]
async fn a_broken_rule_is_off_is_counted_and_fails_nobody_else() {
    let mut broken = ruled("2");
    broken.insert("targeting".into(), serde_json::json!({"S": "{"}));
    let mut state = ruled_state();
    state.insert("2".into(), broken);
    let fake = Fake {
        pages: vec![Some(vec![somebody("beta", OLD, r#"{"groups":["beta"]}"#)])],
        states: queue([Some(state)]),
        ..Fake::default()
    };
    assert_eq!(run(&fake, &[("1", Some(1)), ("2", Some(1))]).await, None);
    let both = format!("[{},{}]", told("1", true), told("2", false));
    assert_eq!(fake.heard_by("beta"), [both]);
    assert_eq!(fake.tally.broken.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_private_attribute_is_told_to_nobody() {
    let mut toggle = crate::fake::toggle("1", 7);
    toggle.insert("owner".into(), serde_json::json!({"S": "ann"}));
    let fake = Fake {
        pages: vec![Some(vec![connection("a", OLD)])],
        states: queue([Some(State::from([("1".to_owned(), toggle)]))]),
        ..Fake::default()
    };
    let policy = Policy {
        private: toggle_rules::Private::of("owner"),
        ..Policy::announce()
    };
    let batch = changes(&[("1", Some(7))]);
    announce(
        &batch,
        &fake,
        &Known::default(),
        &fake.exchange(&policy),
        &fake.outbox(),
    )
    .await;
    assert_eq!(fake.heard_by("a"), [wire("1", 7)]);
}
