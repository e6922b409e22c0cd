//! `AWS::Lambda::EventSourceMapping`.

mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use aws_sdk_lambda::types::EventSourceMappingConfiguration;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::lambda::EventSourceMapping;
use model::{Address, Owner, Tags};
use serde::Deserialize;

use self::convert::live;
use super::functions::{Functions, name_of};
use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::tagging;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};

type Properties = EventSourceMapping<String>;
type Live = TypedLive<Properties>;

/// Reads and writes event source mappings.
///
/// AWS makes the id; a mapping is found by its function and its source, of which it allows one
/// each. All mappings of the account are read with one paginated call, which has no tags in it.
#[derive(Debug)]
pub(crate) struct EventSourceMappings {
    functions: Functions,
}

/// What finds a mapping again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    function_name: String,
    event_source_arn: String,
}

impl EventSourceMappings {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            functions: Functions::new(account),
        }
    }

    /// Every mapping of the account, read once in a reading.
    async fn all(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<EventSourceMappingConfiguration>>, DriverError> {
        cache
            .once("lambda:ListEventSourceMappings", || self.list_all())
            .await
    }

    async fn list_all(&self) -> Result<Vec<EventSourceMappingConfiguration>, DriverError> {
        let pages = self
            .functions
            .client
            .list_event_source_mappings()
            .into_paginator()
            .items()
            .send();
        pages
            .collect::<Result<_, _>>()
            .await
            .map_err(failed("lambda:ListEventSourceMappings"))
    }

    async fn list_tags(&self, arn: &str) -> Result<Tags, DriverError> {
        let answer = self.functions.client.list_tags().resource(arn).send().await;
        Ok(answer
            .map_err(failed("lambda:ListTags"))?
            .tags
            .unwrap_or_default()
            .into_iter()
            .collect())
    }

    /// The mapping with what the tagging index shows of it.
    fn hinted(
        &self,
        mapping: &EventSourceMappingConfiguration,
        hints: &tagging::Hints,
    ) -> Option<Live> {
        let mut live = live(&self.functions.account, mapping)?;
        live.tags = hints
            .tags(live.attribute("Arn").ok()?)
            .unwrap_or(LiveTags::Unread);
        Some(live)
    }
}

/// The defaults of streams and queues. Source: the API reference of `CreateEventSourceMapping`.
///
/// What AWS echoes as the largest possible retries and age (10,000; 604,800 s) is what was sent as
/// −1: records of a DynamoDB stream are gone after a day, so the two mean the same.
fn normalise(mapping: &mut Properties) {
    mapping.function_name = name_of(&mapping.function_name).to_owned();
    mapping.enabled.get_or_insert(true);
    mapping.maximum_batching_window_in_seconds.get_or_insert(0);
    if is_queue(&mapping.event_source_arn) {
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

/// Queues have nothing of what is a stream's, and AWS returns some of it all the same.
fn normalise_queue(mapping: &mut Properties) {
    mapping.batch_size.get_or_insert(10);
    mapping.starting_position = None;
    mapping.parallelization_factor = None;
    mapping.bisect_batch_on_function_error = None;
    mapping.tumbling_window_in_seconds = None;
    mapping.maximum_retry_attempts = None;
    mapping.maximum_record_age_in_seconds = None;
}

/// Whether the source is a queue, and not a stream.
fn is_queue(event_source_arn: &str) -> bool {
    event_source_arn.split(':').nth(2) == Some("sqs")
}

/// A pattern with its keys sorted and without white space.
fn canonical(pattern: &str) -> String {
    serde_json::from_str::<serde_json::Value>(pattern)
        .map_or_else(|_| pattern.to_owned(), |value| value.to_string())
}

impl ResourceDriver for EventSourceMappings {
    type Properties = Properties;

    fn normalise(&self, mapping: &mut Properties) {
        normalise(mapping);
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::check(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let (all, hints) = tokio::try_join!(
            self.all(cache),
            tagging::hints(&self.functions.account, cache)
        )?;
        let Identity {
            function_name,
            event_source_arn,
        } = &request.properties;
        let found = all
            .iter()
            .find(|mapping| convert::is_of(mapping, name_of(function_name), event_source_arn));
        let mut live = found.and_then(|mapping| self.hinted(mapping, &hints));
        if let Some(live) = &mut live {
            // In the midst of a change AWS does not tell what the mapping will be.
            live.properties.enabled = live.properties.enabled.or(request.properties.enabled);
        }
        Ok(live)
    }

    /// Those that the index shows, and those of functions whose name begins with the system's: the
    /// index lags.
    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let (all, hints) = tokio::try_join!(
            self.all(cache),
            tagging::hints(&self.functions.account, cache)
        )?;
        let prefix = format!("{}-", self.functions.account.system());
        let mappings = all
            .iter()
            .filter_map(|mapping| self.hinted(mapping, &hints));
        let ours = |live: &Live| {
            live.tags.known().is_some() || live.properties.function_name.starts_with(&prefix)
        };
        Ok(mappings.filter(ours).collect())
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        self.list_tags(live.attribute("Arn")?).await
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let made = self.create_mapping(&desired, tags).await?;
        let uuid = made
            .uuid()
            .ok_or_else(|| DriverError::internal("Lambda names no id of the new mapping"))?;
        let attributes = convert::attributes(
            &self.functions.account,
            uuid,
            made.event_source_mapping_arn(),
        );
        self.settled(uuid, &desired).await?;
        Ok(TypedLive {
            id: uuid.to_owned(),
            properties: desired,
            attributes,
            tags: LiveTags::Read(tags.clone()),
        })
    }

    async fn update(
        &self,
        live: Live,
        desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.update_mapping(&live.id, &desired, changes).await?;
        self.settled(&live.id, &desired).await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let (client, arn) = (&self.functions.client, live.attribute("Arn")?);
        client
            .tag_resource()
            .resource(arn)
            .set_tags(Some(tags.clone().into_iter().collect()))
            .send()
            .sent("lambda:TagResource")
            .await
    }

    async fn untag(&self, live: &Live, keys: &[String]) -> Result<(), DriverError> {
        let (client, arn) = (&self.functions.client, live.attribute("Arn")?);
        client
            .untag_resource()
            .resource(arn)
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .sent("lambda:UntagResource")
            .await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_mapping(&live.id).await
    }
}
