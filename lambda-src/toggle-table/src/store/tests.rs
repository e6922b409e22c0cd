use fake_aws::FakeAws;
use serde_json::{Value, json};

use toggle_contract::MESSAGE_LIMIT;

use super::*;
use crate::fake::{last, store};

const CHANGED: (&str, u16, &str) = (
    "Item",
    400,
    r#"{"__type": "ConditionalCheckFailedException"}"#,
);
const ABSENT: (&str, u16, &str) = ("GetItem", 200, "{}");
const UPDATED: (&str, u16, &str) = ("UpdateItem", 200, "{}");
const PUT: (&str, u16, &str) = ("PutItem", 200, "{}");
/// A toggle whose last change is from a clock that is ahead.
const AHEAD: (&str, u16, &str) = (
    "GetItem",
    200,
    r#"{"Item": {"featureId": {"S": "1"}, "featureName": {"S": "One"}, "revision": {"N": "9000000000000"}}}"#,
);
const TOMBSTONE: (&str, u16, &str) = (
    "GetItem",
    200,
    r#"{"Item": {"featureId": {"S": "1"}, "isRemoved": {"BOOL": true}, "revision": {"N": "9000000000000"}, "tombstoneExpiry": {"N": "9000086400"}}}"#,
);
const ODD: (&str, u16, &str) = (
    "GetItem",
    200,
    r#"{"Item": {"featureId": {"S": "1"}, "revision": {"S": "v2"}}}"#,
);

fn change(if_revision: Option<u64>) -> Change<'static> {
    Change {
        id: "1",
        active: true,
        name: None,
        value: None,
        rules: None,
        attributes: &[],
        if_revision,
    }
}

/// The attributes that an update assigns, by name.
fn assigned(update: &Value) -> Value {
    let names = update["ExpressionAttributeNames"].as_object().unwrap();
    let value = |place: &String| {
        let place = place.replacen("#s", ":s", 1);
        update["ExpressionAttributeValues"].get(place).cloned()
    };
    let pairs = names.iter();
    pairs
        .filter_map(|(place, name)| Some((name.as_str()?.to_owned(), value(place)?)))
        .collect()
}

#[tokio::test]
async fn a_new_toggle_is_named_for_its_id_and_its_revision_is_the_time() {
    let fake = FakeAws::new([ABSENT, PUT]);
    let before = now_ms();
    let revision = store(&fake).set(&change(None)).await.unwrap();
    assert!((before..=now_ms()).contains(&revision));
    let put = last(&fake);
    assert_eq!(
        put["Item"],
        json!({
            "featureId": {"S": "1"}, "featureName": {"S": "1"}, "isActive": {"BOOL": true},
            "revision": {"N": revision.to_string()},
        })
    );
    assert_eq!(
        put["ConditionExpression"],
        "attribute_not_exists(featureId)"
    );
}

#[tokio::test]
async fn a_revision_rises_even_if_the_last_change_is_from_a_clock_that_is_ahead() {
    let fake = FakeAws::new([AHEAD, UPDATED]);
    let revision = store(&fake).set(&change(None)).await.unwrap();
    assert_eq!(revision, 9_000_000_000_001);
    let update = last(&fake);
    let wanted = json!({"isActive": {"BOOL": true}, "revision": {"N": "9000000000001"}});
    assert_eq!(assigned(&update), wanted, "its name stays");
    assert_eq!(update["ConditionExpression"], "#revision = :read");
    let read = &update["ExpressionAttributeValues"][":read"];
    assert_eq!(*read, json!({"N": "9000000000000"}));
}

