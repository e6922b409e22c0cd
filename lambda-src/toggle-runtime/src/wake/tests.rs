use std::cell::RefCell;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::item::State;

/// Noon on a Monday in winter, in UTC.
const NOON: u64 = 1_764_590_400_000;
const HOUR: u64 = 3_600_000;

/// The tables and the schedules of a world.
#[derive(Default)]
struct World {
    state: RefCell<State>,
    armed: RefCell<BTreeMap<String, Option<u64>>>,
    touched: RefCell<Vec<(String, u64)>>,
    /// A toggle that cannot be scheduled.
    broken: Option<&'static str>,
}

impl Toggles for World {
    async fn all(&self) -> Result<State, TableError> {
        Ok(self.state.borrow().clone())
    }

    async fn one(&self, id: &str) -> Result<Option<Item>, TableError> {
        Ok(self.state.borrow().get(id).cloned())
    }

    async fn referring(&self) -> Result<State, TableError> {
        Ok(State::new())
    }
}

impl Touch for World {
    async fn touch(&self, id: &str, item: &Item, now_ms: u64) -> Result<(), TableError> {
        let mut item = item.clone();
        item.insert(TOUCHED_AT.to_owned(), json!({"N": now_ms.to_string()}));
        self.state.borrow_mut().insert(id.to_owned(), item);
        self.touched.borrow_mut().push((id.to_owned(), now_ms));
        Ok(())
    }
}

impl Schedules for World {
    async fn arm(&self, toggle: &str, at: Option<u64>, _: Instant) -> Result<(), ScheduleError> {
        if self.broken == Some(toggle) {
            return Err(ScheduleError("403".to_owned()));
        }
        self.armed.borrow_mut().insert(toggle.to_owned(), at);
        Ok(())
    }
}

impl World {
    /// A toggle that is on from nine to five, each day, in UTC.
    fn with(ids: &[&str]) -> Self {
        let windows = r#"[{"from":"09:00","to":"17:00","zone":"UTC"}]"#;
        let item = |id: &&str| {
            let item = json!({"featureId": {"S": id}, "isActive": {"BOOL": true}, "windows": {"S": windows}});
            ((*id).to_owned(), serde_json::from_value(item).unwrap())
        };
        Self {
            state: RefCell::new(ids.iter().map(item).collect()),
            ..Self::default()
        }
    }

    fn at(&self, now_ms: u64) -> Waking<'_, Self, Self> {
        Waking {
            toggles: self,
            schedules: self,
            clock: Clock::at(now_ms),
            until: Instant::now() + Duration::from_secs(50),
        }
    }

    fn armed(&self, id: &str) -> Option<u64> {
        self.armed.borrow().get(id).copied().flatten()
    }

    fn touched(&self) -> Vec<(String, u64)> {
        self.touched.take()
    }

    fn plain(&self, id: &str) {
        let item = json!({"featureId": {"S": id}, "isActive": {"BOOL": true}});
        let item = serde_json::from_value(item).unwrap();
        self.state.borrow_mut().insert(id.to_owned(), item);
    }
}

/// Records of the history: toggles, and when they were changed.
fn changes(of: &[(&str, u64)]) -> StreamEvent {
    let record = |(id, at): &(&str, u64)| {
        let at = format!("{at:013}-{:040}", 1);
        json!({"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1",
            "Keys": {"featureId": {"S": id}, "at": {"S": at}}}})
    };
    let records: Vec<_> = of.iter().map(record).collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

fn touched(id: &str, at: u64) -> Vec<(String, u64)> {
    vec![(id.to_owned(), at)]
}

#[tokio::test(start_paused = true)]
async fn a_change_schedules_the_next_edge_and_no_edge_means_no_schedule() {
    let world = World::with(&["a"]);
    assert_eq!(world.at(NOON).changed(&changes(&[("a", NOON)])).await, None);
    assert_eq!(world.armed("a"), Some(NOON + 5 * HOUR));
    assert_eq!(world.touched(), []);
    world.plain("a");
    world
        .at(NOON)
        .changed(&changes(&[("a", NOON), ("gone", NOON)]))
        .await;
    let armed = world.armed.take();
    assert_eq!(
        armed,
        BTreeMap::from([("a".to_owned(), None), ("gone".to_owned(), None)])
    );
}

