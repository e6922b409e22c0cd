//! CodePipeline in the system's account and Region.

use std::sync::Arc;

use aws_sdk_codepipeline::Client;
use aws_sdk_codepipeline::types::{PipelineDeclaration, Tag};
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::{Code, Message};
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// The errors of CodePipeline. `DeletePipeline` answers without an error for what does not exist.
///
/// A new role, of the pipeline or of an action, mostly takes some seconds to be known. CodePipeline has
/// one code for whatever is wrong with a pipeline, so the message decides; if the role's trust is wrong,
/// the error stays. Sources of the words: hashicorp/terraform#19264 and
/// hashicorp/terraform-provider-aws#14810.
pub(super) const CODEPIPELINE: Consistency = Consistency {
    absent: &[
        Code("PipelineNotFoundException"),
        Code("ResourceNotFoundException"),
    ],
    passing: &[
        // Another change of the pipeline is under way.
        Code("ConcurrentModificationException"),
        Message(
            "InvalidStructureException",
            "is not authorized to perform AssumeRole",
        ),
    ],
    policy: WaitPolicy::seconds(300),
};

/// CodePipeline in the system's account and Region.
#[derive(Debug)]
pub(super) struct CodePipelineClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl CodePipelineClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("codepipeline", name)
    }

    /// The names of the pipelines that have the system's prefix, one call per thousand pipelines of the
    /// account in a run.
    pub(super) async fn names(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        cache
            .once("codepipeline:ListPipelines", || async {
                let prefix = format!("{}-", self.account.system());
                let pages = self.sdk.list_pipelines().into_paginator().items().send();
                let pipelines = pages.collect::<Result<Vec<_>, _>>();
                let pipelines = pipelines.sent("codepipeline:ListPipelines").await?;
                let names = pipelines.into_iter().filter_map(|of| of.name);
                Ok(names.filter(|name| name.starts_with(&prefix)).collect())
            })
            .await
    }

    /// The pipeline of a name as it is now, or `None` if there is none.
    pub(super) async fn pipeline(
        &self,
        name: &str,
    ) -> Result<Option<PipelineDeclaration>, DriverError> {
        let call = self.sdk.get_pipeline().name(name).send();
        let operation = "codepipeline:GetPipeline";
        CODEPIPELINE.described(call.sent(operation).await, operation, |found| {
            found.pipeline
        })
    }
}

/// Tags in the form of the calls.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags = tags.iter().map(tag).collect::<Result<_, _>>();
    tags.map_err(|error| DriverError::internal(format!("a tag is incomplete ({error})")))
}

/// The calls name a pipeline by its ARN.
impl TagCalls for CodePipelineClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_tags_for_resource().resource_arn(arn);
        let pages = call.into_paginator().items().send();
        let tags = pages.collect::<Result<Vec<_>, _>>();
        let tags = tags.sent("codepipeline:ListTagsForResource").await;
        let found = CODEPIPELINE.found(tags)?;
        Ok(found.map(|tags| tags.into_iter().map(|tag| (tag.key, tag.value)).collect()))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self.sdk.tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(sdk_tags(tags)?));
        CODEPIPELINE
            .write(|| call.clone().send().done("codepipeline:TagResource"))
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self.sdk.untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(keys.to_vec()));
        CODEPIPELINE
            .write(|| call.clone().send().done("codepipeline:UntagResource"))
            .await
    }
}
