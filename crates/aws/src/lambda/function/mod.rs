//! `AWS::Lambda::Function`.

mod convert;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use engine::{Changes, DriverError, LiveTags, ReadCache, diff, diff_tags};
use futures_util::future::try_join_all;
use model::types::lambda::{
    EphemeralStorage, FUNCTION, Function, LoggingConfig, TracingConfig, TracingMode,
};
use model::{Address, Owner, Tags};
use serde::Deserialize;

use self::convert::live;
use super::functions::{Functions, already_exists, is_busy};
use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::tagging::is_same_resource;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry};

type Properties = Function<String>;
type Live = TypedLive<Properties>;

/// Reads and writes functions: one `GetFunction` each, which has tags and reserved concurrency in
/// it.
#[derive(Debug)]
pub(crate) struct FunctionDriver {
    functions: Functions,
}

/// What finds a function again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    function_name: String,
}

impl FunctionDriver {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            functions: Functions::new(account),
        }
    }

    /// Takes on the function that an earlier attempt of this very create made, as far as it got.
    async fn take_on(
        &self,
        desired: &Properties,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let found = self.functions.get(&desired.function_name).await?;
        let Some(mut live) = found.as_ref().and_then(live) else {
            return Err(refused);
        };
        let live_tags = live.tags.known().cloned().unwrap_or_default();
        if !is_same_resource(&live_tags, tags) {
            return Err(refused);
        }
        normalise(&mut live.properties);
        self.write(desired, &changes(&live.properties, desired)?)
            .await?;
        self.retag(&live, &diff_tags(&live_tags, tags).0, &[]).await
    }
}

/// What differs, both sides normalised.
fn changes(live: &Properties, desired: &Properties) -> Result<Changes, DriverError> {
    let print = |function: &Properties| {
        let value = serde_json::to_value(function);
        value.map_err(|error| {
            DriverError::internal(format!("a function does not serialise: {error}"))
        })
    };
    Ok(diff(FUNCTION, &print(live)?, &print(desired)?))
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

/// Levels are of JSON alone, where both are INFO unless said otherwise.
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

impl ResourceDriver for FunctionDriver {
    type Properties = Properties;

    fn normalise(&self, function: &mut Properties) {
        normalise(function);
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::check(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let found = self
            .functions
            .read(&request.properties.function_name, cache)
            .await?;
        Ok(found.as_ref().as_ref().and_then(live))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.functions.hinted(cache).await?;
        let found = try_join_all(names.iter().map(|name| self.functions.read(name, cache))).await?;
        Ok(found
            .iter()
            .filter_map(|found| found.as_ref().as_ref().and_then(live))
            .collect())
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        let answer = self
            .functions
            .client
            .list_tags()
            .resource(live.attribute("Arn")?)
            .send()
            .await;
        let answer = answer.map_err(failed("lambda:ListTags"))?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        match self.create_function(&desired, tags).await {
            Err(error) if already_exists(&error) => self.take_on(&desired, tags, error).await?,
            created => {
                created?;
                self.ready(&desired.function_name).await?;
                if desired.reserved_concurrent_executions.is_some() {
                    self.put_concurrency(&desired).await?;
                }
            }
        }
        let name = &desired.function_name;
        let attributes = convert::attributes(name, &self.functions.arn(name));
        Ok(TypedLive {
            id: name.clone(),
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
        self.write(&desired, changes).await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let (client, arn) = (&self.functions.client, live.attribute("Arn")?);
        let call = client
            .tag_resource()
            .resource(arn)
            .set_tags(Some(tags.clone().into_iter().collect()));
        let tag = || call.clone().send().done("lambda:TagResource");
        retry(WaitPolicy::seconds(60), is_busy, tag).await
    }

    async fn untag(&self, live: &Live, keys: &[String]) -> Result<(), DriverError> {
        let (client, arn) = (&self.functions.client, live.attribute("Arn")?);
        let call = client
            .untag_resource()
            .resource(arn)
            .set_tag_keys(Some(keys.to_vec()));
        let untag = || call.clone().send().done("lambda:UntagResource");
        retry(WaitPolicy::seconds(60), is_busy, untag).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.delete_function(&live.id).await
    }
}
