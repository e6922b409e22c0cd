//! A topic's attributes: in SNS all of them are strings, under CloudFormation's names.

use engine::Changes;

use super::Properties;
use crate::sns::client::SnsAttributes;

/// Attributes with the properties' values; an empty one removes the attribute.
fn values(topic: &Properties) -> [(&'static str, String); 5] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let deduplicates = topic.content_based_deduplication == Some(true);
    [
        ("ContentBasedDeduplication", deduplicates.to_string()),
        ("DisplayName", text(&topic.display_name)),
        ("KmsMasterKeyId", text(&topic.kms_master_key_id)),
        ("SignatureVersion", text(&topic.signature_version)),
        ("TracingConfig", text(&topic.tracing_config)),
    ]
}

/// The attributes of a new topic. `topic` is normalised. A standard topic has no attributes of FIFO
/// topics, not even as `false`.
pub(super) fn all(topic: &Properties) -> SnsAttributes {
    let fifo = topic.fifo_topic == Some(true);
    let wanted = |name: &str, value: &str| {
        !value.is_empty() && (fifo || name != "ContentBasedDeduplication")
    };
    let mut attributes: SnsAttributes = values(topic)
        .into_iter()
        .filter(|(name, value)| wanted(name, value))
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    if fifo {
        attributes.insert("FifoTopic".to_owned(), "true".to_owned());
    }
    attributes
}

/// The attributes that these changes set or remove.
pub(super) fn changed(
    topic: &Properties,
    changes: &Changes,
) -> impl Iterator<Item = (&'static str, String)> {
    let values = values(topic).into_iter();
    values.filter(|(name, _)| changes.affects(name))
}

/// The properties that a topic's attributes mean, without its Region.
pub(super) fn properties(name: &str, attributes: &SnsAttributes) -> Properties {
    let text = |name: &str| {
        attributes
            .get(name)
            .filter(|text| !text.is_empty())
            .cloned()
    };
    let flag = |name: &str| attributes.get(name).map(|text| text == "true");
    Properties {
        topic_name: name.to_owned(),
        region: None,
        fifo_topic: flag("FifoTopic"),
        content_based_deduplication: flag("ContentBasedDeduplication"),
        display_name: text("DisplayName"),
        kms_master_key_id: text("KmsMasterKeyId"),
        signature_version: text("SignatureVersion"),
        tracing_config: text("TracingConfig"),
    }
}
