use insta::assert_json_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::Lost;
use crate::samples::{self, is_on, known};

/// After the examples of the REST API's reference and of its topic on targeting by JSON.
fn flags() -> Value {
    let boolean = json!([
        {"value": true, "name": "true", "_id": "86208e6e-468f-4425-b334-7f318397f95c"},
        {"value": false, "name": "false", "_id": "7b32de80-f346-4276-bb77-28dfa7ddc2d8"},
    ]);
    let off = json!({"on": false, "targets": [], "rules": [], "fallthrough": {"variation": 0}, "offVariation": 1, "prerequisites": []});
    json!({"items": [
        {
            "name": "Alternate product page", "kind": "boolean", "description": "This is a description", "key": "alternate.page",
            "_version": 2, "variations": boolean, "tags": ["ops"], "temporary": false,
            "environments": {"test": off, "production": {
                "on": true, "archived": false, "salt": "YWx0", "version": 17,
                "targets": [{"values": ["ann", "bob"], "variation": 0, "contextKind": "user"}],
                "contextTargets": [{"values": [], "variation": 0, "contextKind": "user"}, {"values": ["acme"], "variation": 0, "contextKind": "organization"}],
                "rules": [
                    {"_id": "1", "variation": 0, "clauses": [
                        {"attribute": "groups", "op": "in", "values": ["beta", "staff"], "negate": false, "contextKind": "user"},
                        {"attribute": "email", "op": "endsWith", "values": ["@example.com"], "negate": true},
                    ]},
                    {"_id": "2", "variation": 1, "clauses": [{"attribute": "", "op": "segmentMatch", "values": ["gold plan", "half"], "negate": false}]},
                    {"_id": "3", "variation": 0, "clauses": [{"attribute": "name", "op": "matches", "values": ["^A"]}]},
                    {"_id": "4", "clauses": [{"attribute": "/address/country", "op": "in", "values": ["DE"]},
                        {"attribute": "age", "op": "greaterThanOrEqual", "values": [18]},
                        {"attribute": "version", "op": "semVerLessThan", "values": ["2.0.0"]}],
                        "rollout": {"contextKind": "user", "bucketBy": "email", "variations": [{"variation": 0, "weight": 60000}, {"variation": 1, "weight": 40000}]}},
                ],
                "fallthrough": {"variation": 1}, "offVariation": 1, "prerequisites": [],
            }},
        },
        {
            "key": "header.color", "kind": "multivariate", "name": "Header", "tags": [],
            "variations": [{"value": "#f00", "name": "Red"}, {"value": {"hex": "#00f"}}, {"value": 7}],
            "environments": {"production": {"on": true, "targets": [], "rules": [], "fallthrough": {"rollout": {"variations": [
                {"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}, {"variation": 2, "weight": 0}]}},
                "offVariation": 2, "prerequisites": [{"key": "alternate.page", "variation": 0}]}},
        },
        {
            "key": "needs.blue", "variations": boolean,
            "environments": {"production": {"on": true, "fallthrough": {"variation": 0}, "offVariation": 1,
                "prerequisites": [{"key": "header.color", "variation": 1}]}},
        },
        {
            "key": "closed", "variations": boolean, "environments": {"production": {"on": true, "fallthrough": {"variation": 0}, "rules": [
                {"variation": 1, "clauses": [{"attribute": "name", "op": "matches", "values": ["^A"], "negate": true}]}]}},
        },
        {"key": "gone", "archived": true, "variations": boolean, "environments": {}},
        {"key": "elsewhere", "variations": boolean, "environments": {"test": {"on": true}}},
    ],
    "segments": {"gold plan": {"included": ["eve"], "excluded": ["bob"], "rules": [
        {"clauses": [{"attribute": "plan", "op": "in", "values": ["gold"]}]},
        {"clauses": [{"attribute": "groups", "op": "in", "values": ["gold"], "negate": true}]},
    ]}, "half": {"rules": [{"clauses": [], "weight": 50000}]}}})
}

#[test]
fn flags_of_the_rest_api_are_imported() {
    let imported = import(&flags().to_string(), Some("production")).unwrap();
    assert_json_snapshot!("imported", imported.content);
    assert_json_snapshot!("imported_lost", imported.lost);
    for (id, item) in &imported.content {
        for name in ["targeting", "segment"] {
            if let Some(text) = crate::item::text(item, name) {
                toggle_rules::check(text).unwrap_or_else(|error| panic!("{id}: {error}"));
            }
        }
    }
}

#[test]
fn files_of_the_sdks_are_imported() {
    let file = json!({"flags": {
        "flag1": {"on": true, "fallthrough": {"variation": 1}, "offVariation": 0, "variations": [false, true]},
        "flag2": {"on": true, "fallthrough": {"variation": 0}, "variations": [true, false],
            "rules": [{"variation": 1, "clauses": [{"attribute": "key", "op": "in", "values": ["ann"]}]}]},
    }});
    let imported = import(&file.to_string(), None).unwrap();
    assert_eq!(imported.lost, []);
    let on = |id, sub: &str| {
        is_on(
            &imported.content,
            id,
            0,
            Some(&json!({ "sub": sub }).to_string()),
        )
    };
    assert_eq!(
        [on("flag1", "ann"), on("flag2", "ann"), on("flag2", "bob")],
        [true, false, true]
    );
    let one =
        json!({"key": "one", "variations": [1, 2], "on": true, "fallthrough": {"variation": 1}});
    let imported = import(&one.to_string(), None).unwrap().content;
    assert_eq!(imported["one"]["defaultVariant"], json!({"S": "2"}));
}

#[test]
fn what_is_no_flag_is_told() {
    let error = import(&flags().to_string(), None).unwrap_err().to_string();
    assert_eq!(error, "the file has the environments production, test");
    for (text, why) in [
        ("{}", "neither `items` nor `flags`"),
        ("[1", "no JSON"),
        (r#"{"items": [1]}"#, "no document"),
        (
            r#"{"flags": {"a": {"on": true, "variations": [true], "fallthrough": {"variation": 3}}}}"#,
            "no variation 3",
        ),
    ] {
        let error = import(text, None).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn toggles_are_exported_as_flags() {
    let items = serde_json::from_value(json!({
        "new": {
            "featureId": {"S": "new"}, "featureName": {"S": "New"}, "isActive": {"BOOL": true},
            "targeting": {"S": r#"{"if":[{"in":[{"var":"sub"},["ann"]]},"on",{"if":[{"or":[{"in":["beta",{"var":"groups"}]},{"$ref":"gold"}]},{"fractional":[["on",10],["off",90]]},"off"]}]}"#},
            "prerequisites": {"SS": ["plain"]},
        },
        "plain": {"featureId": {"S": "plain"}, "isActive": {"BOOL": false}},
        "office": {"featureId": {"S": "office"}, "isActive": {"BOOL": true},
            "windows": {"S": r#"[{"from":"09:00","to":"17:00","zone":"UTC"}]"#}},
        "color": {"featureId": {"S": "color"}, "isActive": {"BOOL": true}, "defaultVariant": {"S": "blue"},
            "variants": {"M": {"red": {"S": "#f00"}, "blue": {"S": "#00f"}}},
            "targeting": {"S": r#"{"if":[{"!":[{"in":[{"var":"plan"},["free"]]}]},"red",null]}"#}},
        "after": {"featureId": {"S": "after"}, "isActive": {"BOOL": true}, "prerequisites": {"SS": ["color"]}},
        "segment:gold": {"featureId": {"S": "segment:gold"}, "segment": {"S": r#"{"==":[{"var":"plan"},"gold"]}"#}},
    }));
    let exported = export(&items.unwrap(), "production");
    assert_json_snapshot!("exported", exported.content);
    assert_json_snapshot!("exported_lost", exported.lost);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Nobody for whom a toggle is off gets it by an export and an import; and if nothing was lost, nobody for
    /// whom it is on loses it.
    #[test]
    fn nobody_gets_more_on_the_way(items in samples::items()) {
        let exported = export(&items, "production");
        let mut imported = import(&exported.content.to_string(), None).unwrap().content;
        // A list of flags has no segments.
        imported.extend(items.iter().filter(|(id, _)| toggle_rules::is_segment(id)).map(|(id, of)| (id.clone(), of.clone())));
        let is_off = |lost: &Lost| lost.why.contains("exported as off");
        let is_whole = !exported.lost.iter().any(is_off);
        for (id, context) in samples::IDS.into_iter().flat_map(|id| known().map(|of| (id, of))) {
            let before = is_on(&items, id, samples::NOW_MS, Some(&context));
            let after = is_on(&imported, id, samples::NOW_MS, Some(&context));
            prop_assert!(before || !after, "{} {}\n{}", id, context, exported.content);
            prop_assert!(!is_whole || before == after, "{} {}\n{}", id, context, exported.content);
        }
    }
}
