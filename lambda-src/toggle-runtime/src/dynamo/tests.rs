use fake_aws::FakeAws;
use serde_json::json;

use super::*;
use crate::wire::{bodies, tables};

fn connection() -> Connection {
    Connection {
        id: "c".into(),
        endpoint: "https://e/live".into(),
        connected_at: 1_700_000_000_123,
        expiry: Some(1_700_009_000),
        context: None,
    }
}

fn connections(fake: &FakeAws) -> ConnectionsTable {
    ConnectionsTable {
        client: tables(fake),
        name: "connections".into(),
    }
}

#[tokio::test]
async fn the_whole_state_is_read_page_by_page_and_consistently() {
    let first = r#"{"Items":[{"featureId":{"S":"1"}}],"LastEvaluatedKey":{"featureId":{"S":"1"}}}"#;
    let fake = FakeAws::new([
        ("Scan", 200, first),
        (
            "ExclusiveStartKey",
            200,
            r#"{"Items":[{"featureId":{"S":"2"}}]}"#,
        ),
    ]);
    let state = TogglesTable {
        client: tables(&fake),
        name: "toggles".into(),
    }
    .all()
    .await
    .unwrap();
    assert_eq!(state.keys().collect::<Vec<_>>(), ["1", "2"]);
    let page = json!({"TableName": "toggles", "ConsistentRead": true});
    let mut next = page.clone();
    next["ExclusiveStartKey"] = json!({"featureId": {"S": "1"}});
    assert_eq!(bodies(&fake), [page, next]);
}

#[tokio::test]
async fn a_page_of_connections_says_where_the_next_begins() {
    let page = r#"{
        "Items": [
            {"connectionId":{"S":"c"},"connectionEndpoint":{"S":"https://e/live"},"connectedAt":{"N":"1700000000123"},"expiry":{"N":"1700009000"}},
            {"connectionId":{"S":"without endpoint"}},
            {"connectionId":{"S":"receipt:a"},"toggle 1":{"S":"{}"},"expiry":{"N":"1700009000"}}
        ],
        "LastEvaluatedKey": {"connectionId":{"S":"c"}}
    }"#;
    let fake = FakeAws::new([("Scan", 200, page)]);
    let rest = Segment {
        index: 5,
        of: 64,
        after: Some("b".into()),
    };
    let page = connections(&fake).page(&rest).await.unwrap();
    assert_eq!(page.connections, [connection()]);
    assert_eq!(page.next.as_deref(), Some("c"));
    assert_eq!(
        bodies(&fake)[0]["ExclusiveStartKey"],
        json!({"connectionId": {"S": "b"}})
    );
    let segment = ["Segment", "TotalSegments"].map(|name| bodies(&fake)[0][name].clone());
    assert_eq!(segment, [json!(5), json!(64)]);
}

