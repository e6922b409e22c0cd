//! A subscription's attributes: in SNS all of them are strings, under CloudFormation's names.

use engine::Changes;
use serde_json::Value;

use super::{Properties, SnsAttributes};

/// A subscription of which only its identity is known.
pub(super) fn bare(topic: &str, protocol: &str, endpoint: &str) -> Properties {
    Properties {
        topic_arn: topic.to_owned(),
        protocol: protocol.to_owned(),
        endpoint: endpoint.to_owned(),
        raw_message_delivery: None,
        filter_policy: None,
        filter_policy_scope: None,
        redrive_policy: None,
    }
}

/// Attributes with the properties' values; an empty one removes the attribute. The scope precedes
/// the filter, which it gives its meaning.
fn values(subscription: &Properties) -> [(&'static str, String); 4] {
    let policy =
        |policy: &Option<Value>| policy.as_ref().map_or_else(String::new, Value::to_string);
    let raw = subscription.raw_message_delivery == Some(true);
    let scope = subscription.filter_policy_scope.clone();
    [
        ("RawMessageDelivery", raw.to_string()),
        ("FilterPolicyScope", scope.unwrap_or_default()),
        ("FilterPolicy", policy(&subscription.filter_policy)),
        ("RedrivePolicy", policy(&subscription.redrive_policy)),
    ]
}

/// The attributes of a new subscription. SNS refuses raw delivery for mail addresses and a scope
/// without a filter, even with their defaults.
pub(super) fn all(subscription: &Properties) -> SnsAttributes {
    let filters = subscription.filter_policy.is_some();
    let wanted = |name: &str, value: &str| match name {
        "RawMessageDelivery" => value == "true",
        "FilterPolicyScope" => filters,
        _ => !value.is_empty(),
    };
    let values = values(subscription).into_iter();
    values
        .filter(|(name, value)| wanted(name, value))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The attributes that these changes set or remove.
pub(super) fn changed(
    subscription: &Properties,
    changes: &Changes,
) -> impl Iterator<Item = (&'static str, String)> {
    let values = values(subscription).into_iter();
    values.filter(|(name, _)| changes.affects(name))
}

/// The properties that a subscription's attributes mean.
pub(super) fn properties(identity: &Properties, attributes: &SnsAttributes) -> Properties {
    let text = |name: &str| attributes.get(name).filter(|text| !text.is_empty());
    let policy = |name: &str| text(name).and_then(|text| serde_json::from_str(text).ok());
    Properties {
        raw_message_delivery: text("RawMessageDelivery").map(|text| text == "true"),
        filter_policy: policy("FilterPolicy"),
        filter_policy_scope: text("FilterPolicyScope").cloned(),
        redrive_policy: policy("RedrivePolicy"),
        ..bare(&identity.topic_arn, &identity.protocol, &identity.endpoint)
    }
}
