//! `AWS::SNS::Topic` and `AWS::SNS::Subscription`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use sha2::{Digest, Sha256};

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "SNS",
    sdk_id: "SNS",
    regions: crate::Regions::All,
};

/// The facts of `AWS::SNS::Topic`.
pub const TOPIC: &ResourceType = &ResourceType {
    name: "AWS::SNS::Topic",
    service: SERVICE,
    scope: Scope::Stated,
    identity: &["TopicName", "Region"],
    create_only: &["TopicName", "Region", "FifoTopic"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[],
};

/// The facts of `AWS::SNS::Subscription`, which is in the Region of its topic.
pub const SUBSCRIPTION: &ResourceType = &ResourceType {
    name: "AWS::SNS::Subscription",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["TopicArn", "Protocol", "Endpoint"],
    create_only: &["TopicArn", "Protocol", "Endpoint"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::Lambda::Function",
    ],
};

/// A topic. Its policy, its delivery logs and its data protection are left as they are set.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Topic<S = Text> {
    /// 1 to 256 characters of `[A-Za-z0-9_-]`, ending in `.fifo` for a FIFO topic. Changing it
    /// replaces the topic.
    pub topic_name: S,
    /// The Region in which it is, if that is not the system's: `us-east-1`. Absent means the system's.
    /// Changing it replaces the topic.
    pub region: Option<String>,
    /// Whether order is preserved; absent means no. Changing it replaces the topic.
    pub fifo_topic: Option<bool>,
    /// FIFO only: whether messages with equal bodies are duplicates; absent means no.
    pub content_based_deduplication: Option<bool>,
    /// The sender's name in mails and text messages, up to 100 characters; absent means none.
    pub display_name: Option<String>,
    /// The KMS key that encrypts messages; absent means none.
    pub kms_master_key_id: Option<S>,
    /// The hash that messages are signed with: `1` for SHA1, `2` for SHA256; absent means `1`.
    pub signature_version: Option<String>,
    /// X-Ray tracing: `PassThrough` or `Active`; absent means `PassThrough`.
    pub tracing_config: Option<String>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for Topic {
    fn default() -> Self {
        Self {
            topic_name: Text::from(""),
            region: None,
            fifo_topic: None,
            content_based_deduplication: None,
            display_name: None,
            kms_master_key_id: None,
            signature_version: None,
            tracing_config: None,
        }
    }
}

/// A subscription: where a topic sends its messages.
///
/// One to a mail address or a URL waits until its recipient confirms it. Its name in the model ends
/// with its [`mark`], or it is not found once it is no longer described.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Subscription<S = Text> {
    /// The topic's ARN. Changing it replaces the subscription.
    pub topic_arn: S,
    /// `email`, `email-json`, `http`, `https`, `sms`, `sqs`, `lambda`, `application` or
    /// `firehose`. Changing it replaces the subscription.
    pub protocol: String,
    /// A mail address, a URL, a telephone number or an ARN. Changing it replaces the subscription.
    pub endpoint: S,
    /// Whether messages arrive without SNS's envelope; absent means no.
    pub raw_message_delivery: Option<bool>,
    /// Which messages are sent, in SNS's format; absent means all.
    pub filter_policy: Option<Value>,
    /// What the filter is compared with: `MessageAttributes` or `MessageBody`; absent means
    /// `MessageAttributes`.
    pub filter_policy_scope: Option<String>,
    /// The queue of undelivered messages, in SNS's format: `deadLetterTargetArn`.
    pub redrive_policy: Option<Value>,
}

impl<S: Serialize> Resource for Topic<S> {
    const TYPE: &'static ResourceType = TOPIC;
}

impl<S: Serialize> Resource for Subscription<S> {
    const TYPE: &'static ResourceType = SUBSCRIPTION;
}

impl<S> Topic<S> {
    /// The topic's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("TopicArn");
    /// The topic's name.
    pub const NAME: Attribute<Self> = Attribute::new("TopicName");
}

impl Handle<Topic> {
    /// A reference to [`Topic::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Topic::ARN)
    }

    /// A reference to [`Topic::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Topic::NAME)
    }
}

impl<S> Subscription<S> {
    /// Its protocol and endpoint, which identify it in its topic.
    pub const KEY: Attribute<Self> = Attribute::new("Key");
    /// The subscription's ARN. One that is not confirmed has none.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The endpoint whose owner has not confirmed the subscription. One that is confirmed has none.
    pub const UNCONFIRMED: Attribute<Self> = Attribute::new("Unconfirmed");
}

/// A short digest of what identifies a subscription in its topic.
///
/// Subscriptions have no tags, and others add some to the same topic. One of the system has a
/// record in the topic's tags by its name in the model, so that name contains the digest.
#[must_use]
pub fn mark(protocol: &str, endpoint: &str) -> String {
    let digest = Sha256::digest(format!("{protocol} {endpoint}"));
    format!("{digest:x}")[..8].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_differs_by_protocol_and_endpoint() {
        let marks = [
            mark("email", "ops@example.com"),
            mark("email-json", "ops@example.com"),
            mark("email", "dev@example.com"),
        ];
        assert!(marks.iter().all(|mark| mark.len() == 8), "{marks:?}");
        assert!(marks[0] != marks[1] && marks[0] != marks[2] && marks[1] != marks[2]);
        assert_eq!(marks[0], mark("email", "ops@example.com"));
    }
}
