//! `AWS::CodeBuild::Project`.

mod calls;
mod convert;
mod limits;
mod normalise;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_codebuild::types::Project as SdkProject;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::codebuild::{LogsConfig, Project};
use model::{Owner, Tags};

use super::client::{CODEBUILD, CodeBuildClient, tags as tags_of};
use crate::Account;
use crate::account::Quirk;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::gone::until_gone;
use crate::kit::known::is_known;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::WaitPolicy;

type Properties = Project<String>;
type Live = TypedLive<Properties>;

/// How long a project may still be known after its deletion.
const LAG: WaitPolicy = WaitPolicy::seconds(60);

/// Reads and writes build projects.
///
/// The system's are read together, with their tags.
#[derive(Debug)]
pub(crate) struct Projects {
    codebuild: CodeBuildClient,
}

impl Projects {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            codebuild: CodeBuildClient::new(account),
        }
    }

    fn live(&self, found: &SdkProject) -> Live {
        self.described(convert::properties(found), tags_of(found))
    }

    fn described(&self, properties: Properties, tags: Tags) -> Live {
        let name = properties.name.clone();
        let attributes = Live::assigned([
            (Project::ARN, self.codebuild.arn(&name)),
            (Project::NAME, name.clone()),
        ]);
        TypedLive {
            id: name,
            properties,
            attributes,
            tags: LiveTags::Read(tags),
        }
    }

    /// A project as it was read, with those settings as desired that an emulator does not return. AWS
    /// always returns how long a build may wait.
    fn shown(&self, found: &SdkProject, desired: Properties) -> Live {
        let mut live = self.live(found);
        let hides = self.codebuild.account.may_have(Quirk::HidesProjectSettings);
        if hides && found.queued_timeout_in_minutes().is_none() {
            live.properties.cache = desired.cache;
            live.properties.logs_config = desired.logs_config;
            live.properties.queued_timeout_in_minutes = desired.queued_timeout_in_minutes;
            live.properties.concurrent_build_limit = desired.concurrent_build_limit;
            live.properties.auto_retry_limit = desired.auto_retry_limit;
        }
        live
    }
}

/// Takes over what an emulator hides, where [`Projects::shown`] did not know yet what another resource is
/// called.
fn leave_hidden(project: &mut Properties, live: &Properties) {
    let is_hidden = |text: Option<&String>| text.is_some_and(|text| !is_known(text));
    let cache = live.cache.as_ref();
    if is_hidden(cache.and_then(|cache| cache.location.as_ref())) {
        project.cache.clone_from(&live.cache);
    }
    let logs = live.logs_config.as_ref();
    let in_logs = logs.and_then(|logs| logs.cloud_watch_logs.as_ref());
    let in_s3 = logs.and_then(|logs| logs.s3_logs.as_ref());
    if is_hidden(in_logs.and_then(|logs| logs.group_name.as_ref()))
        || is_hidden(in_s3.and_then(|logs| logs.location.as_ref()))
    {
        project.logs_config.clone_from(&live.logs_config);
    }
}

impl ResourceDriver for Projects {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("codebuild");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, project: &mut Properties) {
        normalise::normalise(project);
    }

    /// An organisation may prescribe a key, and a bucket for the output of builds.
    fn leave(&self, project: &mut Properties, live: &Properties) {
        leave(&mut project.encryption_key, live.encryption_key.as_ref());
        let theirs = live.logs_config.as_ref();
        let theirs = theirs.and_then(|logs| logs.s3_logs.as_ref());
        let logs = project.logs_config.get_or_insert(LogsConfig {
            cloud_watch_logs: None,
            s3_logs: None,
        });
        leave(&mut logs.s3_logs, theirs);
        if self.codebuild.account.may_have(Quirk::HidesProjectSettings) {
            leave_hidden(project, live);
        }
    }

    fn check(&self, project: &Properties, checks: &mut Checks) {
        limits::check(project, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let desired = request.properties;
        if desired.name.starts_with(&self.codebuild.prefix()) {
            let projects = self.codebuild.of_system(cache).await?;
            let found = projects.get(&desired.name);
            return Ok(found.map(|found| self.shown(found, desired)));
        }
        let found = self.codebuild.project(&desired.name).await?;
        Ok(found.map(|found| self.shown(&found, desired)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let projects = self.codebuild.of_system(cache).await?;
        Ok(projects.values().map(|found| self.live(found)).collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by(&self.codebuild, Project::NAME)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        match self.make(&desired, tags).await {
            Err(error) if error.is("ResourceAlreadyExistsException") => {
                self.resume(desired, owner, tags, error).await
            }
            made => made.map(|()| self.described(desired, tags.clone())),
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
        self.write(desired, changes).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let call = self.codebuild.sdk.delete_project().name(&live.id);
        CODEBUILD
            .delete(|| call.clone().send().done("codebuild:DeleteProject"))
            .await?;
        let name = format!("the build project `{}`", live.id);
        until_gone(&name, LAG, || self.codebuild.project(&live.id)).await
    }
}
