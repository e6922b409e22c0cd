//! CodeBuild's defaults. Sources: the API reference of `CreateProject`, and of the members.

use model::types::codebuild::{
    Artifacts, Cache, CloudWatchLogs, LogsConfig, S3Logs, Source, Status,
};

use super::Properties;

/// The end of the ARN of AWS's own key for S3, which encrypts artifacts unless another key is named.
const OWN_KEY: &str = "alias/aws/s3";

/// Whether builds run as functions, `LINUX_LAMBDA_CONTAINER` or `ARM_LAMBDA_CONTAINER`: those have no
/// timeouts of their own.
pub(super) fn is_lambda(kind: &str) -> bool {
    kind.ends_with("_LAMBDA_CONTAINER")
}

/// Fills in the defaults of a project and sorts what has no order.
pub(super) fn normalise(project: &mut Properties) {
    project.description.take_if(|text| text.is_empty());
    project.source_version.take_if(|text| text.is_empty());
    project
        .encryption_key
        .take_if(|key| key.is_empty() || key.ends_with(OWN_KEY));
    if !is_lambda(&project.environment.kind) {
        project.timeout_in_minutes.get_or_insert(60);
        project.queued_timeout_in_minutes.get_or_insert(480);
    }
    project.auto_retry_limit.get_or_insert(0);
    normalise_source(&mut project.source);
    normalise_artifacts(&mut project.artifacts, &project.name);
    normalise_environment(project);
    normalise_cache(project.cache.get_or_insert_with(Cache::none));
    let everywhere = LogsConfig {
        cloud_watch_logs: None,
        s3_logs: None,
    };
    let logs = project.logs_config.get_or_insert(everywhere);
    normalise_logs(logs, &project.name);
}

fn normalise_source(source: &mut Source<String>) {
    source.location.take_if(|text| text.is_empty());
    source.build_spec.take_if(|text| text.is_empty());
    source
        .git_clone_depth
        .take_if(|depth| !(1..=25).contains(depth));
    source
        .git_submodules_config
        .take_if(|config| !config.fetch_submodules);
    source.report_build_status.get_or_insert(false);
    source.insecure_ssl.get_or_insert(false);
}

/// Of artifacts that a pipeline takes, CodeBuild returns a name and a packaging that mean nothing.
fn normalise_artifacts(artifacts: &mut Artifacts<String>, project: &str) {
    if artifacts.kind != "S3" {
        *artifacts = Artifacts::of(artifacts.kind.clone());
        return;
    }
    artifacts.path.take_if(|path| path.is_empty());
    artifacts.name.get_or_insert_with(|| project.to_owned());
    let none = || "NONE".to_owned();
    artifacts.namespace_type.get_or_insert_with(none);
    artifacts.packaging.get_or_insert_with(none);
    artifacts.override_artifact_name.get_or_insert(false);
    artifacts.encryption_disabled.get_or_insert(false);
}

fn normalise_environment(project: &mut Properties) {
    let environment = &mut project.environment;
    environment.privileged_mode.get_or_insert(false);
    environment
        .image_pull_credentials_type
        .get_or_insert_with(|| "CODEBUILD".to_owned());
    environment.certificate.take_if(|place| place.is_empty());
    for variable in &mut environment.environment_variables {
        variable.kind.get_or_insert_with(|| "PLAINTEXT".to_owned());
    }
    environment
        .environment_variables
        .sort_by(|one, other| one.name.cmp(&other.name));
}

fn normalise_cache(cache: &mut Cache<String>) {
    cache.location.take_if(|place| place.is_empty());
    cache.cache_namespace.take_if(|name| name.is_empty());
    cache.modes.sort();
    cache.modes.dedup();
    if cache.kind == "NO_CACHE" {
        *cache = Cache::none();
    }
}

/// Without a log group, the output is in one that is named after the project.
fn normalise_logs(logs: &mut LogsConfig<String>, project: &str) {
    let in_logs = logs.cloud_watch_logs.get_or_insert(CloudWatchLogs {
        status: Status::Enabled,
        group_name: None,
        stream_name: None,
    });
    in_logs.group_name.take_if(|name| name.is_empty());
    in_logs.stream_name.take_if(|name| name.is_empty());
    if in_logs.status == Status::Enabled {
        in_logs
            .group_name
            .get_or_insert_with(|| format!("/aws/codebuild/{project}"));
    } else {
        (in_logs.group_name, in_logs.stream_name) = (None, None);
    }
    let nowhere = S3Logs {
        status: Status::Disabled,
        location: None,
        encryption_disabled: None,
    };
    let in_s3 = logs.s3_logs.get_or_insert_with(|| nowhere.clone());
    if in_s3.status == Status::Disabled {
        *in_s3 = nowhere;
    } else {
        in_s3.encryption_disabled.get_or_insert(false);
    }
}