#[tokio::test]
async fn the_whole_table_is_no_parallel_scan() {
    let fake = FakeAws::new([("Scan", 200, r#"{"Items":[]}"#)]);
    let page = connections(&fake).page(&Segment::whole()).await.unwrap();
    assert_eq!((page.connections.len(), page.next), (0, None));
    assert_eq!(
        bodies(&fake),
        [json!({"TableName": "connections", "ConsistentRead": true})]
    );
}

#[tokio::test]
async fn a_connection_is_stored_with_its_expiry() {
    let fake = FakeAws::new([("PutItem", 200, "{}")]);
    connections(&fake).remember(&connection()).await.unwrap();
    let item = &bodies(&fake)[0]["Item"];
    assert_eq!(
        (&item[CONNECTED_AT], &item[EXPIRY]),
        (&json!({"N": "1700000000123"}), &json!({"N": "1700009000"}))
    );
}

#[tokio::test]
async fn forgetting_is_bound_to_the_item_that_was_read() {
    let fake = FakeAws::new([("DeleteItem", 200, "{}")]);
    connections(&fake).forget(&connection()).await.unwrap();
    let delete = &bodies(&fake)[0];
    assert_eq!(
        delete["ConditionExpression"],
        "attribute_not_exists(#at) OR #at = :at"
    );
    assert_eq!(
        delete["ExpressionAttributeNames"],
        json!({"#at": CONNECTED_AT})
    );
    assert_eq!(
        delete["ExpressionAttributeValues"],
        json!({":at": {"N": "1700000000123"}})
    );
}

#[tokio::test]
async fn a_newer_item_stays_and_that_is_success() {
    let fake = FakeAws::new([(
        "DeleteItem",
        400,
        r#"{"__type":"ConditionalCheckFailedException"}"#,
    )]);
    connections(&fake).forget(&connection()).await.unwrap();
    fake.assert_used();
}

#[tokio::test]
async fn requeuing_modifies_only_the_item_that_was_read() {
    let fake = FakeAws::new([
        ("UpdateItem", 200, "{}"),
        (
            "UpdateItem",
            400,
            r#"{"__type":"ConditionalCheckFailedException"}"#,
        ),
    ]);
    let table = connections(&fake);
    table.requeue(&connection(), 7).await.unwrap();
    table.requeue(&connection(), 8).await.unwrap();
    fake.assert_used();
    let update = &bodies(&fake)[0];
    assert_eq!(update["UpdateExpression"], "SET #tried = :now");
    assert_eq!(
        update["ConditionExpression"],
        "attribute_exists(#id) AND (attribute_not_exists(#at) OR #at = :at)"
    );
    assert_eq!(
        update["ExpressionAttributeValues"],
        json!({":at": {"N": "1700000000123"}, ":now": {"N": "7"}})
    );
}

/// It is for the functions alone.
#[tokio::test]
async fn a_toggle_is_read_without_the_receipt_that_it_asks_for() {
    let item = r#"{"featureId":{"S":"1"},"deliveryReceipt":{"S":"receipt:a"}}"#;
    let (one, all) = (
        format!(r#"{{"Item":{item}}}"#),
        format!(r#"{{"Items":[{item}]}}"#),
    );
    let fake = FakeAws::new([("GetItem", 200, one.as_str()), ("Scan", 200, all.as_str())]);
    let table = TogglesTable {
        client: tables(&fake),
        name: "toggles".into(),
    };
    let wanted = Item::from([("featureId".to_owned(), json!({"S": "1"}))]);
    assert_eq!(table.one("1").await.unwrap(), Some(wanted.clone()));
    assert_eq!(
        table.all().await.unwrap(),
        State::from([("1".into(), wanted)])
    );
}

#[tokio::test]
async fn a_share_is_an_attribute_of_a_receipt_that_expires() {
    let fake = FakeAws::new([("UpdateItem", 200, "{}")]);
    let place = Place {
        receipt: "receipt:a".into(),
        name: "toggle 1".into(),
    };
    let share = Share {
        told: 5,
        ..Share::default()
    };
    let table = connections(&fake);
    table.report(&place, &share, 1_700_009_000).await.unwrap();
    assert_eq!(
        bodies(&fake)[0],
        json!({
            "TableName": "connections", "Key": {"connectionId": {"S": "receipt:a"}},
            "UpdateExpression": "SET #share = :share, #expiry = :expiry",
            "ExpressionAttributeNames": {"#share": "toggle 1", "#expiry": "expiry"},
            "ExpressionAttributeValues": {
                ":share": {"S": r#"{"told":5,"unreached":0,"rests":{}}"#},
                ":expiry": {"N": "1700009000"},
            },
        })
    );
}

#[tokio::test]
async fn a_toggle_is_touched_unless_it_has_changed() {
    let refused = r#"{"__type":"ConditionalCheckFailedException"}"#;
    let fake = FakeAws::new([("UpdateItem", 200, "{}"), ("UpdateItem", 400, refused)]);
    let table = TogglesTable {
        client: tables(&fake),
        name: "toggles".into(),
    };
    let revised: Item = serde_json::from_value(json!({"revision": {"N": "9000"}})).unwrap();
    table.touch("1", &revised, 17).await.unwrap();
    table.touch("1", &Item::new(), 17).await.unwrap();
    fake.assert_used();
    let [update, other] = [0, 1].map(|at| bodies(&fake)[at].clone());
    assert_eq!(update["ConditionExpression"], "#revision = :read");
    let values = &update["ExpressionAttributeValues"];
    assert_eq!(values[":now"], json!({"N": "17"}));
    assert_eq!(values[":next"], json!({"N": "9001"}));
    let author = json!({"M": {"by": {"S": "toggle-clock"}, "at": {"N": "17"}}});
    assert_eq!(values[":author"], author);
    assert_eq!(
        other["ConditionExpression"],
        "attribute_exists(#id) AND attribute_not_exists(#revision)"
    );
    assert_eq!(
        other["ExpressionAttributeValues"][":next"],
        json!({"N": "17"})
    );
}
