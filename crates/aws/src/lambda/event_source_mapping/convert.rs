//! Conversion of event source mappings between the SDK's types and the model's.

use aws_sdk_lambda::types::{
    DestinationConfig as SdkDestination, EventSourceMappingConfiguration, EventSourcePosition,
    Filter as SdkFilter, FilterCriteria as SdkFilters, FunctionResponseType,
    OnFailure as SdkOnFailure, ScalingConfig as SdkScaling,
};
use engine::{Attributes, LiveTags};
use model::types::lambda::{
    DestinationConfig, EventSourceMapping, Filter, FilterCriteria, OnFailure, ScalingConfig,
    StartingPosition,
};

use super::{Live, Properties};
use crate::Account;
use crate::kit::known::is_known;
use crate::kit::typed::TypedLive;
use crate::lambda::client::name_of;

/// The mapping, unless it is being deleted.
pub(super) fn live(account: &Account, mapping: &EventSourceMappingConfiguration) -> Option<Live> {
    let uuid = mapping
        .uuid()
        .filter(|_| mapping.state() != Some("Deleting"))?;
    Some(TypedLive {
        id: uuid.to_owned(),
        properties: properties(mapping),
        attributes: attributes(account, uuid, mapping.event_source_mapping_arn()),
        tags: LiveTags::Unread,
    })
}

/// Whether the mapping is of this function and this source. Lambda returns the function's ARN,
/// regardless of what it was sent.
pub(super) fn is_of(
    mapping: &EventSourceMappingConfiguration,
    function: &str,
    source: &str,
) -> bool {
    mapping.function_arn().map(name_of) == Some(function)
        && mapping.event_source_arn() == Some(source)
}

/// The attributes assigned by AWS. Older endpoints omit the ARN, which follows from the id.
pub(super) fn attributes(account: &Account, uuid: &str, arn: Option<&str>) -> Attributes {
    let derived = || account.arn("lambda", &format!("event-source-mapping:{uuid}"));
    let arn = arn.map_or_else(derived, str::to_owned);
    Live::assigned([
        (EventSourceMapping::UUID, uuid.to_owned()),
        (EventSourceMapping::ARN, arn),
    ])
}

fn properties(live: &EventSourceMappingConfiguration) -> Properties {
    let filters = live
        .filter_criteria()
        .map(SdkFilters::filters)
        .unwrap_or_default();
    let pattern = |filter: &SdkFilter| Filter {
        pattern: filter.pattern().unwrap_or_default().to_owned(),
    };
    let destination = live
        .destination_config()
        .and_then(|config| config.on_failure()?.destination());
    EventSourceMapping {
        function_name: name_of(live.function_arn().unwrap_or_default()).to_owned(),
        event_source_arn: live.event_source_arn().unwrap_or_default().to_owned(),
        starting_position: live.starting_position().and_then(position),
        enabled: enabled(live.state().unwrap_or_default()),
        batch_size: live.batch_size(),
        maximum_batching_window_in_seconds: live.maximum_batching_window_in_seconds(),
        parallelization_factor: live.parallelization_factor(),
        bisect_batch_on_function_error: live.bisect_batch_on_function_error(),
        maximum_retry_attempts: live.maximum_retry_attempts(),
        maximum_record_age_in_seconds: live.maximum_record_age_in_seconds(),
        tumbling_window_in_seconds: live.tumbling_window_in_seconds(),
        function_response_types: live
            .function_response_types()
            .iter()
            .map(|kind| kind.as_str().to_owned())
            .collect(),
        filter_criteria: Some(FilterCriteria {
            filters: filters.iter().map(pattern).collect(),
        }),
        destination_config: destination.map(|arn| DestinationConfig {
            on_failure: OnFailure {
                destination: arn.to_owned(),
            },
        }),
        scaling_config: live
            .scaling_config()
            .and_then(SdkScaling::maximum_concurrency)
            .map(|maximum_concurrency| ScalingConfig {
                maximum_concurrency,
            }),
    }
}

/// Whether the mapping reads, or is about to; not known while it is created or updated.
fn enabled(state: &str) -> Option<bool> {
    match state {
        "Enabled" | "Enabling" => Some(true),
        "Disabled" | "Disabling" => Some(false),
        _ => None,
    }
}

fn position(position: &EventSourcePosition) -> Option<StartingPosition> {
    match position {
        EventSourcePosition::TrimHorizon => Some(StartingPosition::TrimHorizon),
        EventSourcePosition::Latest => Some(StartingPosition::Latest),
        _ => None,
    }
}

/// Whether the source is a queue, and not a stream. One that is not known yet is a stream if the
/// mapping says where to start, which a queue does not have.
pub(super) fn is_queue(mapping: &Properties) -> bool {
    let source = &mapping.event_source_arn;
    if is_known(source) {
        source.split(':').nth(2) == Some("sqs")
    } else {
        mapping.starting_position.is_none()
    }
}

/// The starting position.
pub(super) fn sdk_position(desired: &Properties) -> Option<EventSourcePosition> {
    desired.starting_position.map(|position| match position {
        StartingPosition::TrimHorizon => EventSourcePosition::TrimHorizon,
        StartingPosition::Latest => EventSourcePosition::Latest,
    })
}

/// The filters; an empty structure removes them, while none at all leaves them as they are.
pub(super) fn sdk_filters(desired: &Properties) -> SdkFilters {
    let filters = desired
        .filter_criteria
        .iter()
        .flat_map(|criteria| &criteria.filters);
    let filters: Vec<_> = filters
        .map(|filter| SdkFilter::builder().pattern(&filter.pattern).build())
        .collect();
    SdkFilters::builder()
        .set_filters((!filters.is_empty()).then_some(filters))
        .build()
}

/// The destination; an empty one removes it.
pub(super) fn sdk_destination(desired: &Properties) -> SdkDestination {
    let arn = desired
        .destination_config
        .as_ref()
        .map(|config| config.on_failure.destination.as_str());
    let on_failure = SdkOnFailure::builder()
        .destination(arn.unwrap_or_default())
        .build();
    SdkDestination::builder().on_failure(on_failure).build()
}

/// How many batches are processed at once; an empty structure removes the limit.
pub(super) fn sdk_scaling(desired: &Properties) -> SdkScaling {
    let most = desired
        .scaling_config
        .map(|scaling| scaling.maximum_concurrency);
    SdkScaling::builder().set_maximum_concurrency(most).build()
}

/// The response types; an empty list removes them.
pub(super) fn sdk_response_types(desired: &Properties) -> Vec<FunctionResponseType> {
    desired
        .function_response_types
        .iter()
        .map(|kind| FunctionResponseType::from(kind.as_str()))
        .collect()
}
