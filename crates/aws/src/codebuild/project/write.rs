//! Writes of projects.

use aws_sdk_codebuild::types::Project as SdkProject;
use engine::{Changes, DriverError};
use model::{Owner, Tags};

use super::{Live, Projects, Properties, convert};
use crate::codebuild::client::{CODEBUILD, sdk_tags, tags as tags_of};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::kit::typed::ResourceDriver as _;

/// The members that a write replaces as a whole, though the model describes only a part of them.
const WHOLE: [&str; 4] = ["Source", "Artifacts", "Environment", "LogsConfig"];

/// What removes a limit (`UpdateProject` in the API reference).
const NO_LIMIT: i32 = -1;

impl Projects {
    /// Creates the project.
    pub(super) async fn make(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let call = self.codebuild.sdk.create_project();
        let cache = desired.cache.as_ref().map(convert::sdk_cache);
        let logs = desired.logs_config.as_ref();
        let logs = logs.map(|logs| convert::sdk_logs(logs, None));
        let call = call
            .name(&desired.name)
            .set_description(desired.description.clone())
            .service_role(&desired.service_role)
            .source(convert::sdk_source(&desired.source, None)?)
            .set_source_version(desired.source_version.clone())
            .artifacts(convert::sdk_artifacts(&desired.artifacts, None)?)
            .environment(convert::sdk_environment(&desired.environment, None)?)
            .set_cache(cache.transpose()?)
            .set_logs_config(logs.transpose()?)
            .set_encryption_key(desired.encryption_key.clone())
            .set_timeout_in_minutes(desired.timeout_in_minutes)
            .set_queued_timeout_in_minutes(desired.queued_timeout_in_minutes)
            .set_concurrent_build_limit(desired.concurrent_build_limit)
            .set_auto_retry_limit(desired.auto_retry_limit)
            .set_tags(Some(sdk_tags(tags)));
        CODEBUILD
            .write(|| call.clone().send().done("codebuild:CreateProject"))
            .await
    }

    /// Goes on with the project that an earlier attempt created.
    pub(super) async fn resume(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<Live, DriverError> {
        let Some(found) = self.codebuild.project(&desired.name).await? else {
            return Err(refused);
        };
        adopt(&tags_of(&found), owner, refused)?;
        self.resumed(self.live(&found), desired, tags).await
    }

    /// Writes what has changed. What is not sent stays as it is.
    pub(super) async fn write(
        &self,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let found = if WHOLE.iter().any(|member| changes.affects(member)) {
            self.codebuild.project(&desired.name).await?
        } else {
            None
        };
        let call = self.codebuild.sdk.update_project().name(&desired.name);
        let texts = |member: &str, text: &Option<String>| {
            let text = text.clone().unwrap_or_default();
            changes.affects(member).then_some(text)
        };
        let number = |member: &str, number: Option<i32>| number.filter(|_| changes.affects(member));
        let limit = desired.concurrent_build_limit.unwrap_or(NO_LIMIT);
        let call = call
            .set_description(texts("Description", &desired.description))
            .set_source_version(texts("SourceVersion", &desired.source_version))
            .set_service_role(
                changes
                    .affects("ServiceRole")
                    .then(|| desired.service_role.clone()),
            )
            .set_encryption_key(
                desired
                    .encryption_key
                    .clone()
                    .filter(|_| changes.affects("EncryptionKey")),
            )
            .set_timeout_in_minutes(number("TimeoutInMinutes", desired.timeout_in_minutes))
            .set_queued_timeout_in_minutes(number(
                "QueuedTimeoutInMinutes",
                desired.queued_timeout_in_minutes,
            ))
            .set_concurrent_build_limit(number("ConcurrentBuildLimit", Some(limit)))
            .set_auto_retry_limit(number("AutoRetryLimit", desired.auto_retry_limit));
        let parts = Parts::changed(desired, changes, found.as_ref())?;
        let call = call
            .set_source(parts.source)
            .set_artifacts(parts.artifacts)
            .set_environment(parts.environment)
            .set_cache(parts.cache)
            .set_logs_config(parts.logs);
        CODEBUILD
            .write(|| call.clone().send().done("codebuild:UpdateProject"))
            .await
    }
}

/// The members of a project that have members themselves, if they are written.
struct Parts {
    source: Option<aws_sdk_codebuild::types::ProjectSource>,
    artifacts: Option<aws_sdk_codebuild::types::ProjectArtifacts>,
    environment: Option<aws_sdk_codebuild::types::ProjectEnvironment>,
    cache: Option<aws_sdk_codebuild::types::ProjectCache>,
    logs: Option<aws_sdk_codebuild::types::LogsConfig>,
}

impl Parts {
    /// Those that have changed, with what the model does not describe of those that are there.
    fn changed(
        desired: &Properties,
        changes: &Changes,
        found: Option<&SdkProject>,
    ) -> Result<Self, DriverError> {
        let source = changes
            .affects("Source")
            .then(|| convert::sdk_source(&desired.source, found.and_then(SdkProject::source)));
        let artifacts = changes.affects("Artifacts").then(|| {
            convert::sdk_artifacts(&desired.artifacts, found.and_then(SdkProject::artifacts))
        });
        let environment = changes.affects("Environment").then(|| {
            convert::sdk_environment(
                &desired.environment,
                found.and_then(SdkProject::environment),
            )
        });
        let cache = desired.cache.as_ref().filter(|_| changes.affects("Cache"));
        let logs = desired.logs_config.as_ref();
        let logs = logs.filter(|_| changes.affects("LogsConfig"));
        let logs =
            logs.map(|logs| convert::sdk_logs(logs, found.and_then(SdkProject::logs_config)));
        Ok(Self {
            source: source.transpose()?,
            artifacts: artifacts.transpose()?,
            environment: environment.transpose()?,
            cache: cache.map(convert::sdk_cache).transpose()?,
            logs: logs.transpose()?,
        })
    }
}
