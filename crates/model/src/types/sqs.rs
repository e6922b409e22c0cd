//! `AWS::SQS::Queue`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "SQS",
    sdk_id: "SQS",
    regions: crate::Regions::All,
};

/// The facts of `AWS::SQS::Queue`.
pub const QUEUE: &ResourceType = &ResourceType {
    name: "AWS::SQS::Queue",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["QueueName"],
    create_only: &["QueueName", "FifoQueue"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    // Its messages. One without any is deleted: see the driver.
    holds_data: true,
    taggable: true,
    refers_to: &[],
};

/// A queue.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Queue<S = Text> {
    /// 1 to 80 characters of `[A-Za-z0-9_-]`, ending in `.fifo` for a FIFO queue. Changing it
    /// replaces the queue.
    pub queue_name: String,
    /// Whether order is preserved; absent means no. Changing it replaces the queue.
    pub fifo_queue: Option<bool>,
    /// FIFO only: whether messages with equal bodies are duplicates; absent means no.
    pub content_based_deduplication: Option<bool>,
    /// Seconds before a message can be received, 0 to 900; absent means 0.
    pub delay_seconds: Option<i32>,
    /// Bytes, 1,024 to 1,048,576; absent means 1,048,576.
    pub maximum_message_size: Option<i32>,
    /// Seconds that a message is kept, 60 to 1,209,600; absent means 345,600 (four days).
    pub message_retention_period: Option<i32>,
    /// Seconds that a receive waits, 0 to 20; absent means 0.
    pub receive_message_wait_time_seconds: Option<i32>,
    /// Seconds that a received message is hidden, 0 to 43,200; absent means 30.
    pub visibility_timeout: Option<i32>,
    /// Encryption with a key that SQS owns; absent means on, unless a KMS key is named.
    pub sqs_managed_sse_enabled: Option<bool>,
    /// The KMS key that encrypts messages.
    pub kms_master_key_id: Option<S>,
    /// Seconds that a data key is reused, 60 to 86,400; absent means 300. It has no effect without
    /// a KMS key.
    pub kms_data_key_reuse_period_seconds: Option<i32>,
    /// The destination of messages that are received too often.
    pub redrive_policy: Option<RedrivePolicy<S>>,
    /// Which queues may use this one as their dead-letter queue, in SQS's format:
    /// `redrivePermission` and, with `byQueue`, `sourceQueueArns`. Absent means all (`allowAll`).
    pub redrive_allow_policy: Option<Value>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for Queue {
    fn default() -> Self {
        Self {
            queue_name: String::new(),
            fifo_queue: None,
            content_based_deduplication: None,
            delay_seconds: None,
            maximum_message_size: None,
            message_retention_period: None,
            receive_message_wait_time_seconds: None,
            visibility_timeout: None,
            sqs_managed_sse_enabled: None,
            kms_master_key_id: None,
            kms_data_key_reuse_period_seconds: None,
            redrive_policy: None,
            redrive_allow_policy: None,
        }
    }
}

/// The destination of messages that are received too often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RedrivePolicy<S = Text> {
    /// The dead-letter queue's ARN.
    pub dead_letter_target_arn: S,
    /// The maximum number of receives, 1 to 1,000.
    pub max_receive_count: i32,
}

impl<S: Serialize> Resource for Queue<S> {
    const TYPE: &'static ResourceType = QUEUE;
}

impl<S> Queue<S> {
    /// The queue's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The queue's URL, by which messages are sent and received.
    pub const URL: Attribute<Self> = Attribute::new("QueueUrl");
    /// The queue's name.
    pub const NAME: Attribute<Self> = Attribute::new("QueueName");
}

impl Handle<Queue> {
    /// A reference to [`Queue::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Queue::ARN)
    }

    /// A reference to [`Queue::URL`].
    #[must_use]
    pub fn url(&self) -> Text {
        self.attribute(Queue::URL)
    }

    /// A reference to [`Queue::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Queue::NAME)
    }
}
