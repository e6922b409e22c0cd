//! `AWS::CodePipeline::Pipeline`.

mod calls;
mod check;
mod convert;
mod limits;
mod sdk;
#[cfg(test)]
mod tests;

use aws_sdk_codepipeline::types::PipelineDeclaration;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::codepipeline::{
    ExecutionMode, Filter, Pipeline, RuleDeclaration, StageDeclaration,
};
use model::{Owner, Tags};

use super::client::{CODEPIPELINE, CodePipelineClient, sdk_tags};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::gone::until_gone;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership::adopt;
use crate::kit::tag_store::{OwnTags, TagCalls as _, TagStore};
use crate::kit::tagging;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::WaitPolicy;

type Properties = Pipeline<String>;
type Live = TypedLive<Properties>;

/// How long a pipeline may still be known after its deletion.
const LAG: WaitPolicy = WaitPolicy::seconds(60);

/// Reads and writes pipelines: one call each, since none describes several.
///
/// The call that changes a pipeline replaces all of it and counts up its version, so it is made only if
/// something differs. A new pipeline starts a run by itself.
#[derive(Debug)]
pub(crate) struct Pipelines {
    codepipeline: CodePipelineClient,
}

impl Pipelines {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            codepipeline: CodePipelineClient::new(account),
        }
    }

    fn live(&self, properties: Properties, tags: LiveTags) -> Live {
        let name = properties.name.clone();
        let attributes = Live::assigned([
            (Pipeline::ARN, self.codepipeline.arn(&name)),
            (Pipeline::NAME, name.clone()),
        ]);
        TypedLive {
            id: name,
            properties,
            attributes,
            tags,
        }
    }

    async fn find(&self, name: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        let Some(found) = self.codepipeline.pipeline(name).await? else {
            return Ok(None);
        };
        let properties = convert::properties(&found)?;
        let arn = self.codepipeline.arn(name);
        let hints = tagging::hints(&self.codepipeline.account, cache).await?;
        let tags = match hints.tags(&arn) {
            Some(tags) => Some(tags),
            None => self.codepipeline.known(&arn).await?.map(LiveTags::Read),
        };
        Ok(tags.map(|tags| self.live(properties, tags)))
    }

    async fn make(&self, pipeline: PipelineDeclaration, tags: &Tags) -> Result<(), DriverError> {
        let call = self.codepipeline.sdk.create_pipeline().pipeline(pipeline);
        let call = call.set_tags(Some(sdk_tags(tags)?));
        CODEPIPELINE
            .write(|| call.clone().send().done("codepipeline:CreatePipeline"))
            .await
    }

    /// Goes on with the pipeline that an earlier attempt created.
    async fn resume(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<Live, DriverError> {
        let name = &desired.name;
        let Some(found) = self.codepipeline.pipeline(name).await? else {
            return Err(refused);
        };
        let found_tags = self.codepipeline.tags(&self.codepipeline.arn(name)).await?;
        adopt(&found_tags, owner, refused)?;
        let live = self.live(convert::properties(&found)?, LiveTags::Read(found_tags));
        self.resumed(live, desired, tags).await
    }
}

fn normalise_filters<'f>(filters: impl IntoIterator<Item = &'f mut Option<Filter>>) {
    for filter in filters.into_iter().flatten() {
        filter.includes.sort();
        filter.excludes.sort();
    }
}

/// The rules of a stage's conditions. Those of AWS's own have one owner and one version.
fn rules(
    stage: &mut StageDeclaration<String>,
) -> impl Iterator<Item = &mut RuleDeclaration<String>> {
    let before = stage.before_entry.iter_mut();
    let success = stage.on_success.iter_mut();
    let failure = stage.on_failure.iter_mut();
    let conditions = before
        .flat_map(|of| &mut of.conditions)
        .chain(success.flat_map(|of| &mut of.conditions))
        .chain(failure.flat_map(|of| &mut of.conditions));
    conditions.flat_map(|condition| &mut condition.rules)
}

