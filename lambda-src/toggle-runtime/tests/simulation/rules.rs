//! Toggles with rules: what they are, whose they are, and what wakes them.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use toggle_contract::TOUCHED_AT;
use toggle_rules::next_edge;
use toggle_runtime::item::{Item, is_tombstone};
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::world::{World, pause, random};

/// How long after its time a wake is missed for good, until the sweep finds that.
const SWEEP: Duration = Duration::from_secs(40);

/// Who a client is, if anybody.
pub(crate) fn context() -> Option<String> {
    let user = fastrand::u32(..1_000);
    match fastrand::u8(..4) {
        0 => None,
        1 => Some(json!({ "targetingKey": format!("browser-{user}") }).to_string()),
        2 => Some(json!({ "targetingKey": user.to_string(), "groups": [] }).to_string()),
        _ => Some(
            json!({ "targetingKey": user.to_string(), "groups": ["staff", "beta"] }).to_string(),
        ),
    }
}

/// Makes a toggle of the world's one of some kind.
pub(crate) fn add(item: &mut Item, world: &World) {
    let now_ms = world.now_ms();
    let mut put = |name: &str, value: Value| item.insert(name.to_owned(), value);
    put("isActive", json!({ "BOOL": fastrand::u8(..8) > 0 }));
    let moment = |after_ms| {
        let ms = i64::try_from(now_ms + fastrand::u64(..after_ms)).unwrap();
        Timestamp::from_millisecond(ms).unwrap().to_string()
    };
    let kind = fastrand::u8(..9);
    if kind == 1 || kind == 8 {
        put(
            "targeting",
            json!({ "S": r#"{"if":[{"in":["beta",{"var":"groups"}]},"on","off"]}"# }),
        );
    }
    if kind == 2 || kind == 8 {
        let mut ends = [moment(20_000), moment(20_000)];
        ends.sort();
        let [from, to] = ends;
        let windows = json!([{ "from": from, "to": to }, { "from": moment(30_000) }]);
        put("windows", json!({ "S": windows.to_string() }));
    }
    if kind == 3 {
        // What is missing has no revision, and what refers to it is told without one: then old messages
        // must not arrive.
        let other = match world.scenario.lateness {
            Some(_) => "base".to_owned(),
            None => format!("t{}", fastrand::u8(..5)),
        };
        put("prerequisites", json!({ "SS": [other] }));
    }
    if kind == 4 {
        put(
            "targeting",
            json!({ "S": r#"{"if":[{"$ref":"s"},"on","off"]}"# }),
        );
    }
    if kind == 5 {
        put(
            "variants",
            json!({ "M": { "red": {"S": "#f00"}, "no": {"BOOL": false} } }),
        );
        put(
            "targeting",
            json!({ "S": r#"{"fractional":[["red",50],["no",50]]}"# }),
        );
        put("defaultVariant", json!({ "S": "no" }));
    }
    if kind == 6 {
        let ramp = json!({ "from": moment(5_000), "every": 5, "steps": [20, 60, 100] });
        put("ramp", json!({ "S": ramp.to_string() }));
    }
    if kind == 7 {
        put("targeting", json!({ "S": "{" }));
    }
}

/// What is there before anything refers to it.
pub(crate) fn start(world: &World) {
    set_segment(world, "segment:s", r#"{"$ref":"inner"}"#);
    set_segment(world, "segment:inner", "true");
    set_base(world);
}

/// Changes something that toggles refer to, or what that refers to.
pub(crate) fn change(world: &World) {
    match fastrand::u8(..6) {
        0 => set_segment(world, "segment:s", r#"{"$ref":"inner"}"#),
        1 => set_segment(world, "segment:s", r#"{"in":["staff",{"var":"groups"}]}"#),
        2 => set_segment(world, "segment:inner", r#"{"!":[{"var":"groups"}]}"#),
        3 => set_segment(world, "segment:inner", "true"),
        _ => set_base(world),
    }
}

fn set_base(world: &World) {
    let item = json!({ "featureId": {"S": "base"}, "isActive": {"BOOL": fastrand::bool()},
        "revision": {"N": world.next_revision()} });
    world.put_toggle("base", &serde_json::from_value(item).unwrap());
}

fn set_segment(world: &World, id: &str, condition: &str) {
    let item = json!({ "featureId": {"S": id}, "segment": {"S": condition},
        "revision": {"N": world.next_revision()} });
    world.put_toggle(id, &serde_json::from_value(item).unwrap());
}

/// Keeps a schedule for the next moment at which the toggle's answer changes by itself.
pub(crate) fn arm(world: &World, id: &str) {
    if !world.scenario.has_rules || world.scenario.lacks_wakes {
        return;
    }
    let now = world.now_ms();
    let next = world
        .inner()
        .toggles
        .get(id)
        .and_then(|item| next_edge(item, now));
    let Some(next) = next else {
        return;
    };
    let (world, busy, id) = (world.clone(), world.busy(), id.to_owned());
    spawn_local(async move {
        let due = Duration::from_millis(next - now);
        match fastrand::u8(..8) {
            // Early: it is armed again.
            0 => sleep(due / 2).await,
            1 => sleep(due + SWEEP).await,
            _ => sleep(due + random(0, 5_000)).await,
        }
        touch(&world, &id);
        if fastrand::u8(..4) == 0 {
            pause(0, 3_000).await;
            touch(&world, &id);
        }
        drop(busy);
    });
}

/// Wakes a toggle: what it is for anybody follows from the time of that.
fn touch(world: &World, id: &str) {
    let item = world.inner().toggles.get(id).cloned();
    let Some(mut item) = item.filter(|item| !is_tombstone(item)) else {
        return;
    };
    item.insert(
        TOUCHED_AT.into(),
        json!({ "N": world.now_ms().to_string() }),
    );
    if item.contains_key("revision") {
        item.insert("revision".into(), json!({ "N": world.next_revision() }));
    }
    world.put_toggle(id, &item);
}
