//! A queue's attributes: in SQS all of them are strings, under CloudFormation's names.

use aws_sdk_sqs::types::QueueAttributeName;
use engine::{Changes, DriverError};
use serde_json::{Map, Value};

use super::Properties;
use crate::sqs::client::QueueAttributes;

/// Attributes that a standard queue does not have, not even as `false`.
const FIFO_ONLY: [&str; 2] = ["ContentBasedDeduplication", "FifoQueue"];

/// Attributes that an empty value removes. Normalised, the others always have a value or, like the
/// key's reuse period, mean nothing without another.
const REMOVABLE: [QueueAttributeName; 3] = [
    QueueAttributeName::KmsMasterKeyId,
    QueueAttributeName::RedriveAllowPolicy,
    QueueAttributeName::RedrivePolicy,
];

/// The attributes of a new queue. `queue` is normalised.
pub(super) fn all(queue: &Properties) -> Result<QueueAttributes, DriverError> {
    let Ok(Value::Object(mut properties)) = serde_json::to_value(queue) else {
        return Err(DriverError::internal("a queue does not serialise"));
    };
    properties.remove("QueueName");
    let fifo = queue.fifo_queue == Some(true);
    let attributes = properties
        .into_iter()
        .filter(|(name, _)| fifo || !FIFO_ONLY.contains(&name.as_str()))
        .map(|(name, value)| (QueueAttributeName::from(name.as_str()), text(value)));
    Ok(attributes.collect())
}

/// The attributes whose sum is the number of messages in a queue: those that can be received, those
/// that were received and not deleted, and those that are delayed. They "may not achieve consistency
/// until at least 1 minute after the producers stop sending messages", says `GetQueueAttributes` in
/// the API reference.
const MESSAGES: [QueueAttributeName; 3] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    QueueAttributeName::ApproximateNumberOfMessagesDelayed,
];

/// The approximate number of messages in a queue that has these attributes.
pub(super) fn messages(attributes: &QueueAttributes) -> Result<u64, DriverError> {
    let numbers = MESSAGES.iter().map(|name| match attributes.get(name) {
        None => Ok(0),
        Some(text) => text.parse::<u64>().map_err(|error| {
            let name = name.as_str();
            DriverError::internal(format!("SQS returned `{text}` as {name} ({error})"))
        }),
    });
    numbers.sum()
}

/// The attributes that these changes set or remove.
pub(super) fn changed(
    queue: &Properties,
    changes: &Changes,
) -> Result<QueueAttributes, DriverError> {
    let mut attributes = all(queue)?;
    attributes.retain(|name, _| changes.affects(name.as_str()));
    for name in REMOVABLE {
        if changes.affects(name.as_str()) {
            attributes.entry(name).or_default();
        }
    }
    Ok(attributes)
}

/// The properties that a queue's attributes mean. Removed ones are empty.
pub(super) fn properties(
    name: &str,
    attributes: &QueueAttributes,
) -> Result<Properties, DriverError> {
    let mut properties: Map<String, Value> = attributes
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.as_str().to_owned(), value(name, text)))
        .collect();
    properties.insert("QueueName".to_owned(), Value::from(name));
    // A key takes the place of SQS's own encryption; an emulator shows both.
    if properties.contains_key("KmsMasterKeyId") {
        properties.insert("SqsManagedSseEnabled".to_owned(), Value::from(false));
    }
    if let Some(count) = properties
        .get_mut("RedrivePolicy")
        .and_then(|policy| policy.get_mut("maxReceiveCount"))
    {
        number(count);
    }
    serde_json::from_value(Value::Object(properties)).map_err(|error| {
        DriverError::internal(format!(
            "SQS returned attributes that do not parse ({error})"
        ))
    })
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn value(name: &QueueAttributeName, text: &str) -> Value {
    match name {
        QueueAttributeName::KmsMasterKeyId => Value::from(text),
        _ => text.parse().unwrap_or_else(|_| Value::from(text)),
    }
}

/// `maxReceiveCount` is returned as it was sent, as a number or as text.
fn number(count: &mut Value) {
    if let Some(number) = count.as_str().and_then(|text| text.parse::<i32>().ok()) {
        *count = Value::from(number);
    }
}