/// Actions run in the pipeline's own Region unless they name one, and CodePipeline returns it.
fn normalise_stage(stage: &mut StageDeclaration<String>, region: &str) {
    for rule in rules(stage) {
        let id = &mut rule.rule_type_id;
        id.owner.get_or_insert_with(|| "AWS".to_owned());
        id.version.get_or_insert_with(|| "1".to_owned());
        rule.region.take_if(|of| of == region);
    }
    for action in &mut stage.actions {
        action.run_order.get_or_insert(1);
        action.region.take_if(|of| of == region);
        let variables = &mut action.environment_variables;
        for variable in &mut *variables {
            variable.kind.get_or_insert_with(|| "PLAINTEXT".to_owned());
        }
        variables.sort_by(|one, other| one.name.cmp(&other.name));
    }
}

impl ResourceDriver for Pipelines {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("codepipeline");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    /// Sources: the API reference of `PipelineDeclaration` and of its members.
    fn normalise(&self, pipeline: &mut Properties) {
        pipeline
            .execution_mode
            .get_or_insert(ExecutionMode::Superseded);
        let region = self.codepipeline.account.region();
        for stage in &mut pipeline.stages {
            normalise_stage(stage, region);
        }
        pipeline
            .artifact_stores
            .sort_by(|one, other| one.region.cmp(&other.region));
        pipeline
            .variables
            .sort_by(|one, other| one.name.cmp(&other.name));
        let source = |of: &model::types::codepipeline::PipelineTriggerDeclaration| {
            of.git_configuration.source_action_name.clone()
        };
        pipeline.triggers.sort_by_key(source);
        for trigger in &mut pipeline.triggers {
            let git = &mut trigger.git_configuration;
            for push in &mut git.push {
                let filters = [&mut push.branches, &mut push.file_paths, &mut push.tags];
                normalise_filters(filters);
            }
            for request in &mut git.pull_request {
                request.events.sort();
                normalise_filters([&mut request.branches, &mut request.file_paths]);
            }
        }
    }

    /// A source with a connection gets a trigger of AWS's own unless the description states one
    /// (hashicorp/terraform-provider-aws#38688). One without such a source is refused ("Triggers for
    /// connection must reference a `CodeStarSourceConnection` action", aws/aws-cdk#28694).
    fn leave(&self, pipeline: &mut Properties, live: &Properties) {
        if !pipeline.triggers.is_empty() {
            return;
        }
        let actions = pipeline.stages.iter().flat_map(|stage| &stage.actions);
        let sources: Vec<_> = actions
            .filter(|of| of.action_type_id.provider == check::CONNECTION)
            .map(|of| of.name.as_str())
            .collect();
        let left = live
            .triggers
            .iter()
            .filter(|of| sources.contains(&of.git_configuration.source_action_name.as_str()));
        let left = left.cloned().collect();
        pipeline.triggers = left;
    }

    fn check(&self, pipeline: &Properties, checks: &mut Checks) {
        check::check(pipeline, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(&request.properties.name, cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.codepipeline.names(cache).await?;
        let found = try_join_all(names.iter().map(|name| self.find(name, cache))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.codepipeline, Pipeline::ARN)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        match self.make(sdk::pipeline(&desired)?, tags).await {
            Err(error) if error.is("PipelineNameInUseException") => {
                self.resume(desired, owner, tags, error).await
            }
            made => made.map(|()| self.live(desired, LiveTags::Read(tags.clone()))),
        }
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        if changes.is_empty() {
            return Ok(());
        }
        let call = self.codepipeline.sdk.update_pipeline();
        let call = call.pipeline(sdk::pipeline(desired)?);
        CODEPIPELINE
            .write(|| call.clone().send().done("codepipeline:UpdatePipeline"))
            .await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let call = self.codepipeline.sdk.delete_pipeline().name(&live.id);
        CODEPIPELINE
            .delete(|| call.clone().send().done("codepipeline:DeletePipeline"))
            .await?;
        let name = format!("the pipeline `{}`", live.id);
        until_gone(&name, LAG, || self.codepipeline.pipeline(&live.id)).await
    }
}
