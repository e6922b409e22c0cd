//! How mappings are written. Each write is followed by a wait: a mapping in the midst of a change
//! takes no other.

use aws_sdk_lambda::types::EventSourceMappingConfiguration;
use engine::{Changes, DriverError, diff, diff_tags};
use model::Tags;
use model::types::lambda::EVENT_SOURCE_MAPPING;

use super::convert::{is_of, live, sdk_destination, sdk_filters, sdk_position, sdk_response_types};
use super::{EventSourceMappings, Properties, is_queue, normalise};
use crate::account::error::failed;
use crate::kit::tagging::is_same_resource;
use crate::kit::typed::ResourceDriver as _;
use crate::kit::wait::{WaitPolicy, retry, until};
use crate::lambda::functions::{absent_is_done, already_exists, is_busy, role_propagates};

/// How long a role may not be known, or another change of the mapping be under way.
const PASSING: WaitPolicy = WaitPolicy::seconds(300);

/// How long a mapping may take to become enabled, disabled or gone.
const SETTLING: WaitPolicy = WaitPolicy::seconds(600);

/// What passes by itself.
fn passes(error: &DriverError) -> bool {
    error.is("ResourceInUseException") || role_propagates(error) || is_busy(error)
}

type Made = EventSourceMappingConfiguration;

impl EventSourceMappings {
    /// Makes the mapping, or takes on the one that an earlier attempt of this very create made.
    pub(super) async fn create_mapping(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<Made, DriverError> {
        match self.try_create(desired, tags).await {
            Err(error) if already_exists(&error) => {
                let existing = self.existing(desired, &error).await?;
                match existing.filter(|mapping| mapping.state() != Some("Deleting")) {
                    Some(existing) => self.take_on(existing, desired, tags, error).await,
                    None => self.create_after_deletion(desired, tags, &error).await,
                }
            }
            other => other,
        }
    }

    async fn try_create(&self, desired: &Properties, tags: &Tags) -> Result<Made, DriverError> {
        let mut call = self
            .functions
            .client
            .create_event_source_mapping()
            .function_name(&desired.function_name)
            .event_source_arn(&desired.event_source_arn)
            .set_enabled(desired.enabled)
            .set_batch_size(desired.batch_size)
            .set_maximum_batching_window_in_seconds(desired.maximum_batching_window_in_seconds)
            .set_function_response_types(Some(sdk_response_types(desired)))
            .set_filter_criteria(
                desired
                    .filter_criteria
                    .is_some()
                    .then(|| sdk_filters(desired)),
            )
            .set_destination_config(
                desired
                    .destination_config
                    .is_some()
                    .then(|| sdk_destination(desired)),
            )
            .set_tags(Some(tags.clone().into_iter().collect()));
        if !is_queue(&desired.event_source_arn) {
            call = call
                .set_starting_position(sdk_position(desired))
                .set_parallelization_factor(desired.parallelization_factor)
                .set_bisect_batch_on_function_error(desired.bisect_batch_on_function_error)
                .set_maximum_retry_attempts(desired.maximum_retry_attempts)
                .set_maximum_record_age_in_seconds(desired.maximum_record_age_in_seconds)
                .set_tumbling_window_in_seconds(desired.tumbling_window_in_seconds);
        }
        let operation = "lambda:CreateEventSourceMapping";
        let answer = retry(PASSING, passes, || async {
            call.clone().send().await.map_err(failed(operation))
        })
        .await?;
        let made = Made::builder()
            .set_uuid(answer.uuid)
            .set_event_source_mapping_arn(answer.event_source_mapping_arn);
        Ok(made.build())
    }

    /// The mapping that is in the way: the error names its id.
    async fn existing(
        &self,
        desired: &Properties,
        error: &DriverError,
    ) -> Result<Option<Made>, DriverError> {
        if let Some(uuid) = error.message().and_then(uuid_in) {
            return self.get(uuid).await;
        }
        let all = self.list_all().await?;
        Ok(all
            .into_iter()
            .find(|mapping| is_of(mapping, &desired.function_name, &desired.event_source_arn)))
    }

    async fn take_on(
        &self,
        existing: Made,
        desired: &Properties,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<Made, DriverError> {
        let Some(mut live) = live(&self.functions.account, &existing) else {
            return Err(refused);
        };
        let live_tags = self.list_tags(live.attribute("Arn")?).await?;
        normalise(&mut live.properties);
        let changes = changes(&live.properties, desired)?;
        if !is_same_resource(&live_tags, tags) || changes.force_replacement() {
            return Err(refused);
        }
        if !changes.is_empty() {
            self.update_mapping(&live.id, desired, &changes).await?;
        }
        self.retag(&live, &diff_tags(&live_tags, tags).0, &[])
            .await?;
        Ok(existing)
    }

    async fn create_after_deletion(
        &self,
        desired: &Properties,
        tags: &Tags,
        error: &DriverError,
    ) -> Result<Made, DriverError> {
        if let Some(uuid) = error.message().and_then(uuid_in) {
            self.gone(uuid).await?;
        }
        self.try_create(desired, tags).await
    }

    /// Writes what the changes touch; `desired` is normalised.
    pub(super) async fn update_mapping(
        &self,
        uuid: &str,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let touched = |property: &str| changes.affects(property);
        let number = |value: Option<i32>, property: &str| value.filter(|_| touched(property));
        let window = number(
            desired.maximum_batching_window_in_seconds,
            "MaximumBatchingWindowInSeconds",
        );
        let bisect = desired
            .bisect_batch_on_function_error
            .filter(|_| touched("BisectBatchOnFunctionError"));
        let call = self
            .functions
            .client
            .update_event_source_mapping()
            .uuid(uuid)
            .set_enabled(desired.enabled.filter(|_| touched("Enabled")))
            .set_batch_size(number(desired.batch_size, "BatchSize"))
            .set_maximum_batching_window_in_seconds(window)
            .set_parallelization_factor(number(
                desired.parallelization_factor,
                "ParallelizationFactor",
            ))
            .set_bisect_batch_on_function_error(bisect)
            .set_maximum_retry_attempts(number(
                desired.maximum_retry_attempts,
                "MaximumRetryAttempts",
            ))
            .set_maximum_record_age_in_seconds(number(
                desired.maximum_record_age_in_seconds,
                "MaximumRecordAgeInSeconds",
            ))
            .set_tumbling_window_in_seconds(number(
                desired.tumbling_window_in_seconds,
                "TumblingWindowInSeconds",
            ))
            .set_function_response_types(
                touched("FunctionResponseTypes").then(|| sdk_response_types(desired)),
            )
            .set_filter_criteria(touched("FilterCriteria").then(|| sdk_filters(desired)))
            .set_destination_config(touched("DestinationConfig").then(|| sdk_destination(desired)));
        let operation = "lambda:UpdateEventSourceMapping";
        retry(PASSING, passes, || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed(operation))
        })
        .await
    }

