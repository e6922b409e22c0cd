//! What needs a second person.

use serde_json::{Value, json};

use super::world::{Answered, ada, ask, ask_with, bob, token_of};
use super::{ABSENT, CHANGED, DONE, NONE, PROPOSALS, TOGGLES, item};

const PROTECTED: &str = "shipping.protected";

fn live(is_active: bool) -> String {
    item(
        &json!({"featureId": {"S": PROTECTED}, "featureName": {"S": "Protected"}, "isActive": {"BOOL": is_active},
        "revision": {"N": "9000000000000"}}),
    )
}

fn request(method: &str) -> String {
    format!("{method}?id={PROTECTED}")
}

/// Ada proposes to switch it on. Returns the answer, and the proposal in the table.
async fn proposed() -> (Answered, String) {
    let off = live(false);
    let body = json!({"revision": 9_000_000_000_000_u64, "isActive": true, "comment": "launch"});
    let answers = [(TOGGLES, 200, off.as_str()), ("PutItem", 200, DONE)];
    let proposed = ask(&request("PATCH /toggle"), body, &ada(), &answers).await;
    assert_eq!(proposed.status, 202, "{proposed:?}");
    let put = proposed.sent("PutItem");
    assert_eq!(
        (put.len(), &put[0]["TableName"]),
        (1, &json!("proposals")),
        "the toggle is not written"
    );
    let stored = json!({"Item": put[0]["Item"]}).to_string();
    (proposed, stored)
}

