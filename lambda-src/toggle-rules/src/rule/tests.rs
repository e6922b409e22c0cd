use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Private, has_rules};

/// A Monday, 09:00 in Berlin.
const NOW: u64 = 1_796_025_600_000;

fn item(attributes: Value) -> Item {
    let mut item: Item = serde_json::from_value(attributes).unwrap();
    item.entry("isActive".to_owned())
        .or_insert_with(|| json!({"BOOL": true}));
    item
}

fn rule(item: &Item) -> Rule {
    Rule::of("t", item, &|_| None, NOW)
}

fn one(rule: &Rule, context: &Value) -> Evaluation {
    evaluate([rule], Some(&context.to_string())).remove(0)
}

fn targeting(json: &Value) -> Item {
    item(json!({"targeting": {"S": json.to_string()}}))
}

const BETA: &str = r#"{"if":[{"in":["beta",{"var":"groups"}]},"on","off"]}"#;

#[test]
fn a_group_has_it_and_others_do_not() {
    let rule = rule(&item(json!({"targeting": {"S": BETA}})));
    let beta = one(
        &rule,
        &json!({"targetingKey": "u", "groups": ["staff", "beta"]}),
    );
    assert_eq!((beta.answer, beta.reason), (Answer::On, Reason::Targeting));
    assert_eq!(
        one(&rule, &json!({"groups": ["staff"]})).answer,
        Answer::Off
    );
    assert_eq!(one(&rule, &json!({})).answer, Answer::Off);
    for nobody in [None, Some(""), Some("[1]"), Some("{"), Some("null")] {
        assert_eq!(
            evaluate([&rule], nobody).remove(0).answer,
            Answer::Off,
            "{nobody:?}"
        );
    }
}

#[test]
fn a_switch_that_is_off_is_off_whatever_the_rules_say() {
    let mut off = targeting(&json!({"if": [true, "on", "off"]}));
    off.insert("isActive".into(), json!({"BOOL": false}));
    off.insert("windows".into(), json!({"S": "nonsense"}));
    assert_eq!(one(&rule(&off), &json!({})).reason, Reason::SwitchedOff);
}

