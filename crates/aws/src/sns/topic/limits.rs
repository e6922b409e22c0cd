//! The limits of topics that emulators do not enforce.

use super::Properties;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};
use crate::kit::places::SEARCHED;

const API: &str = "SNS API reference, CreateTopic";

const FIFO: &str = ".fifo";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("TopicName", 1, 256, API),
    SEARCHED,
    Limit::length(
        "DisplayName",
        0,
        100,
        "SNS developer guide, creating a topic",
    ),
    Limit::one_of("SignatureVersion", &["1", "2"], API),
    Limit::one_of("TracingConfig", &["PassThrough", "Active"], API),
];

/// The limits that concern several properties, or a part of one.
pub(super) fn check(topic: &Properties, checks: &mut Checks) {
    let fifo = topic.fifo_topic == Some(true);
    if is_known(&topic.topic_name) {
        check_name(&topic.topic_name, fifo, checks);
    }
    checks.require(
        fifo || topic.content_based_deduplication != Some(true),
        "ContentBasedDeduplication",
        "is for FIFO topics only",
    );
}

fn check_name(name: &str, fifo: bool, checks: &mut Checks) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let stem = if fifo {
        name.strip_suffix(FIFO).unwrap_or_default()
    } else {
        name
    };
    checks.require(
        !stem.is_empty() && stem.chars().all(allowed),
        "TopicName",
        format!(
            "is `{name}`; letters, digits, - and _ are allowed, and `{FIFO}` ends the names of FIFO topics"
        ),
    );
}
