use insta::assert_json_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::Lost;
use crate::samples::{self, is_on, known};

/// After `exportResultSchema`, the import's example, and the specification of clients.
fn exported() -> Value {
    json!({
        "features": [
            {"name": "plain", "description": "On for all", "type": "release", "project": "default"},
            {"name": "off", "type": "release", "project": "default", "description": null},
            {"name": "rollout", "type": "release", "project": "default"},
            {"name": "users", "type": "permission", "project": "default"},
            {"name": "constrained", "type": "release", "project": "default"},
            {"name": "varied", "type": "experiment", "project": "default"},
            {"name": "child", "type": "release", "project": "default"},
            {"name": "rival", "type": "release", "project": "default"},
            {"name": "custom", "type": "release", "project": "default"},
            {"name": "paused", "type": "release", "project": "default"},
            {"name": "old", "archived": true},
        ],
        "featureStrategies": [
            {"name": "default", "featureName": "off", "parameters": {}, "constraints": []},
            {"name": "flexibleRollout", "featureName": "rollout", "parameters": {"rollout": "25", "stickiness": "random", "groupId": "rollout"},
                "constraints": [], "segments": [1, 2]},
            {"name": "flexibleRollout", "featureName": "rollout", "sortOrder": 1, "parameters": {"rollout": "50", "stickiness": "tenant", "groupId": "rollout"}},
            {"name": "userWithId", "featureName": "users", "parameters": {"userIds": "ann, bob"}},
            {"name": "default", "featureName": "constrained", "constraints": [
                {"contextName": "currentTime", "operator": "DATE_AFTER", "value": "2026-12-01T00:00:00.000Z"},
                {"contextName": "plan", "operator": "NOT_IN", "values": ["free"]},
                {"contextName": "email", "operator": "STR_ENDS_WITH", "values": ["@a.example", "@b.example"], "caseInsensitive": true},
                {"contextName": "age", "operator": "NUM_GTE", "value": "18"},
                {"contextName": "version", "operator": "SEMVER_GT", "value": "1.2.0", "inverted": true},
            ]},
            {"name": "flexibleRollout", "featureName": "varied", "parameters": {"rollout": "100", "stickiness": "default"}, "constraints": [
                {"contextName": "groups", "operator": "IN", "values": ["beta"]},
            ], "variants": [{"name": "blue", "weight": 1000, "payload": {"type": "json", "value": "{\"color\":\"blue\"}"}}]},
            {"name": "default", "featureName": "varied", "sortOrder": 2},
            {"name": "default", "featureName": "child"},
            {"name": "default", "featureName": "rival"},
            {"name": "applicationHostname", "featureName": "custom", "parameters": {"hostNames": "a"}},
            {"name": "default", "featureName": "custom", "constraints": [{"contextName": "ip", "operator": "REGEX", "value": "^1"}]},
            {"name": "default", "featureName": "paused", "disabled": true},
        ],
        "featureEnvironments": [
            {"enabled": true, "environment": "development", "featureName": "plain", "name": "plain"},
            {"enabled": false, "environment": "development", "featureName": "off"},
            {"enabled": true, "environment": "development", "featureName": "rollout"},
            {"enabled": true, "environment": "development", "featureName": "users"},
            {"enabled": true, "environment": "development", "featureName": "constrained"},
            {"enabled": true, "environment": "development", "featureName": "varied", "variants": [
                {"name": "red", "weight": 333, "payload": {"type": "string", "value": "#f00"}, "stickiness": "default", "weightType": "variable",
                    "overrides": [{"contextName": "userId", "values": ["ann"]}]},
                {"name": "green", "weight": 667, "payload": {"type": "number", "value": "5"}, "overrides": []},
            ]},
            {"enabled": true, "environment": "development", "featureName": "child"},
            {"enabled": true, "environment": "development", "featureName": "rival"},
            {"enabled": true, "environment": "development", "featureName": "custom"},
            {"enabled": true, "environment": "development", "featureName": "paused"},
        ],
        "segments": [
            {"id": 1, "name": "Gold plan", "constraints": [{"contextName": "plan", "operator": "IN", "values": ["gold"]}]},
            {"id": 2, "name": "not-in-file"},
        ],
        "dependencies": [
            {"feature": "child", "dependencies": [{"feature": "plain", "enabled": true}]},
            {"feature": "rival", "dependencies": [{"feature": "plain", "enabled": false}]},
        ],
        "featureTags": [{"featureName": "plain", "tagType": "simple", "tagValue": "web"}],
        "tagTypes": [], "contextFields": [],
    })
}

