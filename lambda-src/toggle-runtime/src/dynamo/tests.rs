use aws_sdk_dynamodb::operation::delete_item::DeleteItemOutput;
use aws_sdk_dynamodb::operation::put_item::PutItemOutput;
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_smithy_mocks::{RuleMode, mock, mock_client};

use super::*;

fn key(name: &str, id: &str) -> SdkItem {
    HashMap::from([(name.to_owned(), AttributeValue::S(id.to_owned()))])
}

fn connection() -> Connection {
    Connection { id: "c".into(), endpoint: "https://e/live".into(), connected_at: 1_700_000_000_123 }
}

fn connections(client: Client) -> ConnectionsTable {
    ConnectionsTable { client, name: "connections".into() }
}

#[tokio::test]
async fn the_whole_state_is_read_page_by_page_and_consistently() {
    let first = mock!(Client::scan)
        .match_requests(|scan| scan.exclusive_start_key().is_none() && scan.consistent_read() == Some(true))
        .then_output(|| {
            ScanOutput::builder().items(key(TOGGLE_KEY, "1")).set_last_evaluated_key(Some(key(TOGGLE_KEY, "1"))).build()
        });
    let second = mock!(Client::scan)
        .match_requests(|scan| scan.exclusive_start_key() == Some(&key(TOGGLE_KEY, "1")))
        .then_output(|| ScanOutput::builder().items(key(TOGGLE_KEY, "2")).build());
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&first, &second]);
    let state = TogglesTable { client, name: "toggles".into() }.all().await.unwrap();
    assert_eq!(state.keys().collect::<Vec<_>>(), ["1", "2"]);
}

#[tokio::test]
async fn a_page_of_connections_says_where_the_next_begins() {
    let mut stored = key(CONNECTION_KEY, "c");
    stored.insert(ENDPOINT.into(), AttributeValue::S("https://e/live".into()));
    stored.insert(CONNECTED_AT.into(), AttributeValue::N("1700000000123".into()));
    let scan = mock!(Client::scan)
        .match_requests(|scan| scan.exclusive_start_key() == Some(&key(CONNECTION_KEY, "b")))
        .then_output(move || {
            ScanOutput::builder()
                .items(stored.clone())
                .items(key(CONNECTION_KEY, "without endpoint"))
                .set_last_evaluated_key(Some(key(CONNECTION_KEY, "c")))
                .build()
        });
    let page = connections(mock_client!(aws_sdk_dynamodb, [&scan])).page(Some("b".into())).await.unwrap();
    assert_eq!(page.connections, [connection()]);
    assert_eq!(page.next.as_deref(), Some("c"));
}

#[tokio::test]
async fn a_connection_expires_half_an_hour_after_its_life() {
    let put = mock!(Client::put_item)
        .match_requests(|put| {
            let number = |name: &str| put.item()?.get(name)?.as_n().ok().map(String::as_str);
            number(CONNECTED_AT) == Some("1700000000123") && number(EXPIRY) == Some("1700009000")
        })
        .then_output(|| PutItemOutput::builder().build());
    connections(mock_client!(aws_sdk_dynamodb, [&put])).remember(&connection()).await.unwrap();
    assert_eq!(put.num_calls(), 1);
}

#[tokio::test]
async fn forgetting_is_bound_to_the_item_that_was_read() {
    let delete = mock!(Client::delete_item)
        .match_requests(|delete| {
            let values = delete.expression_attribute_values();
            values.and_then(|values| values.get(":at")) == Some(&AttributeValue::N("1700000000123".into()))
        })
        .then_output(|| DeleteItemOutput::builder().build());
    connections(mock_client!(aws_sdk_dynamodb, [&delete])).forget(&connection()).await.unwrap();
    assert_eq!(delete.num_calls(), 1);
}

#[tokio::test]
async fn a_newer_item_stays_and_that_is_success() {
    let delete = mock!(Client::delete_item).then_error(|| {
        DeleteItemError::ConditionalCheckFailedException(ConditionalCheckFailedException::builder().build())
    });
    connections(mock_client!(aws_sdk_dynamodb, [&delete])).forget(&connection()).await.unwrap();
}