#[test]
fn what_is_broken_is_off_and_says_why() {
    let broken = |attributes: Value| {
        let rule = rule(&item(attributes));
        let evaluation = one(&rule, &json!({"targetingKey": "u"}));
        assert_eq!(evaluation.answer, Answer::Off);
        match evaluation.reason {
            Reason::Broken(error) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert!(broken(json!({"targeting": {"S": "{"}})).starts_with("targeting: EOF"));
    let unknown = broken(json!({"targeting": {"S": r#"{"if":[{"inn":["a",[]]},"on","off"]}"#}}));
    assert!(unknown.contains("inn"), "{unknown}");
    assert_eq!(
        broken(json!({"targeting": {"S": r#"{"if":[true,"red","off"]}"#}})),
        "there is no variant `red`"
    );
    assert_eq!(
        broken(json!({"targeting": {"N": "1"}})),
        "attribute targeting must be of type S"
    );
    assert_eq!(
        broken(json!({"targeting": {"S": r#"{"$ref":"vips"}"#}})),
        "there is no segment `vips`"
    );
    assert_eq!(
        broken(json!({"windows": {"S": "[]"}})),
        "windows: there is none"
    );
    assert!(broken(json!({"ramp": {"S": "[]"}})).starts_with("ramp: "));
    assert!(broken(json!({"variants": {"S": "a"}})).contains("variants must be of type M"));
    assert!(broken(json!({"targeting": {"S": r#"{"+":[1,2]}"#}})).contains("names no variant"));
    // They could take for ever.
    let long = format!(r#"{{"in":["a",[{}]]}}"#, vec!["1"; 40_000].join(","));
    assert!(broken(json!({"targeting": {"S": long}})).contains("more than 65536 bytes"));
    let nested = r#"{"map":[[1,2],{"map":[[1,2],{"var":""}]}]}"#;
    assert!(broken(json!({"targeting": {"S": nested}})).contains("within another operator"));
    for weight in ["1e30", "2147483648", "\"1\"", "null"] {
        let fractional = format!(r#"{{"fractional":[["on",{weight}]]}}"#);
        assert!(
            broken(json!({"targeting": {"S": fractional}})).contains("is no weight"),
            "{weight}"
        );
    }
    let sum = r#"{"fractional":[["on",2147483647],["off",1]]}"#;
    assert!(broken(json!({"targeting": {"S": sum}})).contains("add up to 2147483648"));
    // flagd takes it for zero, and its schema has none: it is evaluated, and not written.
    let negative = crate::check(r#"{"fractional":[["on",-1]]}"#).unwrap_err();
    assert!(negative.to_string().contains("is no weight"));
    crate::check(r#"{"fractional":[["on",{"var":"w"}]]}"#).unwrap();
}

#[test]
fn variants_have_values_of_any_type_and_a_default() {
    let attributes = json!({
        "variants": {"M": {"red": {"S": "#f00"}, "none": {"BOOL": false}, "many": {"L": [{"N": "1"}]}}},
        "defaultVariant": {"S": "none"}, "value": {"S": "old"}, "featureId": {"S": "t"},
        "targeting": {"S": r#"{"if":[{"==":[{"var":"plan"},"gold"]},"red",{"if":[{"var":"plan"},"many",null]}]}"#},
    });
    let item = item(attributes);
    let rule = rule(&item);
    let told = |context: Value| {
        let evaluation = one(&rule, &context);
        Private::default().answered(&item, &rule, evaluation.answer)
    };
    let expected = |value: Value| serde_json::from_value::<Item>(value).unwrap();
    assert_eq!(
        told(json!({"plan": "gold"})),
        expected(
            json!({"featureId": {"S": "t"}, "isActive": {"BOOL": true}, "variant": {"S": "red"},
            "value": {"S": "#f00"}})
        )
    );
    assert_eq!(
        told(json!({"plan": "blue"})),
        expected(
            json!({"featureId": {"S": "t"}, "isActive": {"BOOL": true}, "variant": {"S": "many"},
            "value": {"L": [{"N": "1"}]}})
        )
    );
    assert_eq!(
        told(json!({})),
        expected(
            json!({"featureId": {"S": "t"}, "isActive": {"BOOL": false}, "variant": {"S": "none"},
            "value": {"BOOL": false}})
        )
    );
}

#[test]
fn nothing_private_is_told() {
    let item = item(json!({
        "featureId": {"S": "t"}, "featureName": {"S": "T"}, "owner": {"S": "ann"}, "revision": {"N": "7"},
        "targeting": {"S": BETA}, "windows": {"S": r#"[{"from":"2020-01-01T00:00:00Z"}]"#},
        "ramp": {"S": r#"{"from":"2020-01-01T00:00:00Z","every":1,"steps":[100]}"#},
        "prerequisites": {"SS": []}, "touchedAt": {"N": "1"}, "defaultVariant": {"S": "off"},
    }));
    let rule = rule(&item);
    let answer = one(&rule, &json!({"groups": ["beta"]})).answer;
    let told = Private::of("owner, cost").answered(&item, &rule, answer);
    assert_eq!(
        serde_json::to_string(&told).unwrap(),
        r#"{"featureId":{"S":"t"},"featureName":{"S":"T"},"isActive":{"BOOL":true},"revision":{"N":"7"}}"#
    );
}

#[test]
fn segments_and_prerequisites_are_looked_up() {
    let items = BTreeMap::from([
        (
            "segment:staff".to_owned(),
            item(json!({"segment": {"S": r#"{"ends_with":[{"var":"email"},"@acme.com"]}"#}})),
        ),
        (
            "segment:vip".to_owned(),
            item(
                json!({"segment": {"S": r#"{"or":[{"$ref":"staff"},{"in":["vip",{"var":"groups"}]}]}"#}}),
            ),
        ),
        (
            "base".to_owned(),
            item(json!({"targeting": {"S": r#"{"if":[{"$ref":"vip"},"on","off"]}"#}})),
        ),
        (
            "top".to_owned(),
            item(json!({"prerequisites": {"SS": ["base"]}})),
        ),
        (
            "orphan".to_owned(),
            item(json!({"prerequisites": {"SS": ["gone"]}})),
        ),
        (
            "a".to_owned(),
            item(json!({"prerequisites": {"SS": ["b"]}})),
        ),
        (
            "b".to_owned(),
            item(json!({"prerequisites": {"SS": ["a"]}})),
        ),
        (
            "segment:x".to_owned(),
            item(json!({"segment": {"S": r#"{"$ref":"x"}"#}})),
        ),
        (
            "loop".to_owned(),
            item(json!({"targeting": {"S": r#"{"if":[{"$ref":"x"},"on","off"]}"#}})),
        ),
    ]);
    let find = |id: &str| items.get(id);
    let run = |id: &str, context: Value| {
        let rule = Rule::of(id, &items[id], &find, NOW);
        one(&rule, &context)
    };
    let staff = json!({"email": "ann@acme.com"});
    assert_eq!(run("base", staff.clone()).answer, Answer::On);
    assert_eq!(run("top", staff).answer, Answer::On);
    assert_eq!(run("top", json!({"groups": ["vip"]})).answer, Answer::On);
    assert_eq!(
        run("top", json!({})).reason,
        Reason::Prerequisite("base".into())
    );
    assert_eq!(
        run("orphan", json!({})).reason,
        Reason::Prerequisite("gone".into())
    );
    assert!(matches!(run("a", json!({})).reason, Reason::Broken(_)));
    assert_eq!(
        run("loop", json!({})).reason,
        Reason::Broken(RuleError::Circle("segment:x".into()))
    );
}

#[test]
fn what_refers_to_others_is_as_new_and_as_late_as_they_are() {
    let later = NOW + 5_000;
    let opens = format!(r#"[{{"from":"{}"}}]"#, timestamp(later));
    let base = item(
        json!({"revision": {"N": "9"}, "touchedAt": {"N": later.to_string()}, "windows": {"S": opens}}),
    );
    let top = item(json!({"revision": {"N": "4"}, "prerequisites": {"SS": ["base"]}}));
    let told = |base: Option<&Item>| {
        let rule = Rule::of("top", &top, &|_| base, NOW);
        let answer = evaluate([&rule], None).remove(0).answer;
        (
            answer,
            Private::default()
                .answered(&top, &rule, answer)
                .get("revision")
                .cloned(),
        )
    };
    // A clock that is behind the one that woke the other.
    assert_eq!(told(Some(&base)), (Answer::On, Some(json!({"N": "9"}))));
    assert_eq!(told(None), (Answer::Off, None));
}

#[test]
fn a_window_that_is_closed_is_off_and_a_late_clock_is_corrected() {
    let windows = r#"[{"days":"MON-FRI","from":"09:00","to":"17:00","zone":"Europe/Berlin"}]"#;
    let mut toggle = item(json!({"windows": {"S": windows}}));
    let reason = |item: &Item, at| {
        evaluate([&Rule::of("t", item, &|_| None, at)], None)
            .remove(0)
            .reason
    };
    let edge = next_edge(&toggle, NOW).unwrap();
    let before = edge - 1;
    let (open, closed) = (Reason::Default, Reason::Closed);
    let (was, is) = if reason(&toggle, before) == open {
        (open, closed)
    } else {
        (closed, open)
    };
    assert_eq!(reason(&toggle, before), was);
    assert_eq!(reason(&toggle, edge), is);
    // The schedule's clock said that the edge has come.
    toggle.insert("touchedAt".into(), json!({"N": edge.to_string()}));
    assert_eq!(reason(&toggle, before), is);
}

#[test]
fn the_next_edge_is_the_first_of_all() {
    let at = |text: &str| {
        let at: Timestamp = text.parse().unwrap();
        u64::try_from(at.as_millisecond()).unwrap()
    };
    let now = at("2026-12-01T00:00:00Z");
    let toggle = item(json!({
        "windows": {"S": r#"[{"from":"2026-12-05T00:00:00Z"}]"#},
        "ramp": {"S": r#"{"from":"2026-12-03T00:00:00Z","every":86400,"steps":[5,100]}"#},
        "targeting": {"S": format!(r#"{{"if":[{{">":[{{"var":"$flagd.timestamp"}},{}]}},"on","off"]}}"#, at("2026-12-02T00:00:00Z") / 1_000)},
    }));
    let expected = [
        "2026-12-02T00:00:00Z",
        "2026-12-02T00:00:01Z",
        "2026-12-03T00:00:00Z",
        "2026-12-04T00:00:00Z",
        "2026-12-05T00:00:00Z",
    ];
    let mut edges = vec![now];
    while let Some(next) = next_edge(&toggle, edges[edges.len() - 1]) {
        edges.push(next);
    }
    assert_eq!(edges[1..], expected.map(at));
    assert_eq!(next_edge(&item(json!({"windows": {"S": "["}})), now), None);
}

#[test]
fn a_ramp_keeps_whom_it_has_reached_and_needs_to_know_who_they_are() {
    let ramp = |percent: u8| {
        rule(&item(
            json!({"ramp": {"S": format!(r#"{{"from":"2020-01-01T00:00:00Z","every":1,"steps":[{percent}]}}"#)}}),
        ))
    };
    let on = |percent| -> Vec<bool> {
        let rule = ramp(percent);
        (0..2_000)
            .map(|user| {
                one(&rule, &json!({"targetingKey": format!("user-{user}")})).answer == Answer::On
            })
            .collect()
    };
    let shares = [5, 25, 50, 100].map(on);
    for pair in shares.windows(2) {
        assert!(
            pair[0]
                .iter()
                .zip(&pair[1])
                .all(|(before, after)| !before || *after)
        );
    }
    assert!(shares[3].iter().all(|on| *on));
    assert_eq!(one(&ramp(50), &json!({})).reason, Reason::Ramp(50));
    assert_eq!(
        one(&ramp(0), &json!({"targetingKey": "u"})).reason,
        Reason::Ramp(0)
    );
}

/// Within 0.3 of 10 percent.
#[test]
fn a_tenth_is_a_tenth() {
    let rule = rule(&targeting(
        &json!({"fractional": [["on", 10], ["off", 90]]}),
    ));
    let on = (0..100_000)
        .filter(|user| {
            one(&rule, &json!({"targetingKey": format!("user-{user}")})).answer == Answer::On
        })
        .count();
    assert!((9_700..=10_300).contains(&on), "{on}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A toggle without rules has the bytes that it has always had.
    #[test]
    fn a_toggle_without_rules_is_told_as_it_is(
        attributes in prop::collection::btree_map("[a-zA-Z]{1,12}", "[ -~]{0,20}", 0..8), active in any::<bool>(),
    ) {
        let mut item: Item = attributes.into_iter().map(|(name, text)| (name, json!({"S": text}))).collect();
        item.insert("isActive".into(), json!({"BOOL": active}));
        item.retain(|name, _| !toggle_contract::NEVER_TOLD.contains(&name.as_str()));
        prop_assert!(!has_rules(&item));
        let told = Private::default().plain(&item).into_owned();
        prop_assert_eq!(serde_json::to_vec(&told).unwrap(), serde_json::to_vec(&item).unwrap());
    }

    /// Whatever a rule is, it has an answer.
    #[test]
    fn any_rule_has_an_answer(targeting in "[ -~]{0,60}", windows in "[ -~]{0,60}", context in "[ -~]{0,60}") {
        let item = item(json!({"targeting": {"S": targeting}, "windows": {"S": windows}}));
        evaluate([&rule(&item)], Some(&context));
        let _ = next_edge(&item, NOW);
    }
}