#[tokio::test]
async fn an_item_that_changes_in_between_is_read_again() {
    let unrevised = r#"{"Item": {"featureId": {"S": "1"}, "featureName": {"S": "One"}}}"#;
    let fake = FakeAws::new([
        ("GetItem", 200, unrevised),
        ("UpdateItem", CHANGED.1, CHANGED.2),
        AHEAD,
        UPDATED,
    ]);
    let revision = store(&fake).set(&change(None)).await.unwrap();
    assert_eq!(revision, 9_000_000_000_001);
    fake.assert_used();
    let first = &fake.requests()[1];
    assert!(
        first.contains("attribute_exists(featureId) AND attribute_not_exists(#revision)"),
        "{first}"
    );
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_taken_for_another_ones() {
    let written = r#"{"Item": {"featureId": {"S": "1"}, "isActive": {"BOOL": true}, "revision": {"N": "9000000000001"}}}"#;
    let fake = FakeAws::new([
        AHEAD,
        ("UpdateItem", CHANGED.1, CHANGED.2),
        ("GetItem", 200, written),
    ]);
    let at = Some(9_000_000_000_000);
    let revision = store(&fake).set(&change(at)).await.unwrap();
    assert_eq!(revision, 9_000_000_000_001);
    fake.assert_used();
}

#[tokio::test]
async fn a_toggle_at_another_revision_is_not_changed() {
    let cases = [
        (AHEAD, 7, "toggle `1` is at revision 9000000000000, not 7"),
        (AHEAD, 0, "toggle `1` is at revision 9000000000000, not 0"),
        (ABSENT, 7, "toggle `1` has no revision, not 7"),
        (TOMBSTONE, 7, "toggle `1` has no revision, not 7"),
    ];
    for (read, expected, told) in cases {
        let fake = FakeAws::new([read]);
        let error = store(&fake).set(&change(Some(expected))).await.unwrap_err();
        assert_eq!(error.to_string(), told);
        assert_eq!(fake.requests().len(), 1, "nothing is written");
    }
    for (read, write, expected) in [(ABSENT, PUT, 0), (AHEAD, UPDATED, 9_000_000_000_000)] {
        let fake = FakeAws::new([read, write]);
        store(&fake).set(&change(Some(expected))).await.unwrap();
        fake.assert_used();
    }
}

#[tokio::test]
async fn a_revision_of_another_kind_is_reported() {
    let fake = FakeAws::new([ODD]);
    let error = store(&fake).set(&change(None)).await.unwrap_err();
    assert!(matches!(error, TogglesError::OddRevision(_)), "{error}");
}

#[tokio::test]
async fn a_deleted_toggle_leaves_a_tombstone_for_a_day() {
    let fake = FakeAws::new([AHEAD, PUT]);
    let day = now_ms() / 1000 + 86_400;
    store(&fake).delete("1", None).await.unwrap();
    let put = last(&fake);
    assert_eq!(put["ConditionExpression"], "#revision = :read");
    let mut item = put["Item"].clone();
    let expiry = item["tombstoneExpiry"].take();
    let expiry: u64 = expiry["N"].as_str().unwrap().parse().unwrap();
    assert!((day..day + 60).contains(&expiry), "{expiry}");
    assert_eq!(
        item,
        json!({
            "featureId": {"S": "1"}, "isRemoved": {"BOOL": true}, "revision": {"N": "9000000000001"},
            "tombstoneExpiry": null,
        })
    );
}

#[tokio::test]
async fn only_an_existing_toggle_at_the_expected_revision_is_deleted() {
    for read in [ABSENT, TOMBSTONE] {
        let fake = FakeAws::new([read]);
        let error = store(&fake).delete("1", None).await.unwrap_err();
        assert!(matches!(error, TogglesError::NoToggle { .. }), "{error}");
    }
    let fake = FakeAws::new([AHEAD]);
    let error = store(&fake).delete("1", Some(7)).await.unwrap_err();
    assert!(matches!(error, TogglesError::Revised { .. }), "{error}");
    // An odd revision is one that clients heed as little as none.
    let fake = FakeAws::new([ODD, PUT]);
    store(&fake).delete("1", None).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn a_toggle_of_a_tombstones_id_is_new_with_a_higher_revision() {
    let fake = FakeAws::new([TOMBSTONE, PUT]);
    let revision = store(&fake).set(&change(Some(0))).await.unwrap();
    assert_eq!(revision, 9_000_000_000_001);
    let put = last(&fake);
    assert_eq!(put["ConditionExpression"], "#revision = :read");
    assert_eq!(
        put["Item"],
        json!({
            "featureId": {"S": "1"}, "featureName": {"S": "1"}, "isActive": {"BOOL": true},
            "revision": {"N": "9000000000001"},
        })
    );
}

#[tokio::test]
async fn tombstones_are_not_listed() {
    let items = r#"{"Items": [
        {"featureId": {"S": "2"}, "isRemoved": {"BOOL": true}, "revision": {"N": "5"}},
        {"featureId": {"S": "1"}, "isRemoved": {"S": "an attribute of its own"}}
    ]}"#;
    let fake = FakeAws::new([("Scan", 200, items)]);
    let toggles = store(&fake).list().await.unwrap();
    let ids: Vec<_> = toggles.iter().map(Toggle::id).collect();
    assert_eq!(ids, ["1"]);
}

