//! The queue of slices in SQS.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::batches::{BYTES, batches};
use crate::ports::{Backlog, QueueError};
use crate::task::Parcel;

/// The most messages of one call (`SendMessageBatch`).
const ENTRIES: usize = 10;

/// How many calls are made at once.
const CALLS: usize = 8;

/// A FIFO queue.
#[derive(Debug, Clone)]
pub struct SlicesQueue {
    /// The client.
    pub client: Client,
    /// The queue's URL.
    pub url: String,
}

impl Backlog for SlicesQueue {
    async fn store(&self, parcels: Vec<Parcel>) -> Result<(), QueueError> {
        let entries = parcels.iter().enumerate().map(|(number, parcel)| {
            let body = serde_json::to_string(&parcel.task).map_err(|error| self.failed(error))?;
            Ok((number, parcel, body))
        });
        let entries: Vec<_> = entries.collect::<Result<_, QueueError>>()?;
        stream::iter(batches(entries, (ENTRIES, BYTES), |(.., body)| body.len()))
            .map(|batch| self.send(batch))
            .buffer_unordered(CALLS)
            .try_collect()
            .await
    }

    /// Both numbers are approximate, and lag behind by up to a minute.
    async fn depth(&self) -> Result<u64, QueueError> {
        let [visible, in_flight] = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let get = self.client.get_queue_attributes().queue_url(&self.url);
        let got = get
            .attribute_names(visible.clone())
            .attribute_names(in_flight.clone())
            .send()
            .await
            .map_err(|source| QueueError {
                action: format!("read the depth of queue {}", self.url),
                source: Box::new(source),
            })?;
        let attributes = got.attributes.unwrap_or_default();
        let number = |name| attributes.get(name).and_then(|text| text.parse().ok());
        Ok(number(&visible).unwrap_or(0) + number(&in_flight).unwrap_or(0))
    }
}

impl SlicesQueue {
    async fn send(&self, batch: Vec<(usize, &Parcel, String)>) -> Result<(), QueueError> {
        let entries = batch.into_iter().map(|(number, parcel, body)| {
            SendMessageBatchRequestEntry::builder()
                .id(number.to_string())
                .message_body(body)
                .message_group_id(&parcel.group)
                .message_deduplication_id(&parcel.id)
                .build()
        });
        let entries = entries.collect::<Result<Vec<_>, _>>();
        let sent = self
            .client
            .send_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries.map_err(|error| self.failed(error))?))
            .send()
            .await
            .map_err(|error| self.failed(error))?;
        // A call may succeed for some of its messages only.
        match sent.failed.first() {
            None => Ok(()),
            Some(failed) => {
                let message = failed.message.as_deref().unwrap_or_default();
                Err(self.failed(format!("{}: {message}", failed.code)))
            }
        }
    }

    fn failed(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> QueueError {
        QueueError {
            action: format!("send messages to queue {}", self.url),
            source: source.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;
    use serde_json::json;

    use super::*;
    use crate::task::{Recipients, Segment, Task};
    use crate::wire::{bodies, configuration};

    const URL: &str = "https://fake/1/acme-toggle-slices.fifo";
    const SENT: &str = r#"{"Successful":[],"Failed":[]}"#;

    fn queue(fake: &FakeAws) -> SlicesQueue {
        SlicesQueue {
            client: Client::new(&configuration(fake)),
            url: URL.into(),
        }
    }

    fn parcel(index: u32) -> Parcel {
        let segment = Segment {
            index,
            of: 64,
            after: None,
        };
        Parcel {
            group: format!("segment-{index}"),
            id: format!("id-{index}"),
            task: Task {
                toggles: ["1".to_owned()].into(),
                recipients: Recipients::Segment(segment),
                receipt: None,
            },
        }
    }

    #[tokio::test]
    async fn messages_are_stored_ten_at_a_time_with_their_groups() {
        let fake = FakeAws::new([
            ("AmazonSQS.SendMessageBatch", 200, SENT),
            ("AmazonSQS.SendMessageBatch", 200, SENT),
        ]);
        let parcels = (0..12).map(parcel).collect();
        queue(&fake).store(parcels).await.unwrap();
        fake.assert_used();
        let sent = bodies(&fake);
        assert_eq!(
            [0, 1].map(|call: usize| sent[call]["Entries"].as_array().unwrap().len()),
            [10, 2]
        );
        assert_eq!(sent[0]["QueueUrl"], URL);
        assert_eq!(
            sent[1]["Entries"][0],
            json!({"Id": "10", "MessageGroupId": "segment-10", "MessageDeduplicationId": "id-10",
                "MessageBody": r#"{"toggles":["1"],"segment":{"index":10,"of":64}}"#})
        );
    }

    #[tokio::test]
    async fn a_message_that_is_not_stored_is_an_error() {
        let failed = r#"{"Successful":[],"Failed":[
            {"Id":"0","SenderFault":false,"Code":"InternalError","Message":"try again"}]}"#;
        let fake = FakeAws::new([("AmazonSQS.SendMessageBatch", 200, failed)]);
        let error = queue(&fake).store(vec![parcel(0)]).await.unwrap_err();
        assert_eq!(
            (error.to_string(), error.source.to_string()),
            (
                format!("cannot send messages to queue {URL}"),
                "InternalError: try again".to_owned()
            )
        );
    }

    #[tokio::test]
    async fn the_depth_counts_messages_that_wait_and_that_are_worked_on() {
        let fake = FakeAws::new([(
            "AmazonSQS.GetQueueAttributes",
            200,
            r#"{"Attributes":{"ApproximateNumberOfMessages":"3","ApproximateNumberOfMessagesNotVisible":"4"}}"#,
        )]);
        assert_eq!(queue(&fake).depth().await.unwrap(), 7);
        let names = &bodies(&fake)[0]["AttributeNames"];
        let expected = json!([
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible"
        ]);
        assert_eq!(*names, expected);
    }
}
