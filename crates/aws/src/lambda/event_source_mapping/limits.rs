//! What Lambda refuses of a mapping and emulators accept, checked before any call.
//!
//! Source: the API reference of `CreateEventSourceMapping`, and the quotas page.

use std::ops::RangeInclusive;

use engine::DriverError;

use super::{Properties, is_queue};

/// Whether Lambda takes the mapping.
///
/// # Errors
/// [`DriverError::Invalid`] with what it would not take.
pub(super) fn check(mapping: &Properties) -> Result<(), DriverError> {
    let refuse = |why: &str| {
        let (function, source) = (&mapping.function_name, &mapping.event_source_arn);
        Err(DriverError::Invalid(format!(
            "the mapping of {source} to the function `{function}`: {why}"
        )))
    };
    let numbers: [(&str, Option<i32>, RangeInclusive<i32>); 6] = [
        ("BatchSize", mapping.batch_size, 1..=10_000),
        (
            "MaximumBatchingWindowInSeconds",
            mapping.maximum_batching_window_in_seconds,
            0..=300,
        ),
        (
            "ParallelizationFactor",
            mapping.parallelization_factor,
            1..=10,
        ),
        (
            "MaximumRetryAttempts",
            mapping.maximum_retry_attempts,
            -1..=10_000,
        ),
        (
            "MaximumRecordAgeInSeconds",
            mapping
                .maximum_record_age_in_seconds
                .filter(|age| *age != -1),
            60..=604_800,
        ),
        (
            "TumblingWindowInSeconds",
            mapping.tumbling_window_in_seconds,
            0..=900,
        ),
    ];
    for (name, value, range) in numbers {
        if let Some(value) = value.filter(|value| !range.contains(value)) {
            return refuse(&format!(
                "{name} {value} is not {} to {}",
                range.start(),
                range.end()
            ));
        }
    }
    if is_queue(&mapping.event_source_arn) {
        let waits = mapping
            .maximum_batching_window_in_seconds
            .is_some_and(|seconds| seconds > 0);
        if mapping.batch_size.is_some_and(|size| size > 10) && !waits {
            return refuse(
                "a BatchSize above 10 needs MaximumBatchingWindowInSeconds of at least 1",
            );
        }
    } else if mapping.starting_position.is_none() {
        return refuse("a stream needs a StartingPosition");
    }
    let filters = mapping
        .filter_criteria
        .as_ref()
        .map(|criteria| criteria.filters.as_slice())
        .unwrap_or_default();
    if filters.len() > 10 {
        return refuse(&format!("{} filters; AWS takes 10 at most", filters.len()));
    }
    for pattern in filters.iter().map(|filter| &filter.pattern) {
        let is_object =
            serde_json::from_str(pattern).is_ok_and(|value: serde_json::Value| value.is_object());
        if pattern.chars().count() > 4_096 || !is_object {
            return refuse(&format!(
                "the pattern {pattern} is not a JSON object of at most 4,096 characters"
            ));
        }
    }
    Ok(())
}