#[tokio::test]
async fn a_value_is_written_with_its_type_beside_attributes_of_text() {
    let fake = FakeAws::new([AHEAD, UPDATED]);
    let value = r#"{"max": 10.50}"#.parse().unwrap();
    let attributes = [("owner".to_owned(), "5".to_owned())];
    let change = Change {
        value: Some(&value),
        attributes: &attributes,
        ..change(None)
    };
    store(&fake).set(&change).await.unwrap();
    let assigned = assigned(&last(&fake));
    assert_eq!(assigned["value"], json!({"M": {"max": {"N": "10.50"}}}));
    assert_eq!(assigned["owner"], json!({"S": "5"}));
}

#[tokio::test]
async fn attributes_are_removed_and_those_that_are_not_there_are_named() {
    let fake = FakeAws::new([AHEAD, UPDATED]);
    let names = ["featureName", "owner"].map(str::to_owned);
    let missing = store(&fake).unset("1", &names, None).await.unwrap();
    assert_eq!(missing, ["owner"]);
    let update = last(&fake);
    assert_eq!(update["UpdateExpression"], "SET #s0 = :s0 REMOVE #r0, #r1");
    assert_eq!(
        assigned(&update),
        json!({"revision": {"N": "9000000000001"}})
    );
    let removed = &update["ExpressionAttributeNames"];
    assert_eq!(
        (&removed["#r0"], &removed["#r1"]),
        (&json!("featureName"), &json!("owner"))
    );
    let fake = FakeAws::new([TOMBSTONE]);
    let error = store(&fake).unset("1", &names, None).await.unwrap_err();
    assert!(matches!(error, TogglesError::NoToggle { .. }), "{error}");
}

#[tokio::test]
async fn a_toggle_that_does_not_exist_may_have_been_misspelt() {
    let items = r#"{"Items": [
        {"featureId": {"S": "checkout"}}, {"featureId": {"S": "payment"}},
        {"featureId": {"S": "checkouts"}, "isRemoved": {"BOOL": true}}
    ]}"#;
    for (id, meant) in [("checkouts", Some("checkout")), ("search", None)] {
        let fake = FakeAws::new([ABSENT, ("Scan", 200, items)]);
        let error = store(&fake).get(id).await.unwrap_err();
        let TogglesError::NoToggle { near, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(near.as_deref(), meant);
    }
    let fake = FakeAws::new([ABSENT]);
    let error = store(&fake).get("1").await.unwrap_err();
    let wanted = "there is no toggle `1`";
    assert_eq!(error.to_string(), wanted, "although the list is refused");
}

/// The message is `[{"featureId":{"S":"1"},"featureName":{"S":"One"},"isActive":{"BOOL":true},…}]`.
#[tokio::test]
async fn a_toggle_that_no_message_can_contain_is_not_written() {
    let kept = r#"{"Item": {"featureId": {"S": "1"}, "featureName": {"S": "One"}, "revision": {"N": "9000000000000"}, "kept": {"NS": ["1", "2"]}}}"#;
    let around = concat!(
        r#"[{"featureId":{"S":"1"},"featureName":{"S":"One"},"isActive":{"BOOL":true},"#,
        r#""kept":{"NS":["1","2"]},"revision":{"N":"9000000000001"},"text":{"S":"\n"}}]"#
    );
    let room = 131_072 - around.len();
    for (length, fits) in [(room, true), (room + 1, false)] {
        let fake = FakeAws::new([("GetItem", 200, kept), UPDATED]);
        let attributes = [("text".to_owned(), format!("\n{}", "x".repeat(length)))];
        let change = Change {
            attributes: &attributes,
            ..change(None)
        };
        let told = store(&fake).set(&change).await;
        assert_eq!(told.is_ok(), fits, "{told:?}");
        assert_eq!(fake.count("UpdateItem"), usize::from(fits));
        if let Err(error) = told {
            let wanted = "toggle `1` would be a message of 131073 bytes; the limit is 131072";
            assert_eq!(error.to_string(), wanted);
        }
    }
}

