//! The routes, by those who may use them and by those who may not.

mod proposing;
mod schema;
mod world;

use serde_json::{Value, json};

use self::schema::{description, is_described_body, wrong};
use self::world::{ada, ask, ask_with, bob, token_of};
use crate::{Code, ROUTES};

const TOGGLES: &str = r#""TableName":"toggles""#;
const PROPOSALS: &str = r#""TableName":"proposals""#;
const NONE: &str = r#"{"Items": []}"#;
const ABSENT: &str = "{}";
const DONE: &str = "{}";
const CHANGED: &str = r#"{"__type": "ConditionalCheckFailedException"}"#;

fn item(item: &Value) -> String {
    json!({ "Item": item }).to_string()
}

fn express() -> Value {
    json!({
        "featureId": {"S": "shipping.express"}, "featureName": {"S": "Express"}, "isActive": {"BOOL": true},
        "value": {"N": "1.50"}, "revision": {"N": "9000000000000"}, "owner": {"S": "web"},
        "lastChange": {"M": {"by": {"S": "cyd"}, "at": {"N": "9000000000000"}, "comment": {"S": "sale"}}},
        "deliveryReceipt": {"S": "receipt:a"}, "touchedAt": {"N": "5"},
        "targeting": {"S": r#"{"if": [{"$ref": "staff"}, "on", "off"]}"#},
        "variants": {"M": {"on": {"N": "1.0"}, "off": {"NULL": true}}},
        "defaultVariant": {"S": "off"}, "prerequisites": {"SS": ["b", "a"]},
        "windows": {"S": r#"[{"from": "09:00", "to": "17:00", "zone": "UTC"}]"#},
    })
}

fn staff() -> Value {
    json!({"featureId": {"S": "segment:staff"}, "segment": {"S": r#"{"==": [1, 1]}"#}, "revision": {"N": "3"}})
}

#[tokio::test]
async fn everything_is_listed_for_who_may_change_something() {
    let items = json!({"Items": [express(), staff(), {"featureId": {"S": "a"}},
        {"featureId": {"S": "gone"}, "isRemoved": {"BOOL": true}}]})
    .to_string();
    let listed = ask(
        "GET /toggles",
        Value::Null,
        &ada(),
        &[(TOGGLES, 200, &items), (PROPOSALS, 200, NONE)],
    )
    .await;
    assert_eq!(listed.status, 200, "{listed:?}");
    assert_eq!(
        listed.body["you"],
        json!({"name": "ada@example.com", "groups": ["shipping"], "mayFlip": ["segment:shipping-*", "shipping.*"]})
    );
    let toggles = listed.body["toggles"].as_array().unwrap();
    assert_eq!(toggles.len(), 2);
    assert_eq!(
        (
            &toggles[0]["id"],
            &toggles[0]["mayFlip"],
            &toggles[0]["revision"]
        ),
        (&json!("a"), &json!(false), &json!(0))
    );
    assert_eq!(
        toggles[1],
        json!({
            "id": "shipping.express", "name": "Express", "isActive": true, "value": 1.5, "revision": 9_000_000_000_000_u64,
            "lastChange": {"by": "cyd", "at": 9_000_000_000_000_u64, "comment": "sale"},
            "rules": {
                "targeting": {"if": [{"$ref": "staff"}, "on", "off"]}, "variants": {"on": 1.0, "off": null},
                "defaultVariant": "off", "prerequisites": ["a", "b"],
                "windows": [{"from": "09:00", "to": "17:00", "zone": "UTC"}],
            },
            "attributes": {"owner": "web"}, "isProtected": false, "mayFlip": true,
        })
    );
    assert_eq!(
        listed.body["segments"],
        json!([{"name": "staff", "condition": {"==": [1, 1]}, "usedBy": ["shipping.express"], "revision": 3, "isProtected": false, "mayFlip": false}])
    );
    assert!(listed.body["now"].as_u64().unwrap() > 1_700_000_000_000);
    assert!(
        ask(
            "GET /toggles",
            Value::Null,
            &token_of(&json!({"cognito:groups": ["guests"]})),
            &[(TOGGLES, 200, NONE), (PROPOSALS, 200, NONE)]
        )
        .await
        .status
            == 200
    );
}

#[tokio::test]
async fn nobody_else_sees_or_changes_anything() {
    let now_and_never = [
        (None, "unauthorized"),
        (Some("a.b.c".to_owned()), "unauthorized"),
        (
            Some(token_of(
                &json!({"token_use": "access", "aud": null, "client_id": "client"}),
            )),
            "unauthorized",
        ),
        (Some(token_of(&json!({"aud": "another"}))), "unauthorized"),
        (
            Some(token_of(
                &json!({"iss": "https://cognito-idp.eu-west-1.amazonaws.com/other"}),
            )),
            "unauthorized",
        ),
        (
            Some(token_of(&json!({"exp": 1_700_000_000}))),
            "unauthorized",
        ),
        (
            Some(token_of(&json!({"token_use": "refresh"}))),
            "unauthorized",
        ),
        (Some(format!("{}x", ada())), "unauthorized"),
        (
            Some(token_of(&json!({"cognito:groups": null}))),
            "forbidden",
        ),
        (
            Some(token_of(&json!({"cognito:groups": ["beta", "Shipping"]}))),
            "forbidden",
        ),
        (
            Some(token_of(&json!({"cognito:groups": "operators"}))),
            "forbidden",
        ),
    ];
    for (token, wanted) in now_and_never {
        for (method, path) in ROUTES
            .into_iter()
            .filter(|(_, path)| *path != "/openapi.json")
        {
            let request = format!("{method} {path}?id=shipping.express&revision=1&proposal=p");
            let refused = ask_with(
                Some("proposals"),
                &request,
                json!({}),
                token.as_deref(),
                &[],
            )
            .await;
            assert_eq!(refused.code().1, wanted, "{request} {token:?} {refused:?}");
            assert_eq!(refused.fake.count("DynamoDB"), 0, "{refused:?}");
        }
    }
}

/// Keys out of reach are nobody's fault.
#[tokio::test]
async fn without_the_keys_nothing_is_answered() {
    let failed = world::ask_without_keys("GET /toggles", &ada()).await;
    assert_eq!(failed.code(), (500, "failed"));
    assert!(
        failed.body["detail"]
            .as_str()
            .unwrap()
            .contains("request-1")
    );
}

#[tokio::test]
async fn a_patch_touches_what_it_names_and_its_author_is_the_person() {
    let live = item(&express());
    let body = json!({"revision": 9_000_000_000_000_u64, "isActive": false, "value": null, "comment": "too dear",
        "attributes": {"team": "a", "owner": null}});
    assert!(is_described_body("PATCH", "/toggle", &body));
    let answers = [("GetItem", 200, live.as_str()), ("UpdateItem", 200, DONE)];
    let patched = ask("PATCH /toggle?id=shipping.express", body, &ada(), &answers).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(
        (&patched.body["isActive"], &patched.body["attributes"]),
        (&json!(false), &json!({"team": "a"}))
    );
    assert_eq!(patched.body["lastChange"]["by"], "ada@example.com");
    assert_eq!(patched.body["lastChange"]["comment"], "too dear");
    assert_eq!(patched.body.get("value"), None);
    let update = &patched.sent("UpdateItem")[0];
    assert_eq!(update["ConditionExpression"], "#revision = :read");
    assert_eq!(
        update["ExpressionAttributeValues"][":read"],
        json!({"N": "9000000000000"})
    );
    let names: Vec<_> = update["ExpressionAttributeNames"]
        .as_object()
        .unwrap()
        .values()
        .collect();
    for touched in [
        "isActive",
        "team",
        "owner",
        "value",
        "revision",
        "lastChange",
    ] {
        assert!(names.contains(&&json!(touched)), "{touched}: {update}");
    }
    for untouched in [
        "targeting",
        "variants",
        "prerequisites",
        "windows",
        "featureName",
    ] {
        assert!(!names.contains(&&json!(untouched)), "{untouched}: {update}");
    }
}

#[tokio::test]
async fn rules_are_written_as_the_functions_read_them_and_null_removes_one() {
    let live = item(&express());
    let (segment, a) = (
        item(&staff()),
        item(&json!({"featureId": {"S": "a"}, "isActive": {"BOOL": true}})),
    );
    let body = json!({"revision": 9_000_000_000_000_u64, "rules": {
        "targeting": {"if": [{"$ref": "staff"}, "big", null]}, "variants": {"big": 12}, "defaultVariant": null,
        "prerequisites": ["a"], "windows": null, "ramp": {"from": "2026-01-01T00:00:00Z", "every": 60, "steps": [5, 100]}}});
    let answers = [
        (r#""S":"segment:staff""#, 200, segment.as_str()),
        (r#""S":"a""#, 200, a.as_str()),
        ("GetItem", 200, live.as_str()),
        ("GetItem", 200, live.as_str()),
        ("UpdateItem", 200, DONE),
    ];
    let patched = ask(
        "PATCH /toggle?id=shipping.express",
        body.clone(),
        &ada(),
        &answers,
    )
    .await;
    assert_eq!(patched.status, 200, "{patched:?}");
    let mut rules = body["rules"].clone();
    rules
        .as_object_mut()
        .unwrap()
        .retain(|_, rule| !rule.is_null());
    assert_eq!(patched.body["rules"], rules);
    let written = patched.sent("UpdateItem")[0].to_string();
    assert!(
        written.contains(r#"{"S":"{\"if\":[{\"$ref\":\"staff\"},\"big\",null]}"}"#),
        "{written}"
    );
    assert!(
        written.contains(r#"{"M":{"big":{"N":"12"}}}"#) && written.contains(r#"{"SS":["a"]}"#),
        "{written}"
    );
    patched.fake.assert_used();
}

#[tokio::test]
async fn what_cannot_be_is_not_written() {
    let live = item(&express());
    let revision = 9_000_000_000_000_u64;
    for (body, wanted) in [
        (json!({"isActive": true}), 400),
        (json!({"revision": revision, "isactive": true}), 400),
        (json!({"revision": -1}), 400),
        (json!({"revision": revision, "isActive": "yes"}), 400),
        (json!({"revision": revision, "comment": ""}), 400),
        (
            json!({"revision": revision, "comment": "x".repeat(1_025)}),
            400,
        ),
        (
            json!({"revision": revision, "rules": {"prerequisites": "a"}}),
            400,
        ),
        (json!({"revision": revision, "rules": {"rule": "a"}}), 400),
        (json!([]), 400),
        (
            json!({"revision": revision, "rules": {"targeting": {"iff": []}}}),
            422,
        ),
        (
            json!({"revision": revision, "rules": {"targeting": 5}}),
            422,
        ),
        (
            json!({"revision": revision, "rules": {"windows": 5, "targeting": null}}),
            422,
        ),
        (
            json!({"revision": revision, "rules": {"prerequisites": ["gone"]}}),
            422,
        ),
        (
            json!({"revision": revision, "rules": {"targeting": {"if": [{"$ref": "gone"}, "on", "off"]}}}),
            422,
        ),
        (
            json!({"revision": revision, "attributes": {"revision": "5"}}),
            422,
        ),
        (
            json!({"revision": revision, "attributes": {"isActive": null}}),
            422,
        ),
        (
            json!({"revision": revision, "condition": {"==": [1, 1]}}),
            422,
        ),
    ] {
        let answers = [
            ("shipping.express", 200, live.as_str()),
            ("GetItem", 200, ABSENT),
            ("GetItem", 200, ABSENT),
            ("GetItem", 200, ABSENT),
        ];
        let refused = ask(
            "PATCH /toggle?id=shipping.express",
            body.clone(),
            &ada(),
            &answers,
        )
        .await;
        assert_eq!(refused.code(), (wanted, "invalid"), "{body} {refused:?}");
        refused.wrote_nothing();
    }
    let many = format!("PATCH /toggle?id={}", "x".repeat(2_049));
    assert_eq!(
        ask(&many, json!({"revision": 0}), &bob(), &[]).await.code(),
        (400, "invalid")
    );
    assert_eq!(
        ask("PATCH /toggle", json!({"revision": 0}), &bob(), &[])
            .await
            .code(),
        (400, "invalid")
    );
}

#[tokio::test]
async fn only_what_ones_groups_name_is_changed() {
    let requests = [
        (
            "PATCH /toggle?id=payment.card",
            json!({"revision": 1, "isActive": false}),
        ),
        ("PATCH /toggle?id=shipping", json!({"revision": 0})),
        (
            "PATCH /toggle?id=segment:staff",
            json!({"revision": 3, "condition": {"==": [1, 1]}}),
        ),
        ("DELETE /toggle?id=payment.card&revision=1", Value::Null),
        (
            "POST /rollback?id=payment.card",
            json!({"to": 1, "revision": 2}),
        ),
        ("POST /approve?id=payment.card", json!({"proposal": "p"})),
    ];
    for (request, body) in requests {
        let refused = ask(request, body, &ada(), &[]).await;
        assert_eq!(refused.code(), (403, "forbidden"), "{request}");
        refused.wrote_nothing();
    }
}

#[tokio::test]
async fn the_second_of_two_at_once_is_told_the_live_revision() {
    let before = item(&express());
    let mut newer = express();
    newer["revision"] = json!({"N": "9000000000007"});
    let newer = item(&newer);
    let body = json!({"revision": 9_000_000_000_000_u64, "isActive": false});
    // Both have read the same, and the other one has written first.
    let at_once = [
        ("GetItem", 200, before.as_str()),
        ("UpdateItem", 400, CHANGED),
        ("GetItem", 200, newer.as_str()),
    ];
    // The other one has written long ago.
    let later = [("GetItem", 200, newer.as_str())];
    for answers in [&at_once[..], &later] {
        let refused = ask(
            "PATCH /toggle?id=shipping.express",
            body.clone(),
            &ada(),
            answers,
        )
        .await;
        assert_eq!(refused.code(), (409, "revised"), "{refused:?}");
        assert_eq!(refused.body["live"], 9_000_000_000_007_u64);
        refused.fake.assert_used();
    }
    let made = ask(
        "PATCH /toggle?id=shipping.express",
        json!({"revision": 0}),
        &ada(),
        &[("GetItem", 200, &before)],
    )
    .await;
    assert_eq!(
        (made.code(), &made.body["live"]),
        ((409, "revised"), &json!(9_000_000_000_000_u64))
    );
    let deleted = ask(
        "DELETE /toggle?id=shipping.express&revision=5",
        Value::Null,
        &ada(),
        &[("GetItem", 200, &before)],
    )
    .await;
    assert_eq!(deleted.wrote_nothing().code(), (409, "revised"));
}

#[tokio::test]
async fn a_toggle_is_made_shown_and_deleted() {
    let made = ask(
        "PATCH /toggle?id=shipping.new",
        json!({"revision": 0, "isActive": true}),
        &ada(),
        &[("GetItem", 200, ABSENT), ("PutItem", 200, DONE)],
    )
    .await;
    assert_eq!(
        (made.status, &made.body["name"], &made.body["isActive"]),
        (200, &json!("shipping.new"), &json!(true))
    );
    assert_eq!(
        made.sent("PutItem")[0]["ConditionExpression"],
        "attribute_not_exists(featureId)"
    );
    let live = item(&express());
    let shown = ask(
        "GET /toggle?id=shipping.express",
        Value::Null,
        &ada(),
        &[(TOGGLES, 200, &live), (PROPOSALS, 200, ABSENT)],
    )
    .await;
    assert_eq!(
        (shown.status, &shown.body["name"]),
        (200, &json!("Express"))
    );
    let deleted = ask(
        "DELETE /toggle?id=shipping.express&revision=9000000000000&comment=old",
        Value::Null,
        &ada(),
        &[("GetItem", 200, &live), ("PutItem", 200, DONE)],
    )
    .await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    let tombstone = &deleted.sent("PutItem")[0]["Item"];
    assert_eq!(tombstone["isRemoved"], json!({"BOOL": true}));
    assert_eq!(tombstone["lastChange"]["M"]["comment"], json!({"S": "old"}));
    for (request, body) in [
        ("GET /toggle?id=shipping.none", Value::Null),
        ("PATCH /toggle?id=shipping.none", json!({"revision": 5})),
        ("DELETE /toggle?id=shipping.none&revision=5", Value::Null),
        ("POST /explain?id=shipping.none", json!({})),
    ] {
        let answers = [
            ("GetItem", 200, ABSENT),
            ("GetItem", 200, ABSENT),
            ("Scan", 200, NONE),
            ("Scan", 200, NONE),
        ];
        let refused = ask(request, body, &ada(), &answers).await;
        assert_eq!(
            refused.wrote_nothing().code(),
            (404, "unknown-toggle"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn a_segment_is_changed_and_deleted_like_a_toggle() {
    let live = item(
        &json!({"featureId": {"S": "segment:shipping-eu"}, "segment": {"S": "{}"}, "revision": {"N": "9000000000000"}}),
    );
    let answers = [
        ("GetItem", 200, live.as_str()),
        ("GetItem", 200, live.as_str()),
        ("UpdateItem", 200, DONE),
    ];
    let body = json!({"revision": 9_000_000_000_000_u64, "condition": {"==": [1, 2]}});
    let patched = ask(
        "PATCH /toggle?id=segment:shipping-eu",
        body,
        &ada(),
        &answers,
    )
    .await;
    assert_eq!(
        (patched.status, &patched.body["attributes"]),
        (200, &json!({"segment": r#"{"==":[1,2]}"#})),
        "{patched:?}"
    );
    let refused = ask(
        "PATCH /toggle?id=segment:shipping-eu",
        json!({"revision": 1, "isActive": true}),
        &ada(),
        &[],
    )
    .await;
    assert_eq!(refused.code(), (422, "invalid"));
    let used = json!({"Items": [{"featureId": {"S": "segment:shipping-eu"}, "segment": {"S": r#"{"==": [1, 1]}"#}},
        {"featureId": {"S": "x"}, "targeting": {"S": r#"{"if": [{"$ref": "shipping-eu"}, "on"]}"#}}]}).to_string();
    let refused = ask(
        "DELETE /toggle?id=segment:shipping-eu&revision=1",
        Value::Null,
        &ada(),
        &[("Scan", 200, &used)],
    )
    .await;
    assert_eq!(
        refused.wrote_nothing().code(),
        (422, "invalid"),
        "{refused:?}"
    );
}

fn record(revision: u64, before: Option<&Value>, after: &Value) -> Value {
    let mut record = json!({
        "featureId": {"S": "shipping.express"}, "at": {"S": "1"}, "changedAt": {"N": "1764503999123"},
        "revision": {"N": revision.to_string()}, "by": {"S": "cyd"}, "approvedBy": {"S": "dan"},
        "after": {"S": after.to_string()},
    });
    if let Some(before) = before {
        record["before"] = json!({"S": before.to_string()});
    }
    record
}

#[tokio::test]
async fn the_history_says_who_changed_what() {
    let mut off = express();
    off["isActive"] = json!({"BOOL": false});
    let tombstone = json!({"featureId": {"S": "shipping.express"}, "isRemoved": {"BOOL": true}});
    let records =
        json!({"Items": [record(8, Some(&off), &tombstone), record(7, Some(&express()), &off)]})
            .to_string();
    let shown = ask(
        "GET /history?id=shipping.express&limit=2",
        Value::Null,
        &ada(),
        &[("Query", 200, &records)],
    )
    .await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let changes = shown.body["changes"].as_array().unwrap();
    assert_eq!(changes[0]["isDeletion"], true);
    assert_eq!(
        changes[1],
        json!({"changedAt": 1_764_503_999_123_u64, "revision": 7, "by": "cyd", "approvedBy": "dan", "isDeletion": false,
            "attributes": [{"name": "isActive", "before": "true", "after": "false"}]})
    );
    assert_eq!(shown.sent("Query")[0]["Limit"], 2);
    for limit in ["0", "201", "many", "-1"] {
        let refused = ask(
            &format!("GET /history?id=a&limit={limit}"),
            Value::Null,
            &ada(),
            &[],
        )
        .await;
        assert_eq!(refused.code(), (400, "invalid"));
    }
}

#[tokio::test]
async fn an_undo_restores_the_item_byte_for_byte() {
    let mut odd = express();
    odd["number"] = json!({"N": "12345678901234567890123456789012345678"});
    odd["bytes"] = json!({"B": "AAEC"});
    odd["sets"] =
        json!({"L": [{"SS": ["a", "b"]}, {"NS": ["1", "2"]}, {"BS": ["AA=="]}, {"NULL": true}]});
    let records = json!({"Items": [record(7, None, &odd)]}).to_string();
    let now = item(
        &json!({"featureId": {"S": "shipping.express"}, "isActive": {"BOOL": false}, "new": {"S": "x"},
        "revision": {"N": "9000000000009"}}),
    );
    let (segment, a) = (
        item(&staff()),
        item(&json!({"featureId": {"S": "a"}, "isActive": {"BOOL": true}})),
    );
    let answers = [
        ("Query", 200, records.as_str()),
        ("segment:staff", 200, &segment),
        (r#""S":"a""#, 200, &a),
        (r#""S":"b""#, 200, &a),
        ("GetItem", 200, &now),
        ("PutItem", 200, DONE),
    ];
    let body = json!({"to": 7, "revision": 9_000_000_000_009_u64, "comment": "back"});
    let undone = ask("POST /rollback?id=shipping.express", body, &ada(), &answers).await;
    assert_eq!(undone.status, 200, "{undone:?}");
    let mut written = undone.sent("PutItem")[0]["Item"].clone();
    for own in ["revision", "lastChange", "deliveryReceipt"] {
        odd.as_object_mut().unwrap().remove(own);
    }
    assert_eq!(
        written["lastChange"]["M"]["by"],
        json!({"S": "ada@example.com"})
    );
    assert_eq!(written["revision"], json!({"N": "9000000000010"}));
    for own in ["revision", "lastChange"] {
        written.as_object_mut().unwrap().remove(own);
    }
    // Sets have no order.
    for item in [&mut written, &mut odd] {
        item["prerequisites"]["SS"]
            .as_array_mut()
            .unwrap()
            .sort_by_key(ToString::to_string);
    }
    assert_eq!(written, odd);

    let deletion =
        json!({"Items": [record(7, None, &json!({"isRemoved": {"BOOL": true}}))]}).to_string();
    for records in [NONE, &deletion] {
        let body = json!({"to": 7, "revision": 9});
        let refused = ask(
            "POST /rollback?id=shipping.express",
            body,
            &ada(),
            &[("Query", 200, records)],
        )
        .await;
        assert_eq!(
            refused.wrote_nothing().code(),
            (422, "invalid"),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn the_audience_and_an_explanation_are_of_the_rules() {
    let live =
        item(&json!({"featureId": {"S": "a"}, "isActive": {"BOOL": true}, "revision": {"N": "5"}}));
    let connections =
        json!({"Items": [{"context": {"S": r#"{"targetingKey":"1","groups":["beta"]}"#}}, {}]})
            .to_string();
    let rules = json!({"targeting": {"if": [{"in": ["beta", {"var": "groups"}]}, "on", "off"]}});
    let body = json!({"patch": {"rules": rules}});
    assert!(is_described_body("POST", "/audience", &body));
    let answers = [
        ("GetItem", 200, live.as_str()),
        ("Scan", 200, connections.as_str()),
    ];
    let counted = ask("POST /audience?id=a", body, &ada(), &answers).await;
    assert_eq!(
        counted.body,
        json!({"now": {"connections": 2, "on": 2, "variants": {}}, "then": {"connections": 2, "on": 1, "variants": {}}}),
        "{counted:?}"
    );
    let broken = json!({"patch": {"rules": {"targeting": {"iff": []}}}});
    assert_eq!(
        ask("POST /audience?id=a", broken, &ada(), &answers)
            .await
            .code(),
        (422, "invalid")
    );

    let live = item(&json!({"featureId": {"S": "a"}, "isActive": {"BOOL": true},
        "targeting": {"S": r#"{"if": [{"in": ["beta", {"var": "groups"}]}, "on", "off"]}"#}}));
    let body =
        json!({"context": {"targetingKey": "1", "groups": ["beta"]}, "at": 1_764_503_999_123_u64});
    assert!(is_described_body("POST", "/explain", &body));
    let explained = ask(
        "POST /explain?id=a",
        body,
        &ada(),
        &[("GetItem", 200, &live)],
    )
    .await;
    assert_eq!(
        (explained.status, &explained.body["isActive"]),
        (200, &json!(true)),
        "{explained:?}"
    );
    assert_eq!(explained.body["clauses"][0]["holds"], true);
    let malformed = ask("POST /explain?id=a", json!({"context": "me"}), &ada(), &[]).await;
    assert_eq!(malformed.code(), (400, "invalid"));
}

#[tokio::test]
async fn a_table_that_fails_or_is_busy_is_told_apart() {
    let denied = r#"{"__type": "AccessDeniedException", "message": "arn:aws:iam::123456789012:role/secret"}"#;
    let failed = ask(
        "GET /toggles",
        Value::Null,
        &ada(),
        &[("Scan", 400, denied)],
    )
    .await;
    assert_eq!(failed.code(), (500, "failed"));
    assert!(!failed.body.to_string().contains("secret"), "{failed:?}");
    let busy = r#"{"__type": "ProvisionedThroughputExceededException"}"#;
    let refused = ask("GET /toggles", Value::Null, &ada(), &[("Scan", 400, busy)]).await;
    assert_eq!(refused.code(), (429, "too-many"));
}

#[tokio::test]
async fn who_may_see_toggles_sees_how_often_they_are_asked_for() {
    let day = |id: &str, day: &str, on: &str| json!({"featureId": {"S": id}, "day": {"S": day}, "answer:on": {"N": on}});
    let items = json!({"Items": [day("a", "2026-11-29", "3"), day("a", "2026-11-30", "4"), day("gone", "2026-11-02", "1")]});
    let items = items.to_string();
    let counts = r#""TableName":"exposures""#;
    let all = ask(
        "GET /exposure?days=7",
        Value::Null,
        &ada(),
        &[(counts, 200, &items)],
    )
    .await;
    assert_eq!(
        all.body,
        json!({"days": 7, "share": 0.01, "toggles": {
            "a": {"last": "2026-11-30", "answers": {"on": 7}}, "gone": {"last": "2026-11-02", "answers": {"on": 1}},
        }})
    );
    let one =
        json!({"Items": [day("a", "2026-11-29", "3"), day("a", "2026-11-30", "4")]}).to_string();
    let one = ask(
        "GET /exposure?id=a",
        Value::Null,
        &ada(),
        &[(counts, 200, &one)],
    )
    .await;
    assert_eq!(
        one.body,
        json!({"days": 30, "share": 0.01, "last": "2026-11-30", "answers": {"on": 7},
            "byDay": {"2026-11-29": {"on": 3}, "2026-11-30": {"on": 4}}})
    );
    let never = ask(
        "GET /exposure?id=b",
        Value::Null,
        &ada(),
        &[(counts, 200, NONE)],
    )
    .await;
    assert_eq!(
        never.body,
        json!({"days": 30, "share": 0.01, "answers": {}, "byDay": {}})
    );
    for odd in ["days=0", "days=91", "days=some", "id=&days=3"] {
        let refused = ask(&format!("GET /exposure?{odd}"), Value::Null, &ada(), &[]).await;
        assert_eq!(refused.code(), (400, "invalid"), "{odd}");
    }
    let uncounted = ask_with(None, "GET /exposure", Value::Null, Some(&ada()), &[]).await;
    assert_eq!(uncounted.code(), (404, "unknown-route"));
}

#[tokio::test]
async fn the_description_is_served_without_a_token_and_names_each_route_and_code() {
    let served = ask_with(None, "GET /openapi.json", Value::Null, None, &[]).await;
    assert_eq!(served.body, description());
    let paths = description()["paths"].clone();
    let mut described: Vec<_> = paths
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| (method.to_ascii_uppercase(), path.clone()))
        })
        .collect();
    let mut routes: Vec<_> = ROUTES
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .into();
    described.sort();
    routes.sort();
    assert_eq!(described, routes);
    let codes: Vec<_> = Code::ALL.iter().map(|code| json!(code.as_str())).collect();
    assert_eq!(
        description()["components"]["schemas"]["Problem"]["properties"]["code"]["enum"],
        json!(codes)
    );
    let text = description()["components"]["responses"].to_string();
    for code in Code::ALL {
        assert!(text.contains(&format!("`{}`", code.as_str())), "{code:?}");
    }
    let unknown = ask("GET /nothing", Value::Null, &ada(), &[]).await;
    assert_eq!(unknown.code(), (404, "unknown-route"));
    assert_eq!(
        ask("PUT /toggle?id=a", Value::Null, &ada(), &[])
            .await
            .code(),
        (404, "unknown-route")
    );
}

#[test]
fn what_is_not_described_is_found() {
    let all = description();
    let schema = json!({"$ref": "#/components/schemas/Attribute"});
    assert!(wrong(&all, &schema, &json!({"name": "a"}), "$").is_empty());
    for odd in [
        json!({}),
        json!({"name": 5}),
        json!({"name": "a", "more": 1}),
        json!([]),
    ] {
        assert!(!wrong(&all, &schema, &odd, "$").is_empty(), "{odd}");
    }
}
