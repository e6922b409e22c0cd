//! The limits of event source mappings that emulators do not enforce.

use engine::UNKNOWN;
use model::types::lambda::{EventSourceMapping, Filter};
use serde_json::Value;

use super::convert::is_queue;
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const API: &str = "Lambda API reference, CreateEventSourceMapping";
const QUOTAS: &str = "Lambda developer guide, quotas";

/// The end of a FIFO queue's name.
const FIFO: &str = ".fifo";

pub(super) const LIMITS: &[Limit] = &[
    Limit::range("BatchSize", 1, 10_000, API),
    Limit::range("MaximumBatchingWindowInSeconds", 0, 300, API),
    Limit::range("ParallelizationFactor", 1, 10, API),
    Limit::range("MaximumRetryAttempts", -1, 10_000, API),
    Limit::range("TumblingWindowInSeconds", 0, 900, API),
    Limit::count("FilterCriteria.Filters", 0, 10, QUOTAS),
    Limit::length("FilterCriteria.Filters[].Pattern", 0, 4_096, QUOTAS),
    Limit::range("ScalingConfig.MaximumConcurrency", 2, 1_000, API),
];

pub(super) fn check(mapping: &EventSourceMapping<String>, checks: &mut Checks) {
    let source = &mapping.event_source_arn;
    if is_queue(mapping) {
        // Which kind of queue is not known before its name is.
        if is_known(source) {
            check_queue(mapping, checks);
        }
    } else {
        checks.require(
            mapping.scaling_config.is_none(),
            "ScalingConfig",
            "is for queues only",
        );
        checks.require(
            mapping.starting_position.is_some() || source.contains(UNKNOWN),
            "StartingPosition",
            "is absent, and a stream needs one",
        );
    }
    if let Some(age) = mapping.maximum_record_age_in_seconds {
        checks.require(
            age == -1 || (60..=604_800).contains(&age),
            "MaximumRecordAgeInSeconds",
            format!("is {age}; -1 and 60 to 604800 are allowed"),
        );
    }
    let filters = mapping.filter_criteria.iter();
    for (index, filter) in filters.flat_map(|criteria| &criteria.filters).enumerate() {
        checks.require(
            is_pattern(filter),
            &format!("FilterCriteria.Filters[{index}].Pattern"),
            format!("is `{}`; a JSON object is allowed", filter.pattern),
        );
    }
}

/// Source of what a FIFO queue does not allow: the Lambda developer guide, `Creating and configuring an
/// Amazon SQS event source mapping`.
fn check_queue(mapping: &EventSourceMapping<String>, checks: &mut Checks) {
    let waits = mapping.maximum_batching_window_in_seconds > Some(0);
    let fifo = mapping.event_source_arn.ends_with(FIFO);
    checks.require(
        !fifo || !waits,
        "MaximumBatchingWindowInSeconds",
        "is not for FIFO queues",
    );
    let (most, why) = if fifo {
        (
            mapping.batch_size <= Some(10),
            "is above 10, which FIFO queues do not allow",
        )
    } else {
        (
            waits || mapping.batch_size <= Some(10),
            "is above 10, which needs MaximumBatchingWindowInSeconds of at least 1",
        )
    };
    checks.require(most, "BatchSize", why);
}

fn is_pattern(filter: &Filter) -> bool {
    let pattern = &filter.pattern;
    pattern.contains(UNKNOWN)
        || serde_json::from_str(pattern).is_ok_and(|value: Value| value.is_object())
}
