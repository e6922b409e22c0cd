use std::time::Duration;

use toggle_contract::receipt::{Share, of_message};

use super::*;
use crate::clock::{Clock, Deadline};
use crate::event::QueueRecord;
use crate::fake::{Fake, NOW, connection, queue, state, wire};
use crate::policy::Policy;
use crate::ports::CallbackError;

const OLD: u64 = 60_000;

fn again() -> CallbackError {
    CallbackError::Again("429".into())
}

fn segment(after: Option<&str>) -> Recipients {
    Recipients::Segment(Segment {
        index: 5,
        of: 64,
        after: after.map(str::to_owned),
    })
}

/// Messages with these toggles.
fn messages(tasks: &[(&[&str], Recipients)]) -> QueueEvent {
    let record = |(index, (toggles, recipients)): (usize, &(&[&str], Recipients))| {
        let task = Task {
            toggles: toggles.iter().map(ToString::to_string).collect(),
            recipients: recipients.clone(),
            receipt: None,
        };
        QueueRecord {
            message_id: index.to_string(),
            body: serde_json::to_string(&task).unwrap(),
        }
    };
    QueueEvent {
        records: tasks.iter().enumerate().map(record).collect(),
    }
}

fn fake(pages: &[&[&str]]) -> Fake {
    let page = |ids: &&[&str]| Some(ids.iter().map(|id| connection(id, OLD)).collect());
    Fake {
        pages: pages.iter().map(page).collect(),
        states: queue([Some(state(&[("1", 1), ("2", 1)]))]),
        ..Fake::default()
    }
}

async fn run(fake: &Fake, event: &QueueEvent) -> BTreeSet<usize> {
    let policy = Policy::announce();
    tell_slices(event, fake, &fake.exchange(&policy), &fake.outbox()).await
}

