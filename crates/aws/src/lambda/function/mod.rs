//! `AWS::Lambda::Function`.

mod calls;
mod code;
mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::lambda::{EphemeralStorage, Function, LoggingConfig, TracingConfig, TracingMode};
use model::{Owner, Tags};

use self::convert::live;
use super::client::{LambdaClient, already_exists};
use crate::Account;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership::adopt;
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest, changes};

type Properties = Function<String>;
type Live = TypedLive<Properties>;

/// Reads and writes functions: one `GetFunction` each, whose answer contains tags and reserved
/// concurrency.
#[derive(Debug)]
pub(crate) struct Functions {
    lambda: LambdaClient,
}

impl Functions {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            lambda: LambdaClient::new(account),
        }
    }

    /// Completes the function that an earlier attempt created, from where it stopped.
    async fn complete(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let found = self.lambda.get(&desired.function_name).await?;
        let Some(mut live) = found.as_ref().and_then(live) else {
            return Err(refused);
        };
        let found_tags = live.tags.known().cloned().unwrap_or_default();
        adopt(&found_tags, owner, refused)?;
        normalise(&mut live.properties);
        self.write(desired, &changes(&live.properties, desired)?)
            .await?;
        self.lambda
            .complete_tags(live.attribute(Function::ARN)?, &found_tags, tags)
            .await
    }
}

/// Lambda's defaults. Source: the API reference of `CreateFunction`.
fn normalise(function: &mut Properties) {
    if function.architectures.is_empty() {
        function.architectures.push("x86_64".to_owned());
    }
    function.description.take_if(|text| text.is_empty());
    function.memory_size.get_or_insert(128);
    function.timeout.get_or_insert(3);
    function
        .environment
        .take_if(|environment| environment.variables.is_empty());
    function.tracing_config.get_or_insert(TracingConfig {
        mode: TracingMode::PassThrough,
    });
    function
        .ephemeral_storage
        .get_or_insert(EphemeralStorage { size: 512 });
    function
        .dead_letter_config
        .take_if(|config| config.target_arn.is_empty());
    function.kms_key_arn.take_if(|arn| arn.is_empty());
    let nothing = LoggingConfig {
        log_group: None,
        log_format: None,
        application_log_level: None,
        system_log_level: None,
    };
    normalise_logging(
        function.logging_config.get_or_insert(nothing),
        &function.function_name,
    );
}

/// Only the JSON format has levels, and both default to INFO.
fn normalise_logging(logging: &mut LoggingConfig<String>, function: &str) {
    logging
        .log_group
        .get_or_insert_with(|| format!("/aws/lambda/{function}"));
    let format = logging.log_format.get_or_insert_with(|| "Text".to_owned());
    if format == "JSON" {
        logging
            .application_log_level
            .get_or_insert_with(|| "INFO".to_owned());
        logging
            .system_log_level
            .get_or_insert_with(|| "INFO".to_owned());
    }
}

impl ResourceDriver for Functions {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, function: &mut Properties) {
        normalise(function);
    }

    fn leave(&self, function: &mut Properties, live: &Properties) {
        leave(&mut function.kms_key_arn, live.kms_key_arn.as_ref());
        leave(&mut function.tracing_config, live.tracing_config.as_ref());
    }

    fn check(&self, function: &Properties, checks: &mut Checks) {
        limits::check(function, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.function_name;
        let found = self.lambda.read(name, cache).await?;
        Ok(found.as_ref().as_ref().and_then(live))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.lambda.candidates(cache).await?;
        let found = try_join_all(names.iter().map(|name| self.lambda.read(name, cache))).await?;
        Ok(found
            .iter()
            .filter_map(|found| found.as_ref().as_ref().and_then(live))
            .collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.lambda, Function::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = &desired.function_name;
        match self.create_function(&desired, tags).await {
            Err(error) if already_exists(&error) => {
                self.complete(&desired, owner, tags, error).await?;
            }
            created => {
                created?;
                self.ready(name).await?;
                if desired.reserved_concurrent_executions.is_some() {
                    self.put_concurrency(&desired).await?;
                }
            }
        }
        Ok(TypedLive {
            id: name.clone(),
            attributes: convert::attributes(name, &self.lambda.arn(name)),
            properties: desired,
            tags: LiveTags::Read(tags.clone()),
        })
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        self.write(desired, changes).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_function(&live.id).await
    }
}
