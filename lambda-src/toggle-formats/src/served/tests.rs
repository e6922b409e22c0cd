use proptest::prelude::*;
use serde_json::json;
use toggle_rules::{Answer, Private, Rule, evaluate};

use super::served;
use crate::flagd::import;
use crate::samples::{IDS, NOW_MS, items};
use crate::{Item, Items};

/// What a toggle is for a client: whether it is on, and its variant if it has one.
fn answer(items: &Items, id: &str, at_ms: u64, context: Option<&str>) -> (bool, Option<String>) {
    let rule = Rule::of(id, &items[id], &|id: &str| items.get(id), at_ms);
    assert_eq!(rule.broken(), None, "{id}: {:?}", items[id]);
    let answer = evaluate([&rule], context).remove(0).answer;
    let variant = matches!(answer, Answer::Variant(_)).then(|| rule.name(answer).to_owned());
    (rule.is_on(answer), variant)
}

const CONTEXTS: [Option<&str>; 5] = [
    None,
    Some(r#"{"targetingKey":"u1","groups":["beta"],"plan":"gold"}"#),
    Some(r#"{"targetingKey":"u2","groups":["staff"],"email":"ann@example.com"}"#),
    Some(r#"{"targetingKey":"u3","groups":[],"plan":"iron"}"#),
    Some(r#"{"targetingKey":"u4"}"#),
];

/// Whether the value of a toggle without variants is what the flag gives.
fn is_valued(item: &Item) -> bool {
    let is_value = item
        .get("value")
        .is_some_and(|value| value.get("BOOL").is_none());
    is_value && !item.contains_key("variants")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// A flag has the toggle's answer, from the moment on for which the file was written.
    #[test]
    fn a_server_has_the_answers_that_clients_are_sent(items in items(), hours in 0..150_u64) {
        let file = served(&items, &Private::default(), NOW_MS).to_string();
        let flags = import(&file).unwrap().content;
        for minutes in [0, 61, 60 * hours] {
            let at_ms = NOW_MS + minutes * 60_000;
            for (id, context) in IDS.into_iter().flat_map(|id| CONTEXTS.map(|of| (id, of))) {
                let (is_on, variant) = answer(&items, id, at_ms, context);
                let flag = answer(&flags, id, at_ms, context);
                let of = format!("{id} after {minutes} min for {context:?}\n{file}");
                if is_valued(&items[id]) {
                    prop_assert_eq!(flag.1, is_on.then(|| "on".to_owned()), "{}", of);
                } else if variant.is_some() && flags[id].contains_key("variants") {
                    prop_assert_eq!(flag, (is_on, variant), "{}", of);
                } else {
                    prop_assert_eq!(flag.0, is_on, "{}", of);
                }
            }
        }
    }
}

#[test]
fn no_attribute_but_the_metadata_is_in_the_file() {
    let items: Items = serde_json::from_value(json!({"a": {
        "featureId": {"S": "a"}, "isActive": {"BOOL": true}, "owner": {"S": "ann"},
        "metadata": {"M": {"team": {"S": "web"}}},
    }}))
    .unwrap();
    let of = |private: &str| served(&items, &Private::of(private), NOW_MS)["flags"]["a"].take();
    let mut wanted = json!({
        "state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
        "metadata": {"team": "web"},
    });
    assert_eq!(of(""), wanted);
    wanted.as_object_mut().unwrap().remove("metadata");
    assert_eq!(of("metadata"), wanted);
}

#[test]
fn what_is_broken_or_requires_what_is_not_there_is_off() {
    let items: Items = serde_json::from_value(json!({
        "broken": {"isActive": {"BOOL": true}, "targeting": {"S": "{"}},
        "text": {"isActive": {"BOOL": true}, "variants": {"M": {"a": {"S": "A"}}}, "windows": {"S": "[]"}},
        "orphan": {"isActive": {"BOOL": true}, "prerequisites": {"SS": ["gone"]}},
        "after": {"isActive": {"BOOL": true}, "prerequisites": {"SS": ["broken"]}},
        "one": {"isActive": {"BOOL": true}, "prerequisites": {"SS": ["two"]}},
        "two": {"isActive": {"BOOL": true}, "prerequisites": {"SS": ["one"]}},
    }))
    .unwrap();
    let file = served(&items, &Private::default(), NOW_MS);
    for id in ["broken", "orphan", "after", "one", "two"] {
        let flag = &file["flags"][id];
        assert_eq!(
            (&flag["state"], &flag["defaultVariant"]),
            (&json!("ENABLED"), &json!("off"))
        );
        assert_eq!(flag.get("targeting"), None);
    }
    assert_eq!(file["flags"]["text"]["state"], "DISABLED");
}
