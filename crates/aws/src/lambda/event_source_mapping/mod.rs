//! `AWS::Lambda::EventSourceMapping`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use aws_sdk_lambda::types::EventSourceMappingConfiguration;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::lambda::EventSourceMapping;
use model::{Owner, Tags};

use self::convert::{is_queue, live};
use super::client::{LambdaClient, name_of};
use crate::Account;
use crate::account::error::failed;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::tagging;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = EventSourceMapping<String>;
type Live = TypedLive<Properties>;

/// Reads and writes event source mappings.
///
/// AWS assigns the id; a mapping is found by its function and its source, since AWS allows one per
/// pair. All mappings of the account are read with one paginated call, whose answer contains no
/// tags.
#[derive(Debug)]
pub(crate) struct EventSourceMappings {
    lambda: LambdaClient,
}

impl EventSourceMappings {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            lambda: LambdaClient::new(account),
        }
    }

    /// Every mapping of the account, read once per run.
    async fn all(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<EventSourceMappingConfiguration>>, DriverError> {
        cache
            .once("lambda:ListEventSourceMappings", || self.list_all())
            .await
    }

    async fn list_all(&self) -> Result<Vec<EventSourceMappingConfiguration>, DriverError> {
        let call = self.lambda.sdk.list_event_source_mappings();
        let pages = call.into_paginator().items().send();
        pages
            .collect::<Result<_, _>>()
            .await
            .map_err(failed("lambda:ListEventSourceMappings"))
    }

    /// The mapping with the tags that the tagging index shows.
    fn hinted(
        &self,
        mapping: &EventSourceMappingConfiguration,
        hints: &tagging::Hints,
    ) -> Option<Live> {
        let mut live = live(&self.lambda.account, mapping)?;
        live.tags = hints
            .tags(live.attribute(EventSourceMapping::ARN).ok()?)
            .unwrap_or(LiveTags::Unread);
        Some(live)
    }
}

/// The defaults of streams and queues. Source: the API reference of `CreateEventSourceMapping`.
///
/// AWS may return −1 for retries and age as the largest values (10,000; 604,800 s): records of a
/// DynamoDB stream expire after a day, so the two mean the same.
fn normalise(mapping: &mut Properties) {
    mapping.function_name = name_of(&mapping.function_name).to_owned();
    mapping.enabled.get_or_insert(true);
    mapping.maximum_batching_window_in_seconds.get_or_insert(0);
    if is_queue(mapping) {
        normalise_queue(mapping);
    } else {
        normalise_stream(mapping);
    }
    mapping.function_response_types.sort();
    mapping
        .filter_criteria
        .take_if(|criteria| criteria.filters.is_empty());
    if let Some(criteria) = &mut mapping.filter_criteria {
        for filter in &mut criteria.filters {
            filter.pattern = canonical(&filter.pattern);
        }
        criteria
            .filters
            .sort_by(|one, other| one.pattern.cmp(&other.pattern));
    }
    mapping
        .destination_config
        .take_if(|config| config.on_failure.destination.is_empty());
}

fn normalise_stream(mapping: &mut Properties) {
    mapping.batch_size.get_or_insert(100);
    mapping.parallelization_factor.get_or_insert(1);
    mapping.bisect_batch_on_function_error.get_or_insert(false);
    mapping.tumbling_window_in_seconds.get_or_insert(0);
    let retries = mapping.maximum_retry_attempts.get_or_insert(-1);
    if *retries == 10_000 {
        *retries = -1;
    }
    let age = mapping.maximum_record_age_in_seconds.get_or_insert(-1);
    if *age == 604_800 {
        *age = -1;
    }
}

/// The properties of streams do not apply to queues, and AWS returns some of them all the same.
fn normalise_queue(mapping: &mut Properties) {
    mapping.batch_size.get_or_insert(10);
    mapping.starting_position = None;
    mapping.parallelization_factor = None;
    mapping.bisect_batch_on_function_error = None;
    mapping.tumbling_window_in_seconds = None;
    mapping.maximum_retry_attempts = None;
    mapping.maximum_record_age_in_seconds = None;
}

/// A pattern with its keys sorted and without white space.
fn canonical(pattern: &str) -> String {
    serde_json::from_str::<serde_json::Value>(pattern)
        .map_or_else(|_| pattern.to_owned(), |value| value.to_string())
}

impl ResourceDriver for EventSourceMappings {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, mapping: &mut Properties) {
        normalise(mapping);
    }

    fn check(&self, mapping: &Properties, checks: &mut Checks) {
        limits::check(mapping, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let (all, hints) =
            tokio::try_join!(self.all(cache), tagging::hints(&self.lambda.account, cache))?;
        let function = name_of(&request.properties.function_name);
        let source = &request.properties.event_source_arn;
        let found = all
            .iter()
            .find(|mapping| convert::is_of(mapping, function, source));
        let mut live = found.and_then(|mapping| self.hinted(mapping, &hints));
        if let Some(live) = &mut live {
            // During a change AWS does not report whether the mapping will be enabled.
            live.properties.enabled = live.properties.enabled.or(request.properties.enabled);
        }
        Ok(live)
    }

    /// Those that the index shows, and those of functions whose name begins with the system's,
    /// since the index lags.
    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let (all, hints) =
            tokio::try_join!(self.all(cache), tagging::hints(&self.lambda.account, cache))?;
        let prefix = format!("{}-", self.lambda.account.system());
        let mappings = all
            .iter()
            .filter_map(|mapping| self.hinted(mapping, &hints));
        let may_be_owned = |live: &Live| {
            live.tags.known().is_some() || live.properties.function_name.starts_with(&prefix)
        };
        Ok(mappings.filter(may_be_owned).collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.lambda, EventSourceMapping::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let created = self.create_mapping(&desired, owner, tags).await?;
        let uuid = created
            .uuid()
            .ok_or_else(|| DriverError::internal("Lambda names no id of the new mapping"))?;
        let arn = created.event_source_mapping_arn();
        self.settled(uuid, &desired).await?;
        Ok(TypedLive {
            id: uuid.to_owned(),
            properties: desired,
            attributes: convert::attributes(&self.lambda.account, uuid, arn),
            tags: LiveTags::Read(tags.clone()),
        })
    }

    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        self.update_mapping(&live.id, desired, changes).await?;
        self.settled(&live.id, desired).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_mapping(&live.id).await
    }
}