fn id_of(answered: &Answered) -> String {
    answered.body["proposal"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_protected_change_is_proposed_and_then_approved_by_another() {
    let (proposed, stored) = proposed().await;
    let shown = &proposed.body["proposal"];
    assert_eq!(
        (&shown["by"], &shown["comment"], &shown["change"]),
        (&json!("ada@example.com"), &json!("launch"), &json!("patch"))
    );
    assert_eq!(
        (&shown["isYours"], &shown["mayApprove"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        shown["attributes"],
        json!([{"name": "isActive", "before": "false", "after": "true"}])
    );
    let lasts = shown["expiresAt"].as_u64().unwrap() - shown["at"].as_u64().unwrap();
    assert!(lasts.abs_diff(14 * 24 * 3_600 * 1_000) < 1_000, "{lasts}");

    // Bob sees it, and may approve it.
    let off = live(false);
    let seen = ask(
        &request("GET /toggle"),
        Value::Null,
        &bob(),
        &[(TOGGLES, 200, &off), (PROPOSALS, 200, &stored)],
    )
    .await;
    let seen = &seen.body["proposal"];
    assert_eq!(
        (&seen["id"], &seen["isYours"], &seen["mayApprove"]),
        (&shown["id"], &json!(false), &json!(true))
    );
    let items =
        json!({"Items": [serde_json::from_str::<Value>(&stored).unwrap()["Item"]]}).to_string();
    let toggles =
        json!({"Items": [serde_json::from_str::<Value>(&off).unwrap()["Item"]]}).to_string();
    let listed = ask(
        "GET /toggles",
        Value::Null,
        &bob(),
        &[(TOGGLES, 200, &toggles), (PROPOSALS, 200, &items)],
    )
    .await;
    assert_eq!(listed.body["toggles"][0]["proposal"]["mayApprove"], true);
    assert_eq!(listed.body["toggles"][0]["isProtected"], true);

    let body = json!({"proposal": id_of(&proposed), "comment": "checked"});
    let answers = [
        (PROPOSALS, 200, stored.as_str()),
        (TOGGLES, 200, &off),
        ("TransactWriteItems", 200, DONE),
    ];
    let approved = ask(&request("POST /approve"), body, &bob(), &answers).await;
    assert_eq!(
        (approved.status, &approved.body["isActive"]),
        (200, &json!(true)),
        "{approved:?}"
    );
    let change = &approved.body["lastChange"];
    assert_eq!(
        (&change["by"], &change["approvedBy"]),
        (&json!("ada@example.com"), &json!("bob@example.com"))
    );
    let delete = &approved.sent("TransactWriteItems")[0]["TransactItems"][1]["Delete"];
    assert_eq!(
        delete["ExpressionAttributeValues"][":approver"],
        json!({"S": "user-bob"})
    );
}

#[tokio::test]
async fn switching_off_never_needs_a_second_person() {
    let on = live(true);
    let body = json!({"revision": 9_000_000_000_000_u64, "isActive": false});
    let off = ask(
        &request("PATCH /toggle"),
        body,
        &ada(),
        &[(TOGGLES, 200, &on), ("UpdateItem", 200, DONE)],
    )
    .await;
    assert_eq!(
        (off.status, &off.body["isActive"]),
        (200, &json!(false)),
        "{off:?}"
    );
    // But whatever else is changed with it does.
    let body = json!({"revision": 9_000_000_000_000_u64, "isActive": false, "name": "Other"});
    let both = ask(
        &request("PATCH /toggle"),
        body,
        &ada(),
        &[(TOGGLES, 200, &on), ("PutItem", 200, DONE)],
    )
    .await;
    assert_eq!(both.status, 202, "{both:?}");
}

#[tokio::test]
async fn nobody_approves_their_own_under_whatever_name() {
    let (proposed, stored) = proposed().await;
    let body = json!({"proposal": id_of(&proposed)});
    let renamed = token_of(
        &json!({"email": "other@example.com", "cognito:username": "other", "cognito:groups": ["operators"]}),
    );
    for token in [ada(), renamed] {
        let own = ask(
            &request("POST /approve"),
            body.clone(),
            &token,
            &[(PROPOSALS, 200, &stored)],
        )
        .await;
        assert_eq!(own.wrote_nothing().code(), (403, "own-proposal"), "{own:?}");
    }
}

#[tokio::test]
async fn a_toggle_that_has_changed_since_is_not_written() {
    let (proposed, stored) = proposed().await;
    let newer = item(
        &json!({"featureId": {"S": PROTECTED}, "isActive": {"BOOL": false}, "revision": {"N": "9000000000005"}}),
    );
    let body = json!({"proposal": id_of(&proposed)});
    let answers = [
        (PROPOSALS, 200, stored.as_str()),
        (TOGGLES, 200, newer.as_str()),
    ];
    let refused = ask(&request("POST /approve"), body, &bob(), &answers).await;
    assert_eq!(refused.wrote_nothing().code(), (409, "revised"));
    assert_eq!(refused.body["live"], 9_000_000_000_005_u64);
    let seen = ask(
        &request("GET /toggle"),
        Value::Null,
        &bob(),
        &[(TOGGLES, 200, &newer), (PROPOSALS, 200, &stored)],
    )
    .await;
    assert_eq!(seen.body["proposal"]["mayApprove"], false);
}

#[tokio::test]
async fn one_proposal_is_open_at_a_time() {
    let off = live(false);
    let body = json!({"revision": 9_000_000_000_000_u64, "isActive": true});
    let answers = [(TOGGLES, 200, off.as_str()), ("PutItem", 400, CHANGED)];
    let again = ask(&request("PATCH /toggle"), body, &bob(), &answers).await;
    assert_eq!(again.code(), (409, "proposed"));
}

#[tokio::test]
async fn a_proposal_is_withdrawn_by_who_made_it_or_refused_by_who_may_change_the_toggle() {
    let (proposed, stored) = proposed().await;
    let request = format!(
        "DELETE /proposal?id={PROTECTED}&proposal={}",
        id_of(&proposed)
    );
    // In another group since.
    let moved = token_of(&json!({"cognito:groups": ["guests"]}));
    for token in [ada(), bob(), moved] {
        let answers = [("GetItem", 200, stored.as_str()), ("DeleteItem", 200, DONE)];
        let gone = ask(&request, Value::Null, &token, &answers).await;
        assert_eq!(gone.status, 204, "{gone:?}");
        assert_eq!(
            gone.sent("DeleteItem")[0]["ConditionExpression"],
            "#id = :id"
        );
    }
    let guest = token_of(&json!({"sub": "user-guest", "cognito:groups": ["guests"]}));
    let refused = ask(&request, Value::Null, &guest, &[("GetItem", 200, &stored)]).await;
    assert_eq!(refused.wrote_nothing().code(), (403, "forbidden"));
    for (request, found) in [
        (request.as_str(), ABSENT),
        (
            &format!("DELETE /proposal?id={PROTECTED}&proposal=other"),
            &stored,
        ),
    ] {
        let none = ask(request, Value::Null, &ada(), &[("GetItem", 200, found)]).await;
        assert_eq!(none.wrote_nothing().code(), (404, "unknown-toggle"));
    }
    let missing = ask(
        &format!("DELETE /proposal?id={PROTECTED}"),
        Value::Null,
        &ada(),
        &[],
    )
    .await;
    assert_eq!(missing.code(), (400, "invalid"));
}

#[tokio::test]
async fn making_deleting_and_undoing_are_proposed_too() {
    let made = ask(
        &request("PATCH /toggle"),
        json!({"revision": 0}),
        &ada(),
        &[(TOGGLES, 200, ABSENT), ("PutItem", 200, DONE)],
    )
    .await;
    assert_eq!(
        (made.status, &made.body["proposal"]["revision"]),
        (202, &json!(0)),
        "{made:?}"
    );
    // It is shown although it does not exist yet.
    let stored = json!({"Items": [made.sent("PutItem")[0]["Item"]]}).to_string();
    let listed = ask(
        "GET /toggles",
        Value::Null,
        &bob(),
        &[(TOGGLES, 200, NONE), (PROPOSALS, 200, &stored)],
    )
    .await;
    let shown = &listed.body["toggles"][0];
    assert_eq!(
        (
            &shown["id"],
            &shown["revision"],
            &shown["proposal"]["mayApprove"]
        ),
        (&json!(PROTECTED), &json!(0), &json!(true))
    );

    let off = live(false);
    let deletion = ask(
        &format!("DELETE /toggle?id={PROTECTED}&revision=9000000000000"),
        Value::Null,
        &ada(),
        &[(TOGGLES, 200, &off), ("PutItem", 200, DONE)],
    )
    .await;
    assert_eq!(
        (deletion.status, &deletion.body["proposal"]["change"]),
        (202, &json!("deletion")),
        "{deletion:?}"
    );
    let stored = json!({"Item": deletion.sent("PutItem")[0]["Item"]}).to_string();
    let answers = [
        (PROPOSALS, 200, stored.as_str()),
        (TOGGLES, 200, &off),
        ("TransactWriteItems", 200, DONE),
    ];
    let approved = ask(
        &request("POST /approve"),
        json!({"proposal": id_of(&deletion)}),
        &bob(),
        &answers,
    )
    .await;
    assert_eq!(approved.status, 204, "{approved:?}");

    let after =
        json!({"featureId": {"S": PROTECTED}, "isActive": {"BOOL": true}, "revision": {"N": "7"}})
            .to_string();
    let record = json!({"Items": [{"featureId": {"S": PROTECTED}, "at": {"S": "1"}, "revision": {"N": "7"}, "after": {"S": after}}]}).to_string();
    let back = ask(
        &request("POST /rollback"),
        json!({"to": 7, "revision": 9_000_000_000_000_u64}),
        &ada(),
        &[
            ("Query", 200, &record),
            (TOGGLES, 200, &off),
            ("PutItem", 200, DONE),
        ],
    )
    .await;
    assert_eq!(
        (back.status, &back.body["proposal"]["change"]),
        (202, &json!("rollback")),
        "{back:?}"
    );
}

#[tokio::test]
async fn without_a_table_of_proposals_a_protected_change_is_refused() {
    let off = live(false);
    let body = json!({"revision": 9_000_000_000_000_u64, "isActive": true});
    let refused = ask_with(
        None,
        &request("PATCH /toggle"),
        body,
        Some(&ada()),
        &[(TOGGLES, 200, &off)],
    )
    .await;
    assert_eq!(
        refused.wrote_nothing().code(),
        (403, "forbidden"),
        "{refused:?}"
    );
    let none = ask_with(
        None,
        &request("POST /approve"),
        json!({"proposal": "p"}),
        Some(&bob()),
        &[],
    )
    .await;
    assert_eq!(none.code(), (404, "unknown-toggle"));
    let listed = ask_with(
        None,
        "GET /toggles",
        Value::Null,
        Some(&bob()),
        &[(TOGGLES, 200, NONE)],
    )
    .await;
    assert_eq!(listed.status, 200);
}
