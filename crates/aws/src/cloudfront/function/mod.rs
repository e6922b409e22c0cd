//! `AWS::CloudFront::Function`.
//!
//! A function has two stages. Writes change `DEVELOPMENT`; publishing copies that to `LIVE`, which
//! is what distributions run. A published function is compared by `LIVE`, any other by
//! `DEVELOPMENT`. A stage that is live stays so: no longer publishing a function leaves `LIVE` as
//! it is.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;

use aws_sdk_cloudfront::operation::describe_function::DescribeFunctionOutput;
use aws_sdk_cloudfront::types::{FunctionStage, FunctionSummary};
use aws_smithy_types::Blob;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::cloudfront::Function;
use model::{Owner, Tags};

use super::client::{
    CloudFrontClient, DELETIONS, WRITES, all_pages, from_version, sdk_tags, version,
};
use super::shared::Shared;
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership;
use crate::kit::tag_store::{OwnTags, TagCalls as _, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Function<String>;
type Live = TypedLive<Properties>;

/// Reads and writes functions: one call per stage lists them all, and each of the system's takes
/// one for its code and one for its tags.
#[derive(Debug)]
pub(crate) struct Functions {
    client: CloudFrontClient,
}

impl Functions {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: CloudFrontClient::new(account),
        }
    }

    /// All functions of the account as they are in a stage, one call per page and cache.
    async fn all(
        &self,
        stage: &FunctionStage,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<FunctionSummary>>, DriverError> {
        let key = format!("cloudfront:ListFunctions {}", stage.as_str());
        cache.once(key, || self.list_stage(stage)).await
    }

    async fn list_stage(&self, stage: &FunctionStage) -> Result<Vec<FunctionSummary>, DriverError> {
        all_pages(|marker| async {
            let page = self
                .client
                .sdk
                .list_functions()
                .stage(stage.clone())
                .set_marker(marker)
                .send()
                .sent("cloudfront:ListFunctions")
                .await?;
            let list = page.function_list;
            Ok(list
                .map(|list| (list.items.unwrap_or_default(), list.next_marker))
                .unwrap_or_default())
        })
        .await
    }

    async fn in_stage(
        &self,
        name: &str,
        stage: &FunctionStage,
        cache: &ReadCache,
    ) -> Result<Option<FunctionSummary>, DriverError> {
        let all = self.all(stage, cache).await?;
        Ok(all.iter().find(|function| function.name == name).cloned())
    }

    /// A listed function with its code and tags, or `None` if it was deleted meanwhile.
    async fn find(
        &self,
        summary: &FunctionSummary,
        stage: FunctionStage,
    ) -> Result<Option<Live>, DriverError> {
        let arn = convert::arn(summary);
        let published = stage == FunctionStage::Live;
        let code = self
            .client
            .sdk
            .get_function()
            .name(&summary.name)
            .stage(stage)
            .send()
            .sent("cloudfront:GetFunction");
        let read = tokio::try_join!(Box::pin(code), self.client.known(&arn));
        let Some((code, Some(tags))) = WRITES.found(read)? else {
            return Ok(None);
        };
        let code = code.function_code.unwrap_or_default();
        let properties = Function {
            name: summary.name.clone(),
            auto_publish: Some(published),
            function_code: String::from_utf8_lossy(code.as_ref()).into_owned(),
            function_config: convert::config(summary.function_config.as_ref())?,
        };
        Ok(Some(live(properties, arn, LiveTags::Read(tags))))
    }

    async fn describe(&self, name: &str) -> Result<DescribeFunctionOutput, DriverError> {
        self.client
            .sdk
            .describe_function()
            .name(name)
            .stage(FunctionStage::Development)
            .send()
            .sent("cloudfront:DescribeFunction")
            .await
    }

    /// The version of `DEVELOPMENT`, which every write names, including publishing and deletion.
    async fn version(&self, name: &str) -> Result<String, DriverError> {
        version(self.describe(name).await?.e_tag)
    }

    /// Makes a write that names the newest version.
    async fn with_latest<F>(
        &self,
        name: &str,
        write: impl Fn(String) -> F,
    ) -> Result<(), DriverError>
    where
        F: Future<Output = Result<(), DriverError>>,
    {
        from_version(&WRITES, || self.version(name), String::as_str, write).await
    }

    /// Writes all properties to `DEVELOPMENT`.
    async fn write(&self, function: &Properties) -> Result<(), DriverError> {
        let call = self
            .client
            .sdk
            .update_function()
            .name(&function.name)
            .function_config(convert::sdk_config(&function.function_config)?)
            .function_code(Blob::new(function.function_code.as_bytes()));
        self.with_latest(&function.name, |version| {
            let call = call.clone().if_match(version).send();
            call.done("cloudfront:UpdateFunction")
        })
        .await
    }

    /// Copies `DEVELOPMENT` to `LIVE`.
    async fn publish(&self, function: &Properties) -> Result<(), DriverError> {
        if function.auto_publish != Some(true) {
            return Ok(());
        }
        let call = self.client.sdk.publish_function().name(&function.name);
        self.with_latest(&function.name, |version| {
            let call = call.clone().if_match(version).send();
            call.done("cloudfront:PublishFunction")
        })
        .await
    }

    /// Completes the creation that an earlier attempt began. Returns the function's ARN.
    async fn adopt(
        &self,
        function: &Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<String, DriverError> {
        let found = self.describe(&function.name).await?.function_summary;
        let arn = found.as_ref().map(convert::arn).unwrap_or_default();
        ownership::adopt(&self.client.tags(&arn).await?, owner, refused)?;
        self.write(function).await?;
        self.client.tag(&arn, tags).await?;
        Ok(arn)
    }
}

fn live(properties: Properties, arn: String, tags: LiveTags) -> Live {
    TypedLive {
        id: properties.name.clone(),
        properties,
        attributes: Live::assigned([(Function::ARN, arn)]),
        tags,
    }
}

impl ResourceDriver for Functions {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    /// Each function that is listed costs a call for its tags, so the plan of one stack does not
    /// search all of them.
    const ORPHANS: OrphanSearch = OrphanSearch::WholeSystemIfShown("s3");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, function: &mut Properties) {
        function.auto_publish.get_or_insert(false);
    }

    fn check(&self, function: &Properties, checks: &mut Checks) {
        limits::check(function, checks);
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
        match self.in_stage(name, &stage, cache).await? {
            Some(summary) => self.find(&summary, stage).await,
            None => Ok(None),
        }
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let prefix = format!("{}-", self.client.account.system());
        let all = self.all(&FunctionStage::Development, cache).await?;
        let unread = |of: &FunctionSummary| {
            let properties = Function {
                name: of.name.clone(),
                auto_publish: None,
                function_code: String::new(),
                function_config: convert::config(of.function_config.as_ref())?,
            };
            Ok(live(properties, convert::arn(of), LiveTags::Unread))
        };
        all.iter()
            .filter(|function| function.name.starts_with(&prefix))
            .map(unread)
            .collect()
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.client, Function::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let created = self
            .client
            .sdk
            .create_function()
            .name(&desired.name)
            .function_config(convert::sdk_config(&desired.function_config)?)
            .function_code(Blob::new(desired.function_code.as_bytes()))
            .tags(sdk_tags(tags)?)
            .send()
            .sent("cloudfront:CreateFunction")
            .await;
        let arn = match created {
            Err(error) if error.is("FunctionAlreadyExists") => {
                self.adopt(&desired, owner, tags, error).await?
            }
            created => {
                let summary = created?.function_summary;
                summary.as_ref().map(convert::arn).unwrap_or_default()
            }
        };
        self.publish(&desired).await?;
        Ok(live(desired, arn, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        if changes.affects("FunctionCode") || changes.affects("FunctionConfig") {
            self.write(desired).await?;
        }
        self.publish(desired).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let call = self.client.sdk.delete_function().name(&live.id);
        let delete = || {
            self.with_latest(&live.id, |version| {
                let call = call.clone().if_match(version).send();
                call.done("cloudfront:DeleteFunction")
            })
        };
        let users = || self.client.users(Shared::Function(&live.id));
        DELETIONS.delete_unused(delete, users).await
    }
}