    /// Waits until the mapping reads, or does not, as desired.
    pub(super) async fn settled(
        &self,
        uuid: &str,
        desired: &Properties,
    ) -> Result<(), DriverError> {
        let state = if desired.enabled == Some(false) {
            "Disabled"
        } else {
            "Enabled"
        };
        until(
            &format!("the event source mapping {uuid} to become {state}"),
            SETTLING,
            || async {
                let Some(mapping) = self.get(uuid).await? else {
                    return Ok(Err("no such mapping yet".to_owned()));
                };
                let seen = mapping.state().unwrap_or("no state");
                let why = mapping.state_transition_reason().unwrap_or_default();
                Ok(if seen == state {
                    Ok(())
                } else {
                    Err(format!("{seen} ({why})"))
                })
            },
        )
        .await
    }

    /// Deletes the mapping and waits until it is gone.
    pub(super) async fn delete_mapping(&self, uuid: &str) -> Result<(), DriverError> {
        let call = self
            .functions
            .client
            .delete_event_source_mapping()
            .uuid(uuid);
        let operation = "lambda:DeleteEventSourceMapping";
        let delete = || async {
            absent_is_done(
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed(operation)),
            )
        };
        retry(PASSING, passes, delete).await?;
        self.gone(uuid).await
    }

    async fn gone(&self, uuid: &str) -> Result<(), DriverError> {
        until(
            &format!("the event source mapping {uuid} to be deleted"),
            SETTLING,
            || async {
                Ok(match self.get(uuid).await? {
                    None => Ok(()),
                    Some(mapping) => Err(mapping.state().unwrap_or("no state").to_owned()),
                })
            },
        )
        .await
    }

    async fn get(&self, uuid: &str) -> Result<Option<Made>, DriverError> {
        let answer = self
            .functions
            .client
            .get_event_source_mapping()
            .uuid(uuid)
            .send()
            .await;
        match answer.map_err(failed("lambda:GetEventSourceMapping")) {
            Ok(answer) => Ok(Some(mapping(answer))),
            Err(error) if error.is("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What differs, both sides normalised.
fn changes(live: &Properties, desired: &Properties) -> Result<Changes, DriverError> {
    let print = |mapping: &Properties| {
        let value = serde_json::to_value(mapping);
        value.map_err(|error| {
            DriverError::internal(format!("a mapping does not serialise: {error}"))
        })
    };
    Ok(diff(EVENT_SOURCE_MAPPING, &print(live)?, &print(desired)?))
}

/// The id in "… Please update or delete the existing mapping with UUID X".
fn uuid_in(message: &str) -> Option<&str> {
    let rest = message.split_once("UUID ")?.1;
    let end = rest
        .find(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .unwrap_or(rest.len());
    Some(&rest[..end]).filter(|uuid| uuid.len() == 36)
}

/// The answer for one mapping in the type of those that are listed: the SDK has one for each
/// operation.
fn mapping(
    answer: aws_sdk_lambda::operation::get_event_source_mapping::GetEventSourceMappingOutput,
) -> Made {
    Made::builder()
        .set_uuid(answer.uuid)
        .set_event_source_mapping_arn(answer.event_source_mapping_arn)
        .set_event_source_arn(answer.event_source_arn)
        .set_function_arn(answer.function_arn)
        .set_state(answer.state)
        .set_state_transition_reason(answer.state_transition_reason)
        .set_starting_position(answer.starting_position)
        .set_batch_size(answer.batch_size)
        .set_maximum_batching_window_in_seconds(answer.maximum_batching_window_in_seconds)
        .set_parallelization_factor(answer.parallelization_factor)
        .set_bisect_batch_on_function_error(answer.bisect_batch_on_function_error)
        .set_maximum_retry_attempts(answer.maximum_retry_attempts)
        .set_maximum_record_age_in_seconds(answer.maximum_record_age_in_seconds)
        .set_tumbling_window_in_seconds(answer.tumbling_window_in_seconds)
        .set_function_response_types(answer.function_response_types)
        .set_filter_criteria(answer.filter_criteria)
        .set_destination_config(answer.destination_config)
        .build()
}
