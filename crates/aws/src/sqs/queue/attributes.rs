//! A queue's attributes: SQS has all of them as strings, under CloudFormation's names.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_sqs::types::QueueAttributeName;
use engine::{Changes, DriverError};
use model::types::sqs::{Queue, RedrivePolicy};
use serde_json::Value;

use super::Properties;

/// Attributes as SQS has them.
pub(super) type Attributes = HashMap<QueueAttributeName, String>;

/// Those that a queue's owner sets.
const SETTABLE: [(&str, QueueAttributeName); 12] = [
    (
        "ContentBasedDeduplication",
        QueueAttributeName::ContentBasedDeduplication,
    ),
    ("DelaySeconds", QueueAttributeName::DelaySeconds),
    ("FifoQueue", QueueAttributeName::FifoQueue),
    (
        "KmsDataKeyReusePeriodSeconds",
        QueueAttributeName::KmsDataKeyReusePeriodSeconds,
    ),
    ("KmsMasterKeyId", QueueAttributeName::KmsMasterKeyId),
    ("MaximumMessageSize", QueueAttributeName::MaximumMessageSize),
    (
        "MessageRetentionPeriod",
        QueueAttributeName::MessageRetentionPeriod,
    ),
    (
        "ReceiveMessageWaitTimeSeconds",
        QueueAttributeName::ReceiveMessageWaitTimeSeconds,
    ),
    ("RedriveAllowPolicy", QueueAttributeName::RedriveAllowPolicy),
    ("RedrivePolicy", QueueAttributeName::RedrivePolicy),
    (
        "SqsManagedSseEnabled",
        QueueAttributeName::SqsManagedSseEnabled,
    ),
    ("VisibilityTimeout", QueueAttributeName::VisibilityTimeout),
];

/// Those that are removed by an empty value; the others have none, or no longer mean anything.
const REMOVABLE: [QueueAttributeName; 3] = [
    QueueAttributeName::KmsMasterKeyId,
    QueueAttributeName::RedriveAllowPolicy,
    QueueAttributeName::RedrivePolicy,
];

/// The attributes of a new queue. `queue` is normalised.
pub(super) fn all(queue: &Properties) -> Result<Attributes, DriverError> {
    let numbers = [
        (QueueAttributeName::DelaySeconds, queue.delay_seconds),
        (
            QueueAttributeName::KmsDataKeyReusePeriodSeconds,
            queue.kms_data_key_reuse_period_seconds,
        ),
        (
            QueueAttributeName::MaximumMessageSize,
            queue.maximum_message_size,
        ),
        (
            QueueAttributeName::MessageRetentionPeriod,
            queue.message_retention_period,
        ),
        (
            QueueAttributeName::ReceiveMessageWaitTimeSeconds,
            queue.receive_message_wait_time_seconds,
        ),
        (
            QueueAttributeName::VisibilityTimeout,
            queue.visibility_timeout,
        ),
    ];
    let numbers = numbers
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.to_string())));
    // A standard queue has no FIFO attributes, not even `false`.
    let fifo = queue.fifo_queue == Some(true);
    let flags = [
        (
            QueueAttributeName::ContentBasedDeduplication,
            queue.content_based_deduplication.filter(|_| fifo),
        ),
        (
            QueueAttributeName::FifoQueue,
            queue.fifo_queue.filter(|_| fifo),
        ),
        (
            QueueAttributeName::SqsManagedSseEnabled,
            queue.sqs_managed_sse_enabled,
        ),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.to_string())));
    let redrive = queue
        .redrive_policy
        .as_ref()
        .map(serde_json::to_string)
        .transpose()
        .map_err(no_json)?;
    let texts = [
        (
            QueueAttributeName::KmsMasterKeyId,
            queue.kms_master_key_id.clone(),
        ),
        (
            QueueAttributeName::RedriveAllowPolicy,
            queue.redrive_allow_policy.as_ref().map(Value::to_string),
        ),
        (QueueAttributeName::RedrivePolicy, redrive),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    Ok(numbers.chain(flags).chain(texts).collect())
}

/// The attributes that these changes set or remove.
pub(super) fn changed(queue: &Properties, changes: &Changes) -> Result<Attributes, DriverError> {
    let mut all = all(queue)?;
    let touched = SETTABLE
        .into_iter()
        .filter(|(property, _)| changes.affects(property));
    let value = |(_, name): (&str, QueueAttributeName)| match all.remove(&name) {
        Some(value) => Some((name, value)),
        None => REMOVABLE.contains(&name).then(|| (name, String::new())),
    };
    Ok(touched.filter_map(value).collect())
}

/// The properties that a queue's attributes stand for.
pub(super) fn properties(name: &str, attributes: &Attributes) -> Result<Properties, DriverError> {
    let text = |attribute| attributes.get(&attribute).filter(|value| !value.is_empty());
    Ok(Queue {
        queue_name: name.to_owned(),
        fifo_queue: parsed(text(QueueAttributeName::FifoQueue))?,
        content_based_deduplication: parsed(text(QueueAttributeName::ContentBasedDeduplication))?,
        delay_seconds: parsed(text(QueueAttributeName::DelaySeconds))?,
        maximum_message_size: parsed(text(QueueAttributeName::MaximumMessageSize))?,
        message_retention_period: parsed(text(QueueAttributeName::MessageRetentionPeriod))?,
        receive_message_wait_time_seconds: parsed(text(
            QueueAttributeName::ReceiveMessageWaitTimeSeconds,
        ))?,
        visibility_timeout: parsed(text(QueueAttributeName::VisibilityTimeout))?,
        sqs_managed_sse_enabled: parsed(text(QueueAttributeName::SqsManagedSseEnabled))?,
        kms_master_key_id: text(QueueAttributeName::KmsMasterKeyId).cloned(),
        kms_data_key_reuse_period_seconds: parsed(text(
            QueueAttributeName::KmsDataKeyReusePeriodSeconds,
        ))?,
        redrive_policy: text(QueueAttributeName::RedrivePolicy)
            .map(|policy| redrive(policy))
            .transpose()?,
        redrive_allow_policy: parsed(text(QueueAttributeName::RedriveAllowPolicy))?,
    })
}

fn parsed<T: FromStr>(value: Option<&String>) -> Result<Option<T>, DriverError> {
    value
        .map(|value| value.parse().map_err(|_| unexpected(value)))
        .transpose()
}

/// `maxReceiveCount` comes back as it was sent, as a number or as text.
fn redrive(policy: &str) -> Result<RedrivePolicy<String>, DriverError> {
    let value: Value = policy.parse().map_err(|_| unexpected(policy))?;
    let count = &value["maxReceiveCount"];
    let count = count
        .as_i64()
        .or_else(|| count.as_str()?.parse().ok())
        .and_then(|count| i32::try_from(count).ok());
    match (value["deadLetterTargetArn"].as_str(), count) {
        (Some(arn), Some(max_receive_count)) => Ok(RedrivePolicy {
            dead_letter_target_arn: arn.to_owned(),
            max_receive_count,
        }),
        _ => Err(unexpected(policy)),
    }
}

fn unexpected(value: &str) -> DriverError {
    DriverError::internal(format!(
        "SQS answers with an attribute `{value}` that does not parse"
    ))
}

#[allow(clippy::needless_pass_by_value)] // as map_err hands it over
fn no_json(error: serde_json::Error) -> DriverError {
    DriverError::internal(format!("a redrive policy does not serialise ({error})"))
}