#[tokio::test(start_paused = true)]
async fn messages_of_one_segment_are_one_pass_over_all_its_pages() {
    let fake = fake(&[&["a", "b"], &["c"]]);
    let event = messages(&[(&["1"], segment(None)), (&["2", "1"], segment(None))]);
    assert_eq!(run(&fake, &event).await, [].into());
    let both = format!("[{},{}]", wire("1", 1), wire("2", 1));
    for id in ["a", "b", "c"] {
        assert_eq!(fake.heard_by(id), std::slice::from_ref(&both));
    }
    assert!(fake.parcels.borrow().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_message_with_a_position_begins_there() {
    let fake = fake(&[&["a"], &["b"], &["c"]]);
    let event = messages(&[(&["1"], segment(Some("1")))]);
    assert_eq!(run(&fake, &event).await, [].into());
    let heard = ["a", "b", "c"].map(|id| fake.heard_by(id).len());
    assert_eq!(heard, [0, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_toggle_that_has_changed_meanwhile_is_told_again() {
    let fake = Fake {
        states: queue([1, 2].map(|value| Some(state(&[("1", value)])))),
        ..fake(&[&["a"]])
    };
    let event = messages(&[(&["1"], segment(None))]);
    assert_eq!(run(&fake, &event).await, [].into());
    assert_eq!(fake.heard_by("a"), [wire("1", 1), wire("1", 2)]);
}

/// Its time ends in the middle of a segment: the next message begins where it has stopped.
#[tokio::test(start_paused = true)]
async fn the_rest_of_a_segment_is_put_back() {
    let pages: Vec<Vec<String>> = (0..100).map(|page| vec![format!("c{page:02}")]).collect();
    let pages: Vec<Vec<&str>> = pages
        .iter()
        .map(|page| page.iter().map(String::as_str).collect())
        .collect();
    let pages: Vec<&[&str]> = pages.iter().map(Vec::as_slice).collect();
    let mut fake = fake(&pages);
    fake.latency = Duration::from_millis(700);
    let event = messages(&[(&["1"], segment(None))]);
    let began = Instant::now();
    assert_eq!(run(&fake, &event).await, [].into());
    assert!(began.elapsed() < Duration::from_mins(1));
    let told = fake.heard.borrow().len();
    assert!((70..80).contains(&told), "{told}");
    assert!(fake.closed.borrow().is_empty());

    let rest = Segment {
        index: 5,
        of: 64,
        after: Some(told.to_string()),
    };
    assert_eq!(fake.segments(), [(rest, vec!["1".to_owned()])]);
    let parcels = fake.parcels.borrow();
    assert_eq!(parcels[0].group, "segment-5", "after what waits there");
}

/// A page is thousands of connections: those that are not begun in time are messages.
#[tokio::test(start_paused = true)]
async fn the_rest_of_a_page_is_left_and_nobody_is_told_twice() {
    let ids: Vec<String> = (0..1_000).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut fake = fake(&[&ids, &["next"]]);
    fake.post_takes = Duration::from_millis(1_900);
    let policy = Policy::announce();
    let exchange = Delivery {
        deadline: Deadline::of(&Clock::at(NOW), NOW + 12_000),
        ..fake.exchange(&policy)
    };
    let event = messages(&[(&["1"], segment(None))]);
    let failed = tell_slices(&event, &fake, &exchange, &fake.outbox()).await;
    assert_eq!((failed, fake.closed.borrow().len()), ([].into(), 0));
    let (told, left) = (fake.heard.borrow().len(), fake.queued().len());
    assert_eq!((told + left, fake.heard_by("next").len()), (1_000, 0));
    assert_eq!(fake.segments()[0].0.after.as_deref(), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_can_be_neither_told_nor_closed_delays_no_segment() {
    let fake = fake(&[&["a", "b"]])
        .answer("a", &again(), 1_000)
        .never_closes();
    let event = messages(&[(&["1"], segment(None))]);
    assert_eq!(run(&fake, &event).await, [].into());
    assert_eq!(
        (fake.queued(), fake.heard_by("b").len()),
        (vec!["a".into()], 1)
    );
    assert_eq!(fake.parcels.borrow()[0].group, "invocation-0");
}

#[tokio::test(start_paused = true)]
async fn connections_that_were_left_over_are_told() {
    let fake = fake(&[]).answer("a", &again(), 1);
    let left = Recipients::Connections(vec![connection("a", OLD), connection("b", OLD)]);
    assert_eq!(run(&fake, &messages(&[(&["1"], left)])).await, [].into());
    assert_eq!(
        (fake.heard_by("a"), fake.heard_by("b")),
        (vec![wire("1", 1)], vec![wire("1", 1)])
    );
}

/// The queue delivers a message again and again, and finally moves it to its dead letters.
#[tokio::test(start_paused = true)]
async fn of_connections_that_stay_unreachable_only_those_are_tried_again() {
    let fake = fake(&[]).answer("a", &again(), 1_000).never_closes();
    let both = Recipients::Connections(vec![connection("a", OLD), connection("b", OLD)]);
    assert_eq!(run(&fake, &messages(&[(&["1"], both)])).await, [].into());
    assert_eq!(fake.queued(), ["a"]);

    let alone = Recipients::Connections(vec![connection("a", OLD)]);
    let other = (&["1"][..], segment(None));
    let event = messages(&[(&["1"], alone), other]);
    let fake = Fake {
        pages: vec![Some(vec![connection("c", OLD)])],
        ..fake
    };
    assert_eq!(run(&fake, &event).await, [0].into(), "its message alone");
    assert_eq!((fake.queued().len(), fake.heard_by("c").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_segment_whose_first_page_cannot_be_read_is_delivered_again() {
    let mut broken = fake(&[]);
    broken.pages = vec![None];
    let event = messages(&[(&["1"], segment(None))]);
    assert_eq!(run(&broken, &event).await, [0].into());

    let mut later = fake(&[&["a"]]);
    later.pages.push(None);
    assert_eq!(run(&later, &event).await, [].into());
    assert_eq!(later.segments()[0].0.after.as_deref(), Some("1"));
    assert_eq!(later.heard_by("a").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_or_stored_is_delivered_again() {
    let event = messages(&[(&["1"], segment(None))]);
    for states in [vec![None], vec![Some(state(&[("1", 1)])), None]] {
        let unread = Fake {
            states: queue(states),
            ..fake(&[&["a"]])
        };
        assert_eq!(run(&unread, &event).await, [0].into());
    }
    let unstored = Fake {
        queue_fails: true,
        ..fake(&[&["a"]])
    }
    .answer("a", &again(), 1_000)
    .never_closes();
    assert_eq!(run(&unstored, &event).await, [0].into());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_no_task_fails_alone() {
    let fake = fake(&[&["a"]]);
    let mut event = messages(&[(&["1"], segment(None)), (&["1"], segment(None))]);
    event.records[0].body = "{}".into();
    assert_eq!(run(&fake, &event).await, [0].into());
    assert_eq!(fake.heard_by("a").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_toggle_that_changes_until_the_deadline_is_put_back() {
    let fake = Fake {
        states: queue((1..=1_000).map(|value| Some(state(&[("1", value)])))),
        latency: Duration::from_millis(500),
        ..fake(&[&["a"]])
    };
    let event = messages(&[(&["1"], segment(None))]);
    let began = Instant::now();
    assert_eq!(run(&fake, &event).await, [].into());
    assert!(began.elapsed() < Duration::from_mins(1));
    let Recipients::Segment(whole) = segment(None) else {
        unreachable!()
    };
    assert_eq!(fake.segments(), [(whole, vec!["1".to_owned()])]);
}

/// A post may still arrive, and would override what is sent later.
#[tokio::test(start_paused = true)]
async fn a_connection_in_doubt_that_cannot_be_closed_is_closed_later_and_not_sent_to() {
    let late = CallbackError::InDoubt("late".into());
    let doubted = fake(&[&["a"]]).answer("a", &late, 1).never_closes();
    let event = messages(&[(&["1"], segment(None))]);
    assert_eq!(run(&doubted, &event).await, [].into());
    let doubtful = Recipients::Doubtful(vec![connection("a", OLD)]);
    assert_eq!(doubted.parcels.borrow()[0].task.recipients, doubtful);

    let event = messages(&[(&["1"], doubtful)]);
    assert_eq!(run(&doubted, &event).await, [0].into(), "still not");
    let closes = fake(&[]);
    assert_eq!(run(&closes, &event).await, [].into());
    assert_eq!(
        (closes.closed.borrow().len(), closes.tried.borrow().len()),
        (1, 0)
    );
}

/// A message with a share in a receipt.
fn awaited(recipients: Recipients, message: &str) -> QueueRecord {
    let mut event = messages(&[(&["1"], recipients)]);
    let mut task: Task = serde_json::from_str(&event.records[0].body).unwrap();
    task.receipt = Some(Request {
        receipts: ["receipt:a".to_owned()].into(),
        message: message.to_owned(),
    });
    event.records[0].body = serde_json::to_string(&task).unwrap();
    event.records.remove(0)
}

fn share(fake: &Fake, message: &str) -> Option<Share> {
    let shares = fake.shares.borrow();
    shares.get("receipt:a")?.get(&of_message(message)).cloned()
}

/// What is left is in the shares of the messages for that.
#[tokio::test(start_paused = true)]
async fn each_message_has_its_share_in_a_receipt() {
    let mut fake = fake(&[&["a", "b"]])
        .answer("b", &again(), 1_000)
        .never_closes();
    fake.pages.push(None);
    let records = ["m", "n"].map(|message| awaited(segment(None), message));
    let event = QueueEvent {
        records: records.into(),
    };
    assert_eq!(run(&fake, &event).await, [].into());
    let parcels = fake.parcels.borrow().clone();
    let requests = parcels.iter().map(|parcel| parcel.task.receipt.clone());
    let requests: Vec<_> = requests.map(Option::unwrap).collect();
    let wanted = Share {
        told: 1,
        unreached: 0,
        rests: [
            (requests[0].message.clone(), 1),
            (requests[1].message.clone(), 0),
        ]
        .into(),
    };
    assert_eq!(share(&fake, "m"), Some(wanted.clone()));
    assert_eq!(share(&fake, "n"), Some(wanted));
}

#[tokio::test(start_paused = true)]
async fn connections_that_are_closed_in_the_end_count_as_not_reached() {
    let doubtful = Recipients::Doubtful(vec![connection("a", OLD)]);
    let event = QueueEvent {
        records: vec![awaited(doubtful, "m")],
    };
    let closes = fake(&[]);
    assert_eq!(run(&closes, &event).await, [].into());
    let wanted = Share {
        unreached: 1,
        ..Share::default()
    };
    assert_eq!(share(&closes, "m"), Some(wanted));
    let stays = fake(&[]).never_closes();
    assert_eq!(run(&stays, &event).await, [0].into());
    assert_eq!(share(&stays, "m"), None, "it is delivered again");
}