/// An item of 1 that is at the revision as read, one of 2 that is not, and a tombstone.
#[tokio::test]
async fn all_toggles_are_sent_again_unless_they_change_in_between() {
    let items = r#"{"Items": [
        {"featureId": {"S": "1"}, "revision": {"N": "9000000000000"}},
        {"featureId": {"S": "2"}},
        {"featureId": {"S": "3"}, "isRemoved": {"BOOL": true}, "revision": {"N": "5"}}
    ]}"#;
    let fake = FakeAws::new([
        ("Scan", 200, items),
        (r#""featureId":{"S":"1"}"#, 200, "{}"),
        (r#""featureId":{"S":"2"}"#, CHANGED.1, CHANGED.2),
        (r#""featureId":{"S":"3"}"#, 200, "{}"),
    ]);
    let resent = store(&fake).resend(&[]).await.unwrap();
    assert_eq!((resent.resent, resent.changed), (2, 1));
    fake.assert_used();
    let requests = fake.requests();
    let update = requests
        .iter()
        .find(|request| request.contains(r#"{"S":"1"}"#));
    let update = update.unwrap();
    for part in [
        r#""UpdateExpression":"SET #s0 = :s0""#,
        r##""ConditionExpression":"#revision = :read""##,
        r#"":read":{"N":"9000000000000"}"#,
        r#"":s0":{"N":"9000000000001"}"#,
    ] {
        assert!(update.contains(part), "{part}: {update}");
    }
}

#[tokio::test]
async fn nothing_is_sent_again_if_one_of_the_toggles_does_not_exist() {
    let ids = ["1", "2"].map(str::to_owned);
    let fake = FakeAws::new([AHEAD, ABSENT]);
    let error = store(&fake).resend(&ids).await.unwrap_err();
    assert!(matches!(error, TogglesError::NoToggle { .. }), "{error}");
    assert_eq!(fake.count("UpdateItem"), 0);
}

#[tokio::test]
async fn an_odd_toggle_keeps_no_other_from_being_sent_again() {
    let items = r#"{"Items": [
        {"featureId": {"S": "1"}, "revision": {"S": "v2"}},
        {"featureId": {"S": "2"}}
    ]}"#;
    let fake = FakeAws::new([("Scan", 200, items), UPDATED]);
    let error = store(&fake).resend(&[]).await.unwrap_err();
    assert!(matches!(error, TogglesError::OddRevision(_)), "{error}");
    fake.assert_used();
}

/// The request is no part of the message, and of no use to a later change.
#[tokio::test]
async fn a_change_asks_for_a_receipt_only_if_it_is_waited_for() {
    let fake = FakeAws::new([AHEAD, UPDATED]);
    let asking = Store {
        receipt: Some("receipt:a".to_owned()),
        ..store(&fake)
    };
    asking.set(&change(None)).await.unwrap();
    let request = assigned(&last(&fake))["deliveryReceipt"].clone();
    assert_eq!(request, json!({"S": "receipt:a"}));

    let asked = r#"{"Item": {"featureId": {"S": "1"}, "featureName": {"S": "One"}, "revision": {"N": "1"}, "deliveryReceipt": {"S": "receipt:a"}}}"#;
    let fake = FakeAws::new([("GetItem", 200, asked), UPDATED]);
    store(&fake).set(&change(None)).await.unwrap();
    let update = last(&fake);
    let expression = update["UpdateExpression"].as_str().unwrap();
    assert!(expression.ends_with("REMOVE #r0"), "{expression}");
    assert_eq!(update["ExpressionAttributeNames"]["#r0"], "deliveryReceipt");
}

/// A receipt's key is not in the message, whose length is limited.
#[tokio::test]
async fn a_request_does_not_make_a_message_longer() {
    let name = "n".repeat(MESSAGE_LIMIT - 106);
    let asked = format!(
        r#"{{"Item": {{"featureId": {{"S": "1"}}, "featureName": {{"S": "{name}"}}, "revision": {{"N": "9000000000000"}}, "deliveryReceipt": {{"S": "receipt:a"}}}}}}"#
    );
    for (fits, more) in [(true, ""), (false, "1")] {
        let fake = FakeAws::new([("GetItem", 200, asked.as_str()), UPDATED]);
        let longer = format!("{name}{more}");
        let change = Change {
            name: Some(&longer),
            ..change(None)
        };
        let written = store(&fake).set(&change).await;
        assert_eq!(written.is_ok(), fits, "{written:?}");
    }
}

fn segment(name: &str, condition: &str) -> String {
    let id = format!("segment:{name}");
    json!({"Item": {"featureId": {"S": id}, "segment": {"S": condition}, "revision": {"N": "1"}}})
        .to_string()
}

/// The answers to reads of these ids come in the order in which they are asked for.
async fn set_segment(condition: &str, reads: &[&str], writes: bool) -> Result<(), TogglesError> {
    let mut answers: Vec<_> = reads.iter().map(|read| ("GetItem", 200, *read)).collect();
    if writes {
        answers.extend([ABSENT, PUT]);
    }
    let fake = FakeAws::new(answers);
    let written = store(&fake).set_segment("a", condition).await;
    fake.assert_used();
    assert_eq!(fake.count("PutItem"), usize::from(writes));
    written
}

#[tokio::test]
async fn a_segment_names_neither_itself_nor_what_is_not_there() {
    let (b, to_a) = (
        segment("b", r#"{"==": [1, 1]}"#),
        segment("b", r#"{"!": [{"$ref": "a"}]}"#),
    );
    let to_gone = segment("b", r#"{"!": [{"$ref": "gone"}]}"#);
    let of_b = r#"{"or": [{"$ref": "b"}, {"==": [1, 2]}]}"#;
    set_segment(r#"{"==": [1, 1]}"#, &[], true).await.unwrap();
    set_segment(of_b, &[&b], true).await.unwrap();
    let told = |written: Result<(), TogglesError>| written.unwrap_err().to_string();
    let circle = "the rule of `segment:a` is broken: `segment:a` refers to itself, by way of others or directly";
    let own = set_segment(r#"{"!": [{"$ref": "a"}]}"#, &["{}"], false).await;
    assert_eq!(told(own), circle, "although it does not exist yet");
    let before = segment("a", r#"{"==": [1, 1]}"#);
    assert_eq!(
        told(set_segment(of_b, &[&to_a, &before], false).await),
        circle
    );
    let gone = set_segment(of_b, &["{}"], false).await;
    assert_eq!(
        told(gone),
        "the rule of `segment:a` is broken: there is no segment `b`"
    );
    let gone = set_segment(of_b, &[&to_gone, "{}"], false).await;
    assert_eq!(
        told(gone),
        "the rule of `segment:a` is broken: there is no segment `gone`"
    );
    assert!(told(set_segment("5", &[], false).await).contains("it must be an object"));
}

#[tokio::test]
async fn a_copied_toggle_has_the_segments_that_its_rules_name() {
    let staff = segment("staff", r#"{"!": [{"$ref": "beta"}]}"#);
    let beta = segment("beta", r#"{"==": [1, 1]}"#);
    let there = FakeAws::new([
        ("segment:beta", 200, &*beta),
        ("segment:staff", 200, &*staff),
    ]);
    let chosen = Toggle::from_message(&json!({"featureId": {"S": "1"}, "isActive": {"BOOL": true},
        "targeting": {"S": r#"{"if": [{"$ref": "staff"}, "on", "off"]}"#}}));
    let all = store(&there)
        .with_segments(vec![chosen.clone()])
        .await
        .unwrap();
    let ids: Vec<_> = all.iter().map(Toggle::id).collect();
    assert_eq!(ids, ["segment:beta", "segment:staff", "1"]);
    let here = FakeAws::new([
        ABSENT, ABSENT, PUT, ABSENT, ABSENT, PUT, ABSENT, ABSENT, PUT,
    ]);
    let copied = store(&here).copy(&all).await.unwrap();
    assert_eq!(copied.copied, ["segment:beta", "segment:staff", "1"]);
    here.assert_used();

    let here = FakeAws::new([ABSENT]);
    let refused = store(&here).copy(&[chosen]).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "toggle `1` needs segment `staff`, which is neither copied nor here"
    );
    assert_eq!(here.requests().len(), 1, "nothing is written");
}
