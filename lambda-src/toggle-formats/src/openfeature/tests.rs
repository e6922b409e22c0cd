use insta::assert_json_snapshot;

use super::*;

/// As in the project's `sample/sample_manifest.json`.
const MANIFEST: &str = r##"{
  "$schema": "../schema/v0/flag-manifest.json",
  "flags": {
    "enableFeatureA": {"flagType": "boolean", "defaultValue": false, "description": "Whether A is there."},
    "usernameMaxLength": {"flagType": "integer", "defaultValue": 50},
    "greeting": {"flagType": "string", "defaultValue": "Hello!"},
    "discount": {"flagType": "float", "defaultValue": 0.15},
    "theme": {"flagType": "object", "defaultValue": {"primaryColor": "#007bff"}}
  }
}"##;

#[test]
fn a_manifest_is_the_same_after_an_import() {
    let items = import(MANIFEST).unwrap();
    assert_eq!(items.lost, []);
    assert_json_snapshot!(items.content);
    let exported = export(&items.content);
    assert_eq!(exported.lost, []);
    let before: Value = serde_json::from_str(MANIFEST).unwrap();
    assert_eq!(exported.content["flags"], before["flags"]);
}

#[test]
fn rules_are_no_part_of_a_manifest() {
    let item = serde_json::from_value(json!({
        "featureId": {"S": "a"}, "isActive": {"BOOL": true}, "targeting": {"S": "{}"},
        "variants": {"M": {"blue": {"S": "#00f"}, "red": {"S": "#f00"}}}, "defaultVariant": {"S": "red"},
    }));
    let exported = export(&Items::from([("a".to_owned(), item.unwrap())]));
    let wanted = json!({"flagType": "string", "defaultValue": "#f00"});
    assert_eq!(exported.content["flags"]["a"], wanted);
    let lost: Vec<_> = exported
        .lost
        .iter()
        .map(|lost| lost.what.as_str())
        .collect();
    assert_eq!(lost, ["targeting", "variants", "defaultVariant"]);
}

#[test]
fn what_is_no_manifest_is_told() {
    for (text, why) in [
        ("{", "no JSON"),
        ("[]", "no `flags`"),
        (
            r#"{"flags": {"a": {"flagType": "boolean"}}}"#,
            "no `defaultValue`",
        ),
        (
            r#"{"flags": {"a": {"flagType": "date", "defaultValue": 1}}}"#,
            "`flagType` must be",
        ),
        (
            r#"{"flags": {"a": {"flagType": "integer", "defaultValue": 1.5}}}"#,
            "another type",
        ),
        (
            r#"{"flags": {"segment:a": {"flagType": "string", "defaultValue": ""}}}"#,
            "segments",
        ),
    ] {
        let error = import(text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}
