//! `AWS::CloudFront::Function`.
//!
//! A function has two stages. What is written is in `DEVELOPMENT`; publishing copies it to `LIVE`,
//! which is what distributions run. A function that goes live is compared by that stage, any other
//! by `DEVELOPMENT`. A stage that went live stays so: no longer publishing a function leaves what
//! is live as it is.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{
    FunctionConfig as SdkConfig, FunctionStage, FunctionSummary,
    KeyValueStoreAssociation as SdkAssociation, KeyValueStoreAssociations,
};
use aws_smithy_types::Blob;
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use model::types::cloudfront::{Function, FunctionConfig, KeyValueStoreAssociation};
use model::{Address, Tags};
use serde::Deserialize;

use super::convert::{built, ours, quantity, require, require_name, theirs};
use super::{LET_GO, VERSION, client, is_stale, suspects, tags, version};
use crate::Account;
use crate::failed;
use crate::kit::call::Call as _;
use crate::kit::tagging::is_same_resource;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::retry;

type Properties = Function<String>;
type Live = TypedLive<Properties>;

/// Bytes that a function's code has at most.
const CODE: usize = 10_240;

/// Reads and writes functions: one call a stage lists them all, and each of the system's takes one
/// for its code and one for its tags.
#[derive(Debug)]
pub(crate) struct FunctionDriver {
    account: Account,
    client: Client,
}

/// What finds a function again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    name: String,
}

