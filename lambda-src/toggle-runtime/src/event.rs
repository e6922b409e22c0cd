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
    /// Who changed it, if that was `DynamoDB` itself.
    #[serde(rename = "userIdentity", default)]
    pub identity: Option<Identity>,
}

/// Who changed an item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The kind of identity.
    pub r#type: String,
    /// Its name.
    pub principal_id: String,
}

impl Record {
    /// Whether `DynamoDB` deleted the item, since its time to live has passed. Source: the developer
    /// guide of `DynamoDB`, `DynamoDB Streams and Time to Live`.
    ///
    /// Of toggles only tombstones have one: clients have long been sent the removal, and there is
    /// nothing new to send. The functions skip such a record, not a filter of their mappings: of a
    /// toggle that was deleted by hand the record has no identity, and that a filter lets pass what has
    /// none is documented for the key `dynamodb` alone (Lambda developer guide, `Using event filtering
    /// with a DynamoDB event source`).
    #[must_use]
    pub fn has_expired(&self) -> bool {
        let service =
            |by: &Identity| by.r#type == "Service" && by.principal_id == "dynamodb.amazonaws.com";
        self.operation == Operation::Remove && self.identity.as_ref().is_some_and(service)
    }
}

impl StreamEvent {
    /// Whether all its records are of items that have expired.
    #[must_use]
    pub fn has_only_expired(&self) -> bool {
        self.records.iter().all(Record::has_expired)
    }
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
    /// When the stream had it, in seconds since the epoch. Source: the `DynamoDB` Streams API reference,
    /// `StreamRecord`.
    #[serde(rename = "ApproximateCreationDateTime", default)]
    pub created: f64,
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
    fn an_item_that_expired_is_told_from_one_that_was_deleted() {
        let record = |name: &str, identity: &str| {
            let record = format!(
                r#"{{"eventName": "{name}", "dynamodb": {{"SequenceNumber": "1"}}, "userIdentity": {identity}}}"#
            );
            serde_json::from_str::<Record>(&record).unwrap()
        };
        let service = r#"{"type": "Service", "principalId": "dynamodb.amazonaws.com"}"#;
        let other = r#"{"type": "Service", "principalId": "replication.dynamodb.amazonaws.com"}"#;
        let [expired, by_hand] = [service, "null"].map(|identity| record("REMOVE", identity));
        assert!(expired.has_expired());
        assert!(!by_hand.has_expired());
        assert!(!record("REMOVE", other).has_expired());
        assert!(!record("MODIFY", service).has_expired());
        let event = |records: &[&Record]| StreamEvent {
            records: records.iter().copied().cloned().collect(),
        };
        assert!(event(&[&expired, &expired]).has_only_expired());
        assert!(!event(&[&expired, &by_hand]).has_only_expired());
    }

    #[test]
    fn success_is_an_empty_list() {
        let response =
            serde_json::to_string(&BatchResponse::retry_from(&StreamEvent::default(), None))
                .unwrap();
        assert_eq!(response, r#"{"batchItemFailures":[]}"#);
    }
}
