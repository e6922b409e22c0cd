//! Random toggles for tests.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Item, Items};

/// The ids of toggles that others may require: each only of those before it, so that there is no circle.
pub(crate) const IDS: [&str; 4] = ["a", "b", "cart.new", "ü d"];

/// A Monday, 09:00 in Berlin.
pub(crate) const NOW_MS: u64 = 1_796_025_600_000;

fn conditions() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(json!({"in": ["beta", {"var": "groups"}]})),
        Just(json!({"ends_with": [{"var": "email"}, "@example.com"]})),
        Just(json!({"$ref": "staff"})),
        Just(json!({"$ref": "vip"})),
        Just(json!({"==": [{"var": "plan"}, "gold"]})),
        Just(json!({">=": [{"var": "$flagd.timestamp"}, NOW_MS / 1_000 + 40_000]})),
        Just(json!({"==": [{"fractional": [["on", 40], ["off", 60]]}, "on"]})),
        Just(json!(true)),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(|all| json!({ "and": all })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|all| json!({ "or": all })),
            inner.prop_map(|one| json!({ "!": [one] })),
        ]
    })
    .boxed()
}

fn targetings(names: &'static [&'static str]) -> BoxedStrategy<Value> {
    let name = prop_oneof![
        prop::sample::select(names).prop_map(|name| json!(name)),
        Just(Value::Null)
    ];
    let share = (
        prop::sample::select(&[(1, 1), (1, 3), (2, 3), (9, 1)][..]),
        prop::bool::ANY,
    )
        .prop_map(|((one, other), by)| {
            let mut buckets = vec![
                json!([names[0], one]),
                json!([names[names.len() - 1], other]),
            ];
            if by {
                buckets.insert(
                    0,
                    json!({"cat": [{"var": "$flagd.flagKey"}, {"var": "plan"}]}),
                );
            }
            json!({ "fractional": buckets })
        });
    let then = prop_oneof![3 => name.clone(), 1 => share.clone()];
    let branch = (conditions(), then.clone(), then.clone());
    let branch =
        branch.prop_map(|(condition, then, otherwise)| json!({"if": [condition, then, otherwise]}));
    let nested = (conditions(), then, branch.clone());
    let nested =
        nested.prop_map(|(condition, then, otherwise)| json!({"if": [condition, then, otherwise]}));
    prop_oneof![branch, nested, share].boxed()
}

/// The attributes of variants, their default and the targeting.
fn choices() -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let plain = prop_oneof![
        Just(None),
        targetings(&["on", "off"]).prop_map(Some),
        conditions()
            .prop_filter("an object", Value::is_object)
            .prop_map(Some),
    ];
    let value = prop_oneof![
        Just(None),
        Just(Some(json!({"N": "5"}))),
        Just(Some(json!({"BOOL": false})))
    ];
    let default = prop_oneof![3 => Just(None), 1 => Just(Some("on")), 1 => Just(Some("off"))];
    let plain = (plain, value, default).prop_map(|(targeting, value, default)| {
        let mut all = Vec::new();
        all.extend(targeting.map(|of| ("targeting", json!({"S": of.to_string()}))));
        all.extend(value.map(|of| ("value", of)));
        all.extend(default.map(|of| ("defaultVariant", json!({ "S": of }))));
        all
    });
    let varied = |variants: Value, names: &'static [&'static str]| {
        let default = prop::option::of(prop::sample::select(names));
        let targeting = prop::option::of(targetings(names));
        (default, targeting).prop_map(move |(default, targeting)| {
            let mut all = vec![("variants", json!({ "M": variants }))];
            all.extend(targeting.map(|of| ("targeting", json!({"S": of.to_string()}))));
            all.extend(default.map(|of| ("defaultVariant", json!({ "S": of }))));
            all
        })
    };
    prop_oneof![
        3 => plain,
        1 => varied(json!({"on": {"BOOL": true}, "off": {"BOOL": false}}), &["on", "off"]),
        1 => varied(json!({"on": {"BOOL": true}, "new": {"BOOL": true}}), &["new", "on"]),
        2 => varied(json!({"red": {"S": "#f00"}, "blue": {"S": "#00f"}}), &["red", "blue"]),
        1 => varied(json!({"one": {"N": "1.0"}, "list": {"L": [{"NULL": true}]}}), &["one", "list"]),
    ].boxed()
}

fn windows() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(json!([{"days": "MON-FRI", "from": "09:00", "to": "17:00", "zone": "Europe/Berlin"}])),
        Just(json!([{"from": "22:00", "to": "06:00", "zone": "America/New_York"}])),
        Just(
            json!([{"days": "SAT", "from": "08:00", "to": "09:00", "zone": "UTC"},
            {"days": "MON", "from": "08:30", "to": "12:00", "zone": "UTC"}])
        ),
        Just(json!([{"from": "2026-11-30T10:00:00Z", "to": "2026-12-01T10:00:00Z"}])),
        Just(json!([{"from": "2020-01-01T00:00:00Z"}])),
        Just(json!([{"to": "2020-01-01T00:00:00Z"}])),
        Just(json!([{"to": "2026-11-30T20:00:00.5Z"}, {"from": "2026-12-01T08:00:00Z"}])),
    ]
    .boxed()
}