#[test]
fn an_export_of_an_environment_is_imported() {
    let imported = import(&exported().to_string(), None).unwrap();
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

/// As in `01-simple-examples.json` and `17-dependent-features.json` of the clients' specification.
#[test]
fn what_the_client_api_gives_is_imported() {
    let state = json!({"version": 2, "features": [
        {"name": "parent.enabled", "enabled": true, "strategies": [{"name": "default"}]},
        {"name": "child", "enabled": true, "strategies": [], "dependencies": [{"feature": "parent.enabled"}]},
        {"name": "off", "enabled": false, "strategies": [{"name": "default"}], "variants": null},
    ]});
    let imported = import(&state.to_string(), None).unwrap();
    assert_eq!(imported.lost, []);
    let on: Vec<_> = ["parent.enabled", "child", "off"]
        .map(|id| is_on(&imported.content, id, 0, None))
        .into();
    assert_eq!(on, [true, true, false]);
    assert_eq!(
        imported.content["child"]["prerequisites"],
        json!({"SS": ["parent.enabled"]})
    );
}

#[test]
fn the_environment_must_be_said_if_there_are_several() {
    let document = json!({
        "version": 4, "features": [{"name": "a"}],
        "featureEnvironments": [
            {"featureName": "a", "environment": "development", "enabled": true},
            {"featureName": "a", "environment": "production", "enabled": false},
        ],
        "featureStrategies": [{"featureName": "a", "environment": "production", "strategyName": "userWithId", "parameters": {"userIds": "ann"}}],
    });
    let text = document.to_string();
    let error = import(&text, None).unwrap_err().to_string();
    assert_eq!(
        error,
        "the file has the environments development, production"
    );
    assert!(import(&text, Some("staging")).is_err());
    let active = |environment| {
        import(&text, Some(environment)).unwrap().content["a"]["isActive"]["BOOL"].clone()
    };
    assert_eq!(
        (active("development"), active("production")),
        (json!(true), json!(false))
    );
    let targeted =
        import(&text, Some("production")).unwrap().content["a"].contains_key("targeting");
    assert!(targeted);
    for (text, why) in [
        ("{}", "no `features`"),
        ("[", "no JSON"),
        (r#"{"features": 1}"#, "no export"),
    ] {
        let error = import(text, None).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn toggles_are_exported_as_an_environment() {
    let items = serde_json::from_value(json!({
        "new": {
            "featureId": {"S": "new"}, "featureName": {"S": "New"}, "isActive": {"BOOL": true}, "description": {"S": "What is new"},
            "targeting": {"S": r#"{"if":[{"or":[{"in":["beta",{"var":"groups"}]},{"in":[{"var":"sub"},["ann"]]},{"$ref":"gold"}]},{"fractional":[["on",10],["off",90]]},"off"]}"#},
            "windows": {"S": r#"[{"from":"2026-12-24T18:00:00Z","to":"2026-12-27T00:00:00Z"}]"#},
            "prerequisites": {"SS": ["plain"]},
        },
        "plain": {"featureId": {"S": "plain"}, "isActive": {"BOOL": true}},
        "office": {"featureId": {"S": "office"}, "isActive": {"BOOL": true},
            "windows": {"S": r#"[{"from":"09:00","to":"17:00","zone":"UTC"}]"#}},
        "odd": {"featureId": {"S": "odd"}, "isActive": {"BOOL": true},
            "targeting": {"S": r#"{"if":[{"some":[{"var":"groups"},true]},"on","off"]}"#}},
        "color": {"featureId": {"S": "color"}, "isActive": {"BOOL": true}, "defaultVariant": {"S": "blue"},
            "variants": {"M": {"red": {"S": "#f00"}, "blue": {"S": "#00f"}}},
            "targeting": {"S": r#"{"if":[{"ends_with":[{"var":"email"},"@example.com"]},{"fractional":[["red",1],["blue",2]]},null]}"#}},
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
    fn nobody_gets_more_on_the_way(items in samples::items(), hours in 0..100_u64) {
        let exported = export(&items, "production");
        let imported = import(&exported.content.to_string(), Some("production")).unwrap();
        let at_ms = samples::NOW_MS + hours * 3_600_000;
        let is_disabled = |lost: &Lost| lost.why.contains("exported as disabled");
        let is_whole = !exported.lost.iter().any(is_disabled);
        for (id, context) in samples::IDS.into_iter().flat_map(|id| known().map(|of| (id, of))) {
            let before = is_on(&items, id, at_ms, Some(&context));
            let after = is_on(&imported.content, id, at_ms, Some(&context));
            prop_assert!(before || !after, "{} {}\n{}", id, context, exported.content);
            prop_assert!(!is_whole || before == after, "{} {}\n{}", id, context, exported.content);
        }
    }
}
