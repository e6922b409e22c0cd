//! What servers read has the answers that clients are sent. `assets/packages/toggles/test/served.test.ts` asks
//! flagd's own engine for Node for the same ones.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use toggle_formats::{Items, served};
use toggle_rules::{Answer, Private, Rule, evaluate};

/// A Monday, 08:00 in Berlin.
const NOW_MS: u64 = 1_796_022_000_000;
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/served.json");

fn items() -> Items {
    let office = r#"[{"days":"MON-FRI","from":"09:00","to":"17:00","zone":"Europe/Berlin"}]"#;
    let ramp = r#"{"from":"2026-11-30T07:30:00Z","every":3600,"steps":[10,50,100]}"#;
    let tenth = r#"{"fractional":[["on",10],["off",90]]}"#;
    let staff = r#"{"if":[{"$ref":"staff"},"on","off"]}"#;
    let items = json!({
        "plain": {"isActive": {"BOOL": true}},
        "killed": {"isActive": {"BOOL": false}, "targeting": {"S": staff}},
        "office": {"isActive": {"BOOL": true}, "windows": {"S": office}, "targeting": {"S": staff}},
        "ramp": {"isActive": {"BOOL": true}, "ramp": {"S": ramp}},
        "tenth": {"isActive": {"BOOL": true}, "targeting": {"S": tenth}},
        "after": {"isActive": {"BOOL": true}, "prerequisites": {"SS": ["ramp", "tenth"]}},
        "max": {"isActive": {"BOOL": true}, "value": {"N": "5"}, "targeting": {"S": staff}},
        "beta": {"isActive": {"BOOL": true}, "targeting": {"S": r#"{"in":["beta",{"var":"groups"}]}"#}},
        "color": {
            "isActive": {"BOOL": true}, "windows": {"S": office}, "defaultVariant": {"S": "blue"},
            "variants": {"M": {"red": {"S": "#f00"}, "blue": {"S": "#00f"}}},
            "targeting": {"S": r#"{"if":[{"$ref":"staff"},{"fractional":[["red",1],["blue",1]]},null]}"#},
        },
        "nobody": {
            "isActive": {"BOOL": true}, "variants": {"M": {"a": {"BOOL": true}, "b": {"BOOL": true}}},
            "targeting": {"S": r#"{"if":[{"$ref":"staff"},"a",null]}"#},
        },
        "segment:staff": {"segment": {"S": r#"{"in":["staff",{"var":"groups"}]}"#}},
    });
    serde_json::from_value(items).unwrap()
}

/// What a server gets: the value, or null for its own default.
fn answer(items: &Items, id: &str, at_ms: u64, context: &Value) -> Value {
    let item = &items[id];
    let rule = Rule::of(id, item, &|id: &str| items.get(id), at_ms);
    let answer = evaluate([&rule], Some(&context.to_string()))
        .remove(0)
        .answer;
    let value = |value: &Value| {
        let of = value.as_object().unwrap().values().next().unwrap();
        match of.as_str().map(str::parse::<u64>) {
            Some(Ok(number)) => json!(number),
            _ => of.clone(),
        }
    };
    match (answer, item.get("value")) {
        (Answer::On, Some(of)) => value(of),
        (Answer::Off, Some(_)) => Value::Null,
        (Answer::On, None) => json!(true),
        (Answer::Off, None) if id == "color" => Value::Null,
        (Answer::Off, None) => json!(false),
        (Answer::Variant(index), _) => value(&rule.variants()[usize::from(index)].1),
    }
}

#[test]
fn the_file_for_other_engines_is_as_toggles_are() {
    let items = items();
    let mut contexts = vec![
        json!({}),
        json!({"targetingKey": "ann", "groups": ["staff", "beta"]}),
        json!({"targetingKey": "bob", "groups": ["staff"]}),
    ];
    contexts
        .extend((0..40).map(|user| json!({"targetingKey": format!("user-{user}"), "groups": []})));
    let ids: Vec<_> = items
        .keys()
        .filter(|id| !id.starts_with("segment:"))
        .collect();
    // At edges, between them, and on a day of the next week.
    let times = [0, 1, 45, 90, 150, 600, 24 * 60, 8 * 24 * 60 + 90];
    let answers = times.map(|minutes| {
        let at_ms = NOW_MS + minutes * 60_000;
        let of = |context| {
            let answers = ids.iter().map(|id| answer(&items, id, at_ms, context));
            answers.collect::<Vec<_>>()
        };
        json!({"atMs": at_ms, "answers": contexts.iter().map(of).collect::<Vec<_>>()})
    });
    let document = served(&items, &Private::default(), NOW_MS);
    let file =
        json!({"document": document, "contexts": contexts, "toggles": ids, "times": answers});
    let text = format!("{}\n", serde_json::to_string(&file).unwrap());
    if std::env::var_os("UPDATE_SERVED").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(FILE).unwrap(),
        text,
        "UPDATE_SERVED=1 writes it"
    );
}