fn ramps() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(json!({"every": 3600, "from": "2026-11-30T07:00:00Z", "steps": [5, 25, 50, 100]})),
        Just(json!({"every": 60, "from": "2026-11-30T12:00:00Z", "steps": [0, 30]})),
        Just(json!({"every": 60, "from": "2020-01-01T00:00:00Z", "steps": [100]})),
    ]
    .boxed()
}

fn item(index: usize) -> BoxedStrategy<Item> {
    let requires = prop::collection::btree_set(0..IDS.len(), 0..3);
    let extra = prop::collection::btree_map("[a-z.:]{1,8}", attributes(), 0..3);
    (
        prop::bool::weighted(0.85),
        choices(),
        prop::option::weighted(0.3, windows()),
        prop::option::weighted(0.3, ramps()),
        requires,
        extra,
    )
        .prop_map(move |(active, choices, windows, ramp, requires, extra)| {
            let mut item: Item = extra;
            item.insert("featureId".to_owned(), json!({"S": IDS[index]}));
            item.insert("isActive".to_owned(), json!({ "BOOL": active }));
            item.extend(
                choices
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value)),
            );
            let text = |value: Value| json!({"S": value.to_string()});
            item.extend(windows.map(|of| ("windows".to_owned(), text(of))));
            item.extend(ramp.map(|of| ("ramp".to_owned(), text(of))));
            let requires: Vec<_> = requires.into_iter().filter(|of| *of < index).collect();
            if !requires.is_empty() {
                let ids: Vec<_> = requires.into_iter().map(|of| IDS[of]).collect();
                item.insert("prerequisites".to_owned(), json!({ "SS": ids }));
            }
            item
        })
        .boxed()
}

/// Values of attributes of any type.
fn attributes() -> BoxedStrategy<Value> {
    prop_oneof![
        "[ -~]{0,12}".prop_map(|text| json!({ "S": text })),
        prop::bool::ANY.prop_map(|truth| json!({ "BOOL": truth })),
        Just(json!({"N": "12345678901234567890123456789012345678"})),
        Just(json!({"NULL": true})),
        Just(json!({"SS": ["a", "b"]})),
        Just(json!({"L": [{"N": "0.10"}, {"M": {}}]})),
        Just(json!({"M": {"owner": {"S": "web"}, "frontage.x": {"S": "y"}, "deep": {"L": []}}})),
    ]
    .boxed()
}

/// Some toggles and a segment.
pub(crate) fn items() -> BoxedStrategy<Items> {
    let all = (item(0), item(1), item(2), item(3));
    all.prop_map(|(one, two, three, four)| {
        let toggles = IDS.into_iter().zip([one, two, three, four]);
        let mut items: Items = toggles.map(|(id, item)| (id.to_owned(), item)).collect();
        let staff = r#"{"or": [{"in": ["staff", {"var": "groups"}]}, {"$ref":"vip"}]}"#;
        let vip = r#"{"==":[{"var":"plan"},"gold"]}"#;
        for (name, condition) in [("staff", staff), ("vip", vip)] {
            let id = format!("segment:{name}");
            let item = json!({"featureId": {"S": id}, "segment": {"S": condition}});
            items.insert(id, serde_json::from_value(item).unwrap());
        }
        items
    })
    .boxed()
}

/// Clients of whom everything is known that rules here ask for.
pub(crate) fn known() -> [String; 4] {
    let of = |sub: &str, groups: &[&str], email: &str, plan: &str| {
        let context = json!({"targetingKey": sub, "sub": sub, "groups": groups, "email": email, "plan": plan});
        context.to_string()
    };
    [
        of("u1", &["beta"], "ann@example.com", "gold"),
        of("u2", &["staff"], "bob@example.org", "iron"),
        of("u3", &[], "eve@example.com", "iron"),
        of("u4", &["beta", "staff"], "kim@example.org", "gold"),
    ]
}

/// Whether a toggle is on for a client.
pub(crate) fn is_on(items: &Items, id: &str, at_ms: u64, context: Option<&str>) -> bool {
    let rule = toggle_rules::Rule::of(id, &items[id], &|id: &str| items.get(id), at_ms);
    let answer = toggle_rules::evaluate([&rule], context).remove(0);
    assert!(
        !matches!(answer.reason, toggle_rules::Reason::Broken(_)),
        "{id}: {answer:?} {:?}",
        items[id]
    );
    rule.is_on(answer.answer)
}
