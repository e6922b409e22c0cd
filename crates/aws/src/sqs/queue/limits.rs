//! What SQS refuses of a queue, checked before any call: emulators accept most of it.

use engine::{DriverError, UNKNOWN};

use super::Properties;

const FIFO: &str = ".fifo";

/// Checks normalised properties.
pub(super) fn check(queue: &Properties) -> Result<(), DriverError> {
    check_name(queue)?;
    check_ranges(queue)?;
    check_encryption(queue)?;
    check_redrive(queue)
}

fn refuse(message: String) -> Result<(), DriverError> {
    Err(DriverError::Invalid(message))
}

fn check_name(queue: &Properties) -> Result<(), DriverError> {
    let name = &queue.queue_name;
    let fifo = queue.fifo_queue == Some(true);
    let stem = name.strip_suffix(FIFO).filter(|_| fifo).unwrap_or(name);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !(1..=80).contains(&name.len()) || stem.is_empty() || !stem.chars().all(allowed) {
        return refuse(format!(
            "a queue's name has 1 to 80 of letters, digits and `_-`, a FIFO queue's `{FIFO}` at its end; `{name}` has \
             not"
        ));
    }
    if fifo != name.ends_with(FIFO) {
        return refuse(format!(
            "the name of a FIFO queue ends in `{FIFO}`; `{name}` does not"
        ));
    }
    if !fifo && queue.content_based_deduplication == Some(true) {
        return refuse(format!(
            "`{name}` is not a FIFO queue, and only those have ContentBasedDeduplication"
        ));
    }
    Ok(())
}

fn check_ranges(queue: &Properties) -> Result<(), DriverError> {
    let redrive = queue
        .redrive_policy
        .as_ref()
        .map(|policy| policy.max_receive_count);
    let ranges = [
        ("DelaySeconds", queue.delay_seconds, 0..=900),
        (
            "MaximumMessageSize",
            queue.maximum_message_size,
            1_024..=1_048_576,
        ),
        (
            "MessageRetentionPeriod",
            queue.message_retention_period,
            60..=1_209_600,
        ),
        (
            "ReceiveMessageWaitTimeSeconds",
            queue.receive_message_wait_time_seconds,
            0..=20,
        ),
        ("VisibilityTimeout", queue.visibility_timeout, 0..=43_200),
        (
            "KmsDataKeyReusePeriodSeconds",
            queue.kms_data_key_reuse_period_seconds,
            60..=86_400,
        ),
        ("RedrivePolicy.maxReceiveCount", redrive, 1..=1_000),
    ];
    let beyond = ranges.into_iter().find_map(|(property, value, range)| {
        let value = value.filter(|value| !range.contains(value))?;
        Some(format!(
            "{property} of `{}` is {value}: SQS takes {} to {}",
            queue.queue_name,
            range.start(),
            range.end()
        ))
    });
    beyond.map_or(Ok(()), refuse)
}

fn check_encryption(queue: &Properties) -> Result<(), DriverError> {
    if queue.kms_master_key_id.is_some() && queue.sqs_managed_sse_enabled == Some(true) {
        return refuse(format!(
            "`{}` names a KMS key and wants SqsManagedSseEnabled: SQS takes one",
            queue.queue_name
        ));
    }
    Ok(())
}

fn check_redrive(queue: &Properties) -> Result<(), DriverError> {
    let target = queue
        .redrive_policy
        .as_ref()
        .map(|policy| policy.dead_letter_target_arn.as_str());
    let fifo = queue.fifo_queue == Some(true);
    match target {
        Some(arn) if !arn.contains(UNKNOWN) && arn.ends_with(FIFO) != fifo => refuse(format!(
            "`{}` and its dead-letter queue `{arn}` are not both FIFO or both standard",
            queue.queue_name
        )),
        _ => Ok(()),
    }
}
