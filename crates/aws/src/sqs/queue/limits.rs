//! The limits of queues that emulators do not enforce.

use super::Properties;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const ATTRIBUTES: &str = "SQS API reference, SetQueueAttributes";
const DEAD_LETTERS: &str = "SQS developer guide, dead-letter queues";
const NAMES: &str = "SQS API reference, CreateQueue, QueueName";

const FIFO: &str = ".fifo";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("QueueName", 1, 80, NAMES),
    Limit::range("DelaySeconds", 0, 900, ATTRIBUTES),
    Limit::range("MaximumMessageSize", 1_024, 1_048_576, ATTRIBUTES),
    Limit::range("MessageRetentionPeriod", 60, 1_209_600, ATTRIBUTES),
    Limit::range("ReceiveMessageWaitTimeSeconds", 0, 20, ATTRIBUTES),
    Limit::range("VisibilityTimeout", 0, 43_200, ATTRIBUTES),
    Limit::range("KmsDataKeyReusePeriodSeconds", 60, 86_400, ATTRIBUTES),
    Limit::range("RedrivePolicy.maxReceiveCount", 1, 1_000, DEAD_LETTERS),
];

/// The limits that concern several properties, or a part of one.
pub(super) fn check(queue: &Properties, checks: &mut Checks) {
    let fifo = queue.fifo_queue == Some(true);
    if is_known(&queue.queue_name) {
        check_name(&queue.queue_name, fifo, checks);
    }
    checks.require(
        fifo || queue.content_based_deduplication != Some(true),
        "ContentBasedDeduplication",
        "is for FIFO queues only",
    );
    checks.require(
        queue.kms_master_key_id.is_none() || queue.sqs_managed_sse_enabled != Some(true),
        "SqsManagedSseEnabled",
        "is set and so is KmsMasterKeyId; one of them is allowed",
    );
    if let Some(redrive) = &queue.redrive_policy {
        let target = &redrive.dead_letter_target_arn;
        checks.require(
            !is_known(target) || target.ends_with(FIFO) == fifo,
            "RedrivePolicy.deadLetterTargetArn",
            format!(
                "is `{target}`; a queue and its dead-letter queue are both FIFO or both standard"
            ),
        );
    }
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
        "QueueName",
        format!(
            "is `{name}`; letters, digits, - and _ are allowed, and `{FIFO}` ends the names of FIFO queues"
        ),
    );
}
