use insta::assert_json_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Items;
use crate::samples::items;

fn items_of(value: Value) -> Items {
    serde_json::from_value(value).unwrap()
}

/// After the examples of <https://flagd.dev/reference/flag-definitions/>.
const DEFINITION: &str = r##"{
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {
    "new-welcome-banner": {
      "state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
      "targeting": {"if": [{"ends_with": [{"var": "email"}, "@example.com"]}, "on", "off"]}
    },
    "off-by-default": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": {}},
    "kill": {"state": "DISABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"},
    "headerColor": {
      "state": "ENABLED", "variants": {"red": "#FF0000", "blue": "#0000FF"}, "defaultVariant": "blue",
      "targeting": {"if": [{"$ref": "isStaff"}, {"fractional": [["red", 50], ["blue", 50]]}, null]},
      "metadata": {"team": "web", "level": 3}
    },
    "fibAlgo": {"state": "ENABLED", "variants": {"recursive": "recursive", "memo": "memo"}, "defaultVariant": null}
  },
  "$evaluators": {"isStaff": {"in": ["staff", {"var": "groups"}]}}
}"##;

#[test]
fn a_definition_is_imported() {
    let imported = import(DEFINITION).unwrap();
    assert_eq!(imported.lost, []);
    assert_json_snapshot!(imported.content);
}

#[test]
fn toggles_are_exported_with_what_flagd_does_not_know() {
    let items = items_of(json!({
        "new": {
            "featureId": {"S": "new"}, "featureName": {"S": "New"}, "isActive": {"BOOL": true},
            "targeting": {"S": r#"{"if": [{"$ref": "staff"}, "on", "off"]}"#},
            "windows": {"S": r#"[{"from":"2026-12-24T18:00:00Z"}]"#}, "prerequisites": {"SS": ["max"]},
            "owner": {"S": "web"}, "revision": {"N": "7"},
        },
        "max": {
            "featureId": {"S": "max"}, "featureName": {"S": "max"}, "isActive": {"BOOL": false}, "value": {"N": "5"},
        },
        "old": {"featureId": {"S": "old"}, "isRemoved": {"BOOL": true}},
        "segment:staff": {"featureId": {"S": "segment:staff"}, "segment": {"S": r#"{"in": ["staff", {"var": "groups"}]}"#}},
        "broken": {"featureId": {"S": "broken"}, "featureName": {"S": "broken"}, "isActive": {"BOOL": true}, "targeting": {"S": "{"}},
    }));
    let exported = export(&items);
    assert_json_snapshot!(exported.content);
    assert_json_snapshot!(exported.lost);
}

#[test]
fn an_edited_flag_counts_more_than_what_repeats_it() {
    let items = items_of(json!({"a": {
        "featureId": {"S": "a"}, "featureName": {"S": "a"}, "isActive": {"BOOL": true},
        "targeting": {"S": r#"{ "if": [true, "on", "off"] }"#},
    }}));
    let mut document = export(&items).content;
    document["flags"]["a"]["targeting"]["if"][0] = json!(false);
    let imported = import(&document.to_string()).unwrap();
    assert_eq!(
        imported.content["a"]["targeting"],
        json!({"S": r#"{"if":[false,"on","off"]}"#})
    );
    assert_eq!(imported.lost[0].what, "frontage.targeting");
}

#[test]
fn flags_may_be_a_list_and_the_files_metadata_is_lost() {
    let text = r#"{"flags": [{"key": "a", "state": "ENABLED", "variants": {"one": 1}}], "metadata": {"version": "2"}}"#;
    let imported = import(text).unwrap();
    assert_eq!(
        imported.content["a"]["variants"],
        json!({"M": {"one": {"N": "1"}}})
    );
    assert_eq!(imported.lost[0].what, "metadata `version` of the file");
}

#[test]
fn what_is_no_definition_is_told() {
    for (text, why) in [
        ("", "no JSON"),
        ("{}", "no `flags`"),
        (r#"{"flags": {"a": 1}}"#, "no object"),
        (
            r#"{"flags": {"a": {"variants": {"on": true}}}}"#,
            "`state` must be",
        ),
        (r#"{"flags": {"a": {"state": "ENABLED"}}}"#, "no `variants`"),
        (
            r#"{"flags": {"a": {"state": "ENABLED", "variants": {"a": 1e200}}}}"#,
            "1e+200",
        ),
        (
            r#"{"flags": {"a": {"state": "ENABLED", "variants": {"a": 1}, "defaultVariant": 1}}}"#,
            "no text",
        ),
        (r#"{"flags": [{"state": "ENABLED"}]}"#, "no `key`"),
    ] {
        let error = import(text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// An import of an export is the same toggles, and so an export of those the same bytes.
    #[test]
    fn nothing_is_lost_on_the_way_back(items in items()) {
        let exported = export(&items).content.to_string();
        let imported = import(&exported).unwrap();
        prop_assert_eq!(&imported.lost, &[]);
        for (id, item) in &items {
            let back = &imported.content[id];
            prop_assert_eq!(back, item, "{}", id);
        }
        prop_assert_eq!(export(&imported.content).content.to_string(), exported);
    }
}