impl FunctionDriver {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: client(account),
        }
    }

    /// All functions of the account as they are in a stage, one call in a reading.
    async fn all(
        &self,
        stage: &FunctionStage,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<FunctionSummary>>, DriverError> {
        cache
            .once(
                format!("cloudfront:ListFunctions {}", stage.as_str()),
                || self.list_stage(stage),
            )
            .await
    }

    async fn list_stage(&self, stage: &FunctionStage) -> Result<Vec<FunctionSummary>, DriverError> {
        let mut found = Vec::new();
        let mut marker = None;
        loop {
            let call = self
                .client
                .list_functions()
                .stage(stage.clone())
                .set_marker(marker);
            let page = call.send().sent("cloudfront:ListFunctions").await?;
            let Some(list) = page.function_list else {
                return Ok(found);
            };
            found.extend(list.items.unwrap_or_default());
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    async fn in_stage(
        &self,
        name: &str,
        stage: &FunctionStage,
        cache: &ReadCache,
    ) -> Result<Option<FunctionSummary>, DriverError> {
        Ok(self
            .all(stage, cache)
            .await?
            .iter()
            .find(|function| function.name == name)
            .cloned())
    }

    /// The function as it is in a stage; none if it went in between.
    async fn find(
        &self,
        summary: &FunctionSummary,
        stage: FunctionStage,
    ) -> Result<Option<Live>, DriverError> {
        let arn = arn(summary);
        let published = stage == FunctionStage::Live;
        let code = async {
            let answer = self
                .client
                .get_function()
                .name(&summary.name)
                .stage(stage)
                .send()
                .await;
            let code = answer
                .map_err(failed("cloudfront:GetFunction"))?
                .function_code
                .unwrap_or_default();
            Ok(String::from_utf8_lossy(code.as_ref()).into_owned())
        };
        let (code, tags) = match tokio::try_join!(code, tags::read(&self.client, &arn)) {
            Err(error) if is_absent(&error) => return Ok(None),
            read => read?,
        };
        let properties = Function {
            name: summary.name.clone(),
            auto_publish: Some(published),
            function_code: code,
            function_config: config(summary.function_config.as_ref())?,
        };
        Ok(Some(live(properties, arn, LiveTags::Read(tags))))
    }

    /// The version of what is in `DEVELOPMENT`, which every write names, publishing and deletion
    /// too.
    async fn version(&self, name: &str) -> Result<String, DriverError> {
        let call = self
            .client
            .describe_function()
            .name(name)
            .stage(FunctionStage::Development);
        version(call.send().sent("cloudfront:DescribeFunction").await?.e_tag)
    }

    /// Writes all of it to `DEVELOPMENT`.
    async fn write(&self, function: &Properties) -> Result<(), DriverError> {
        let call = self
            .client
            .update_function()
            .name(&function.name)
            .function_config(sdk_config(&function.function_config)?)
            .function_code(Blob::new(function.function_code.as_bytes()));
        retry(VERSION, is_stale, || async {
            call.clone()
                .if_match(self.version(&function.name).await?)
                .send()
                .done("cloudfront:UpdateFunction")
                .await
        })
        .await
    }

    /// Copies what is in `DEVELOPMENT` to `LIVE`.
    async fn publish(&self, function: &Properties) -> Result<(), DriverError> {
        if function.auto_publish != Some(true) {
            return Ok(());
        }
        retry(VERSION, is_stale, || async {
            let call = self.client.publish_function().name(&function.name);
            call.if_match(self.version(&function.name).await?)
                .send()
                .done("cloudfront:PublishFunction")
                .await
        })
        .await
    }

    /// Makes it and answers with its ARN.
    async fn make(&self, function: &Properties, with: &Tags) -> Result<String, DriverError> {
        let call = self
            .client
            .create_function()
            .name(&function.name)
            .function_config(sdk_config(&function.function_config)?)
            .function_code(Blob::new(function.function_code.as_bytes()))
            .tags(tags::sdk(with)?);
        match call.send().sent("cloudfront:CreateFunction").await {
            Err(error) if error.is("FunctionAlreadyExists") => {
                self.adopt(function, with, error).await
            }
            made => Ok(made?.function_summary.as_ref().map(arn).unwrap_or_default()),
        }
    }

    /// Makes a function that an earlier attempt of this very call made as it should be now.
    async fn adopt(
        &self,
        function: &Properties,
        with: &Tags,
        error: DriverError,
    ) -> Result<String, DriverError> {
        let call = self
            .client
            .describe_function()
            .name(&function.name)
            .stage(FunctionStage::Development);
        let found = call.send().sent("cloudfront:DescribeFunction").await?;
        let arn = found.function_summary.as_ref().map(arn).unwrap_or_default();
        if !is_same_resource(&tags::read(&self.client, &arn).await?, with) {
            return Err(error);
        }
        self.write(function).await?;
        tags::write(&self.client, &arn, with, &[]).await?;
        Ok(arn)
    }
}

fn live(properties: Properties, arn: String, tags: LiveTags) -> Live {
    let attributes = Attributes::from([("FunctionARN".to_owned(), arn)]);
    TypedLive {
        id: properties.name.clone(),
        properties,
        attributes,
        tags,
    }
}

fn arn(summary: &FunctionSummary) -> String {
    summary
        .function_metadata
        .as_ref()
        .map(|metadata| metadata.function_arn.clone())
        .unwrap_or_default()
}

fn config(of: Option<&SdkConfig>) -> Result<FunctionConfig<String>, DriverError> {
    let of =
        of.ok_or_else(|| DriverError::internal("CloudFront names no configuration of a function"))?;
    let stores = of
        .key_value_store_associations
        .iter()
        .flat_map(KeyValueStoreAssociations::items);
    let stores = stores
        .map(|of| KeyValueStoreAssociation {
            key_value_store_arn: of.key_value_store_arn.clone(),
        })
        .collect();
    let runtime = ours("function runtime", of.runtime.as_str())?;
    Ok(FunctionConfig {
        comment: of.comment.clone(),
        key_value_store_associations: stores,
        runtime,
    })
}

fn sdk_config(of: &FunctionConfig<String>) -> Result<SdkConfig, DriverError> {
    let store = |of: &KeyValueStoreAssociation<String>| {
        built(
            SdkAssociation::builder()
                .key_value_store_arn(&of.key_value_store_arn)
                .build(),
        )
    };
    let stores = of
        .key_value_store_associations
        .iter()
        .map(store)
        .collect::<Result<Vec<_>, _>>()?;
    let stores = KeyValueStoreAssociations::builder()
        .quantity(quantity(&stores))
        .set_items(Some(stores));
    let sdk = SdkConfig::builder()
        .comment(&of.comment)
        .runtime(theirs(of.runtime)?)
        .key_value_store_associations(built(stores.build())?);
    built(sdk.build())
}

fn is_absent(error: &DriverError) -> bool {
    error.is("NoSuchFunctionExists") || error.is("NoSuchResource")
}

/// Checks what CloudFront would refuse and emulators take.
fn check(function: &Properties) -> Result<(), DriverError> {
    let name = &function.name;
    require_name("function", name, 64)?;
    require((1..=CODE).contains(&function.function_code.len()), || {
        format!(
            "the function `{name}` must have 1 to {CODE} bytes of code, not {}",
            function.function_code.len()
        )
    })?;
    require(
        function.function_config.comment.chars().count() <= 128,
        || format!("the function `{name}` must have a comment of at most 128 characters"),
    )?;
    require(
        function.function_config.key_value_store_associations.len() <= 1,
        || format!("the function `{name}` can have one key-value store"),
    )
}

impl ResourceDriver for FunctionDriver {
    type Properties = Properties;
    const ORPHANS: OrphanSearch = OrphanSearch::WholeSystemIfShown("s3");

    fn normalise(&self, function: &mut Properties) {
        function.auto_publish.get_or_insert(false);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.name;
        if request.properties.auto_publish == Some(true)
            && let Some(published) = self.in_stage(name, &FunctionStage::Live, cache).await?
        {
            return self.find(&published, FunctionStage::Live).await;
        }
        let stage = FunctionStage::Development;
        let Some(summary) = self.in_stage(name, &stage, cache).await? else {
            return Ok(None);
        };
        self.find(&summary, stage).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let prefix = format!("{}-", self.account.system());
        let all = self.all(&FunctionStage::Development, cache).await?;
        let ours = all
            .iter()
            .filter(|function| function.name.starts_with(&prefix));
        let unread = |of: &FunctionSummary| {
            let properties = Function {
                name: of.name.clone(),
                auto_publish: None,
                function_code: String::new(),
                function_config: config(of.function_config.as_ref())?,
            };
            Ok(live(properties, arn(of), LiveTags::Unread))
        };
        ours.map(unread).collect()
    }

    /// Each function that is listed costs a call for its tags, so one stack's plan does not look
    /// through all.

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        tags::read(&self.client, live.attribute("FunctionARN")?).await
    }

    async fn confirm(
        &self,
        live: Live,
        address: Option<&Address>,
    ) -> Result<Option<Live>, DriverError> {
        match self.tags(&live).await {
            Err(error) if is_absent(&error) => Ok(None),
            tags => Ok(Some(TypedLive {
                tags: LiveTags::Read(tags?),
                ..live
            })),
        }
    }

    async fn create(&self, mut desired: Properties, with: &Tags) -> Result<Live, DriverError> {
        check(&desired)?;
        let arn = self.make(&desired, with).await?;
        self.publish(&desired).await?;
        Ok(live(desired, arn, LiveTags::Read(with.clone())))
    }

    async fn update(
        &self,
        live: Live,
        desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        check(&desired)?;
        if changes.affects("FunctionCode") || changes.affects("FunctionConfig") {
            self.write(&desired).await?;
        }
        self.publish(&desired).await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        tags::write(&self.client, live.attribute("FunctionARN")?, tags, &[]).await
    }

    async fn untag(&self, live: &Live, keys: &[String]) -> Result<(), DriverError> {
        tags::write(
            &self.client,
            live.attribute("FunctionARN")?,
            &Tags::new(),
            keys,
        )
        .await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let passes = |error: &DriverError| is_stale(error) || error.is("FunctionInUse");
        let gone = retry(LET_GO, passes, || async {
            self.client
                .delete_function()
                .name(&live.id)
                .if_match(self.version(&live.id).await?)
                .send()
                .done("cloudfront:DeleteFunction")
                .await
        });
        match gone.await {
            Err(error) if is_absent(&error) => Ok(()),
            other => other,
        }
    }
}
