//! Stream events and the partial batch response, limited to the parts that the functions read.
//!
//! Separate types, because a stream record's images are read in `DynamoDB` JSON as they are.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::item::Item;

/// A batch of stream records, in the order of their shard.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct StreamEvent {
    /// The records.
    #[serde(rename = "Records", default)]
    pub records: Vec<Record>,
}

/// The kind of change to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// The item is new.
    Insert,
    /// The item has changed.
    Modify,
    /// The item was deleted, or has expired.
    Remove,
}

/// One change to one item.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// The kind of change.
    #[serde(rename = "eventName")]
    pub operation: Operation,
    /// The item.
    #[serde(rename = "dynamodb")]
    pub change: Change,
}

/// The item of a record, before and after.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    /// The item's key.
    #[serde(default)]
    pub keys: Item,
    /// The item after the change. A deleted item has none.
    #[serde(default)]
    pub new_image: Option<Item>,
    /// The record's position in its shard.
    pub sequence_number: String,
}

/// Messages of the queue of slices.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct QueueEvent {
    /// The messages.
    #[serde(rename = "Records", default)]
    pub records: Vec<QueueRecord>,
}

/// One message.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueRecord {
    /// Its id.
    pub message_id: String,
    /// A [`crate::task::Task`] in JSON.
    pub body: String,
}

/// Lambda's partial batch response. An empty list is success; otherwise Lambda retries a stream from
/// the lowest number on, and deletes a queue's other messages.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// The records or messages that failed.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// One failed record or message.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// Its sequence number, or its message id.
    pub item_identifier: String,
}

impl BatchResponse {
    /// Requests these messages again.
    #[must_use]
    pub fn again(event: &QueueEvent, failed: &BTreeSet<usize>) -> Self {
        let failed = failed.iter().filter_map(|index| event.records.get(*index));
        let identifier = |record: &QueueRecord| BatchItemFailure {
            item_identifier: record.message_id.clone(),
        };
        Self {
            batch_item_failures: failed.map(identifier).collect(),
        }
    }

    /// Requests a retry from the record at `first_failed` on. It names only that record: Lambda
    /// retries all records after it.
    #[must_use]
    pub fn retry_from(event: &StreamEvent, first_failed: Option<usize>) -> Self {
        let failed = first_failed.and_then(|index| event.records.get(index));
        let identifier = |record: &Record| BatchItemFailure {
            item_identifier: record.change.sequence_number.clone(),
        };
        Self {
            batch_item_failures: failed.map(identifier).into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"Records": [
        {"eventID": "a", "eventName": "INSERT", "awsRegion": "eu-west-1", "dynamodb": {
            "ApproximateCreationDateTime": 1.7e9, "Keys": {"featureId": {"S": "1"}},
            "NewImage": {"featureId": {"S": "1"}}, "SequenceNumber": "100", "SizeBytes": 7, "StreamViewType": "NEW_IMAGE"}},
        {"eventName": "REMOVE", "dynamodb": {"Keys": {"featureId": {"S": "1"}}, "SequenceNumber": "101"}}]}"#;

    #[test]
    fn a_failure_names_the_first_failed_record_only() {
        let event: StreamEvent = serde_json::from_str(EVENT).unwrap();
        assert_eq!(event.records[0].operation, Operation::Insert);
        let response = serde_json::to_string(&BatchResponse::retry_from(&event, Some(1))).unwrap();
        assert_eq!(
            response,
            r#"{"batchItemFailures":[{"itemIdentifier":"101"}]}"#
        );
    }

    #[test]
    fn failed_messages_are_named_by_their_ids() {
        let event = r#"{"Records": [
            {"messageId": "a", "receiptHandle": "r", "body": "{}", "attributes": {"MessageGroupId": "segment-5"},
             "eventSource": "aws:sqs", "awsRegion": "eu-west-1"},
            {"messageId": "b", "body": "{}"}]}"#;
        let event: QueueEvent = serde_json::from_str(event).unwrap();
        let response = BatchResponse::again(&event, &[1].into());
        assert_eq!(
            serde_json::to_string(&response).unwrap(),
            r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#
        );
    }

    #[test]
    fn success_is_an_empty_list() {
        let response =
            serde_json::to_string(&BatchResponse::retry_from(&StreamEvent::default(), None))
                .unwrap();
        assert_eq!(response, r#"{"batchItemFailures":[]}"#);
    }
}