/// It was told as it was before the edge.
#[tokio::test(start_paused = true)]
async fn an_edge_between_a_change_and_its_record_is_not_lost() {
    let world = World::with(&["a"]);
    let (before, after) = (NOON + 5 * HOUR - 1_000, NOON + 5 * HOUR + 4_000);
    world.at(after).changed(&changes(&[("a", before)])).await;
    assert_eq!(
        (world.touched(), world.armed("a")),
        (touched("a", after), None)
    );
    // Its own record, and one that is delivered again, late.
    for at in [after, before] {
        world.at(after).changed(&changes(&[("a", at)])).await;
        assert_eq!(world.armed("a"), Some(NOON + 21 * HOUR));
    }
    assert_eq!(world.touched(), []);
}

#[tokio::test(start_paused = true)]
async fn wake_ups_that_are_late_double_or_early_end_right() {
    let world = World::with(&["a"]);
    let edge = NOON + 5 * HOUR;
    for now in [edge - 20, edge, edge + 1, edge + 3 * HOUR] {
        world.at(now).woken("a").await.unwrap();
        assert_eq!(world.touched(), touched("a", now));
        world.at(now).changed(&changes(&[("a", now)])).await;
        let next = if now < edge { edge } else { NOON + 21 * HOUR };
        assert_eq!(world.armed("a"), Some(next));
    }
    world.plain("a");
    world.at(edge).woken("a").await.unwrap();
    world.at(edge).woken("gone").await.unwrap();
    assert_eq!(world.touched(), []);
}

#[tokio::test(start_paused = true)]
async fn a_tombstone_is_neither_woken_nor_scheduled() {
    let world = World::with(&["a"]);
    let removed = json!({"BOOL": true});
    world
        .state
        .borrow_mut()
        .get_mut("a")
        .unwrap()
        .insert("isRemoved".to_owned(), removed);
    world.at(NOON).woken("a").await.unwrap();
    world.at(NOON).changed(&changes(&[("a", NOON)])).await;
    assert!(world.at(NOON).sweep().await.unwrap());
    assert_eq!((world.touched(), world.armed("a")), (vec![], None));
}

#[tokio::test(start_paused = true)]
async fn what_was_lost_is_found_once_a_day() {
    let world = World::with(&["a", "b"]);
    world.plain("c");
    assert!(world.at(NOON).sweep().await.unwrap());
    // Nobody knows when they were last told.
    assert_eq!(
        world.touched(),
        [touched("a", NOON), touched("b", NOON)].concat()
    );
    assert!(world.at(NOON + HOUR).sweep().await.unwrap());
    assert_eq!(
        (world.touched(), world.armed("a")),
        (vec![], Some(NOON + 5 * HOUR))
    );
    assert!(!world.armed.borrow().contains_key("c"));
    assert!(world.at(NOON + 6 * HOUR).sweep().await.unwrap());
    assert_eq!(world.touched().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_first_record_of_a_toggle_that_cannot_be_scheduled_is_named() {
    let world = World {
        broken: Some("b"),
        ..World::with(&["a", "b"])
    };
    let event = changes(&[("a", NOON), ("b", NOON), ("b", NOON), ("a", NOON)]);
    assert_eq!(world.at(NOON).changed(&event).await, Some(1));
    assert!(world.armed("a").is_some());
    world.state.borrow_mut().remove("a");
    let b = world.state.borrow()["b"].clone();
    world.touch("b", &b, NOON).await.unwrap();
    assert!(!world.at(NOON).sweep().await.unwrap());
}

#[test]
fn what_invokes_it_is_told_apart() {
    let read = |json: Value| serde_json::from_value::<Invocation>(json).unwrap();
    let wake = read(json!({"wake": {"toggle": "a"}}));
    assert!(matches!(wake, Invocation::Wake { wake } if wake.toggle == "a"));
    assert!(matches!(
        read(json!({"sweep": true})),
        Invocation::Sweep { sweep: true }
    ));
    assert!(matches!(
        read(json!({"Records": []})),
        Invocation::Changes(_)
    ));
}
