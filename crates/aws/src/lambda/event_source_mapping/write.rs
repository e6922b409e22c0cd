//! Writes of mappings. Each write is followed by a wait: while a mapping changes, it accepts no
//! other change.

use aws_sdk_lambda::operation::get_event_source_mapping::GetEventSourceMappingOutput;
use aws_sdk_lambda::types::EventSourceMappingConfiguration as Mapping;
use engine::{Changes, DriverError};
use model::types::lambda::EventSourceMapping;
use model::{Owner, Tags};

use super::convert::{
    is_of, live, sdk_destination, sdk_filters, sdk_position, sdk_response_types, sdk_scaling,
};
use super::{EventSourceMappings, Properties, normalise};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::typed::changes;
use crate::kit::wait::{WaitPolicy, until};
use crate::lambda::client::{LAMBDA, already_exists, sdk_tags};

/// How long a mapping may take to be enabled, disabled or deleted.
const SETTLING: WaitPolicy = WaitPolicy::seconds(600);

impl EventSourceMappings {
    /// Creates the mapping, or completes the one that an earlier attempt created.
    pub(super) async fn create_mapping(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Mapping, DriverError> {
        let error = match self.try_create(desired, tags).await {
            Err(error) if already_exists(&error) => error,
            created => return created,
        };
        let existing = self.existing(desired, &error).await?;
        match existing.filter(|mapping| mapping.state() != Some("Deleting")) {
            Some(existing) => self.complete(existing, desired, owner, tags, error).await,
            None => self.create_after_deletion(desired, tags, &error).await,
        }
    }

    async fn try_create(&self, desired: &Properties, tags: &Tags) -> Result<Mapping, DriverError> {
        let filters = desired.filter_criteria.is_some();
        let destination = desired.destination_config.is_some();
        let call = self
            .lambda
            .sdk
            .create_event_source_mapping()
            .function_name(&desired.function_name)
            .event_source_arn(&desired.event_source_arn)
            .set_enabled(desired.enabled)
            .set_batch_size(desired.batch_size)
            .set_maximum_batching_window_in_seconds(desired.maximum_batching_window_in_seconds)
            .set_function_response_types(Some(sdk_response_types(desired)))
            .set_filter_criteria(filters.then(|| sdk_filters(desired)))
            .set_destination_config(destination.then(|| sdk_destination(desired)))
            .set_starting_position(sdk_position(desired))
            .set_parallelization_factor(desired.parallelization_factor)
            .set_bisect_batch_on_function_error(desired.bisect_batch_on_function_error)
            .set_maximum_retry_attempts(desired.maximum_retry_attempts)
            .set_maximum_record_age_in_seconds(desired.maximum_record_age_in_seconds)
            .set_tumbling_window_in_seconds(desired.tumbling_window_in_seconds)
            .set_scaling_config(desired.scaling_config.map(|_| sdk_scaling(desired)))
            .set_tags(Some(sdk_tags(tags)));
        let answer = LAMBDA
            .write(|| call.clone().send().sent("lambda:CreateEventSourceMapping"))
            .await?;
        let created = Mapping::builder()
            .set_uuid(answer.uuid)
            .set_event_source_mapping_arn(answer.event_source_mapping_arn);
        Ok(created.build())
    }

    /// The existing mapping of this source and function: the error names its id.
    async fn existing(
        &self,
        desired: &Properties,
        error: &DriverError,
    ) -> Result<Option<Mapping>, DriverError> {
        if let Some(uuid) = error.message().and_then(uuid_in) {
            return self.get(uuid).await;
        }
        let all = self.list_all().await?;
        Ok(all
            .into_iter()
            .find(|mapping| is_of(mapping, &desired.function_name, &desired.event_source_arn)))
    }

    async fn complete(
        &self,
        existing: Mapping,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<Mapping, DriverError> {
        let Some(mut live) = live(&self.lambda.account, &existing) else {
            return Err(refused);
        };
        let arn = live.attribute(EventSourceMapping::ARN)?.to_owned();
        let found_tags = self.lambda.tags(&arn).await?;
        adopt(&found_tags, owner, refused.clone())?;
        normalise(&mut live.properties);
        let changes = changes(&live.properties, desired)?;
        if changes.force_replacement() {
            return Err(refused);
        }
        if !changes.is_empty() {
            self.update_mapping(&live.id, desired, &changes).await?;
        }
        self.lambda.complete_tags(&arn, &found_tags, tags).await?;
        Ok(existing)
    }

    async fn create_after_deletion(
        &self,
        desired: &Properties,
        tags: &Tags,
        error: &DriverError,
    ) -> Result<Mapping, DriverError> {
        if let Some(uuid) = error.message().and_then(uuid_in) {
            self.gone(uuid).await?;
        }
        self.try_create(desired, tags).await
    }

    /// Writes the properties that the changes affect.
    pub(super) async fn update_mapping(
        &self,
        uuid: &str,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let touched = |property: &str| changes.affects(property);
        let number = |property: &str, value: Option<i32>| value.filter(|_| touched(property));
        let flag = |property: &str, value: Option<bool>| value.filter(|_| touched(property));
        let call = self
            .lambda
            .sdk
            .update_event_source_mapping()
            .uuid(uuid)
            .set_enabled(flag("Enabled", desired.enabled))
            .set_batch_size(number("BatchSize", desired.batch_size))
            .set_maximum_batching_window_in_seconds(number(
                "MaximumBatchingWindowInSeconds",
                desired.maximum_batching_window_in_seconds,
            ))
            .set_parallelization_factor(number(
                "ParallelizationFactor",
                desired.parallelization_factor,
            ))
            .set_bisect_batch_on_function_error(flag(
                "BisectBatchOnFunctionError",
                desired.bisect_batch_on_function_error,
            ))
            .set_maximum_retry_attempts(number(
                "MaximumRetryAttempts",
                desired.maximum_retry_attempts,
            ))
            .set_maximum_record_age_in_seconds(number(
                "MaximumRecordAgeInSeconds",
                desired.maximum_record_age_in_seconds,
            ))
            .set_tumbling_window_in_seconds(number(
                "TumblingWindowInSeconds",
                desired.tumbling_window_in_seconds,
            ))
            .set_function_response_types(
                touched("FunctionResponseTypes").then(|| sdk_response_types(desired)),
            )
            .set_filter_criteria(touched("FilterCriteria").then(|| sdk_filters(desired)))
            .set_destination_config(touched("DestinationConfig").then(|| sdk_destination(desired)))
            .set_scaling_config(touched("ScalingConfig").then(|| sdk_scaling(desired)));
        LAMBDA
            .write(|| call.clone().send().done("lambda:UpdateEventSourceMapping"))
            .await
    }

    /// Waits until the mapping is enabled or disabled, as desired.
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

    /// Deletes the mapping and waits until it is deleted.
    pub(super) async fn delete_mapping(&self, uuid: &str) -> Result<(), DriverError> {
        let call = self.lambda.sdk.delete_event_source_mapping().uuid(uuid);
        LAMBDA
            .delete(|| call.clone().send().done("lambda:DeleteEventSourceMapping"))
            .await?;
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

    async fn get(&self, uuid: &str) -> Result<Option<Mapping>, DriverError> {
        let call = self.lambda.sdk.get_event_source_mapping().uuid(uuid);
        let answer = call.send().sent("lambda:GetEventSourceMapping").await;
        Ok(LAMBDA.found(answer)?.map(mapping))
    }
}

/// The id in "… Please update or delete the existing mapping with UUID X".
fn uuid_in(message: &str) -> Option<&str> {
    let rest = message.split_once("UUID ")?.1;
    let end = rest
        .find(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .unwrap_or(rest.len());
    Some(&rest[..end]).filter(|uuid| uuid.len() == 36)
}

/// The answer for one mapping in the type of the listed ones: the SDK has one type per operation.
fn mapping(answer: GetEventSourceMappingOutput) -> Mapping {
    Mapping::builder()
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
        .set_scaling_config(answer.scaling_config)
        .build()
}
