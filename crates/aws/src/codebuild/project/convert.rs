//! Projects between the SDK's types and the model's.

use std::fmt::Display;

use aws_sdk_codebuild::types::{
    ArtifactNamespace, ArtifactPackaging, ArtifactsType, CacheMode, CacheType,
    CloudWatchLogsConfig, ComputeType, CredentialProviderType, EnvironmentType,
    EnvironmentVariable as SdkVariable, EnvironmentVariableType,
    GitSubmodulesConfig as SdkSubmodules, ImagePullCredentialsType, LogsConfig as SdkLogs,
    LogsConfigStatusType, Project as SdkProject, ProjectArtifacts, ProjectCache,
    ProjectEnvironment, ProjectSource, RegistryCredential as SdkCredential, S3LogsConfig,
    SourceAuth as SdkAuth, SourceAuthType, SourceType,
};
use engine::DriverError;
use model::types::codebuild::{
    Artifacts, Cache, CloudWatchLogs, Environment, EnvironmentVariable, GitSubmodulesConfig,
    LogsConfig, Project, RegistryCredential, S3Logs, Source, SourceAuth, Status,
};

use super::Properties;
use super::normalise::is_lambda;

/// What the SDK's builders make, which fail only if a required member is missing.
fn built<T>(made: Result<T, impl Display>) -> Result<T, DriverError> {
    made.map_err(|error| {
        DriverError::internal(format!("a part of a project is incomplete ({error})"))
    })
}

/// The properties of a live project. What AWS shows as the timeouts of builds on Lambda means nothing.
pub(super) fn properties(live: &SdkProject) -> Properties {
    let environment = live
        .environment()
        .map_or_else(|| Environment::new("", "", String::new()), environment);
    let timed = !is_lambda(&environment.kind);
    Project {
        name: live.name().unwrap_or_default().to_owned(),
        description: live.description.clone(),
        service_role: live.service_role().unwrap_or_default().to_owned(),
        source: live.source().map_or_else(|| Source::of(""), source),
        source_version: live.source_version.clone(),
        artifacts: live
            .artifacts()
            .map_or_else(|| Artifacts::of(""), artifacts),
        environment,
        cache: live.cache().map(cache),
        logs_config: live.logs_config().map(logs),
        encryption_key: live.encryption_key.clone(),
        timeout_in_minutes: live.timeout_in_minutes.filter(|_| timed),
        queued_timeout_in_minutes: live.queued_timeout_in_minutes.filter(|_| timed),
        concurrent_build_limit: live.concurrent_build_limit.filter(|limit| *limit > 0),
        auto_retry_limit: live.auto_retry_limit,
    }
}

fn source(live: &ProjectSource) -> Source<String> {
    Source {
        kind: live.r#type().as_str().to_owned(),
        location: live.location.clone(),
        build_spec: live.buildspec.clone(),
        git_clone_depth: live.git_clone_depth,
        git_submodules_config: live.git_submodules_config().map(|of| GitSubmodulesConfig {
            fetch_submodules: of.fetch_submodules,
        }),
        auth: live.auth().map(|auth| SourceAuth {
            kind: auth.r#type().as_str().to_owned(),
            resource: auth.resource.clone(),
        }),
        report_build_status: live.report_build_status,
        insecure_ssl: live.insecure_ssl,
    }
}

fn artifacts(live: &ProjectArtifacts) -> Artifacts<String> {
    let namespace = live.namespace_type().map(ArtifactNamespace::as_str);
    Artifacts {
        kind: live.r#type().as_str().to_owned(),
        location: live.location.clone(),
        path: live.path.clone(),
        name: live.name.clone(),
        namespace_type: namespace.map(str::to_owned),
        packaging: live.packaging().map(|of| of.as_str().to_owned()),
        override_artifact_name: live.override_artifact_name,
        encryption_disabled: live.encryption_disabled,
    }
}

fn environment(live: &ProjectEnvironment) -> Environment<String> {
    let pulls = live.image_pull_credentials_type();
    let variable = |of: &SdkVariable| EnvironmentVariable {
        name: of.name.clone(),
        value: of.value.clone(),
        kind: of.r#type().map(|kind| kind.as_str().to_owned()),
    };
    let credential = |of: &SdkCredential| RegistryCredential {
        credential: of.credential.clone(),
        credential_provider: of.credential_provider().as_str().to_owned(),
    };
    Environment {
        kind: live.r#type().as_str().to_owned(),
        compute_type: live.compute_type().as_str().to_owned(),
        image: live.image.clone(),
        environment_variables: live.environment_variables().iter().map(variable).collect(),
        privileged_mode: live.privileged_mode,
        image_pull_credentials_type: pulls.map(|of| of.as_str().to_owned()),
        registry_credential: live.registry_credential().map(credential),
        certificate: live.certificate.clone(),
    }
}

fn cache(live: &ProjectCache) -> Cache<String> {
    let modes = live.modes().iter();
    Cache {
        kind: live.r#type().as_str().to_owned(),
        location: live.location.clone(),
        modes: modes.map(|mode| mode.as_str().to_owned()).collect(),
        cache_namespace: live.cache_namespace.clone(),
    }
}

fn logs(live: &SdkLogs) -> LogsConfig<String> {
    LogsConfig {
        cloud_watch_logs: live.cloud_watch_logs().map(|of| CloudWatchLogs {
            status: status(of.status()),
            group_name: of.group_name.clone(),
            stream_name: of.stream_name.clone(),
        }),
        s3_logs: live.s3_logs().map(|of| S3Logs {
            status: status(of.status()),
            location: of.location.clone(),
            encryption_disabled: of.encryption_disabled,
        }),
    }
}

fn status(live: &LogsConfigStatusType) -> Status {
    match live {
        LogsConfigStatusType::Enabled => Status::Enabled,
        _ => Status::Disabled,
    }
}

fn sdk_status(status: Status) -> LogsConfigStatusType {
    match status {
        Status::Disabled => LogsConfigStatusType::Disabled,
        Status::Enabled => LogsConfigStatusType::Enabled,
    }
}

/// The source to write, with what the model does not describe of the one that is there.
pub(super) fn sdk_source(
    source: &Source<String>,
    found: Option<&ProjectSource>,
) -> Result<ProjectSource, DriverError> {
    let submodules = source.git_submodules_config.map(|of| {
        built(
            SdkSubmodules::builder()
                .fetch_submodules(of.fetch_submodules)
                .build(),
        )
    });
    let auth = source.auth.as_ref().map(|of| {
        let auth = SdkAuth::builder().r#type(SourceAuthType::from(&*of.kind));
        built(auth.set_resource(of.resource.clone()).build())
    });
    let source = ProjectSource::builder()
        .r#type(SourceType::from(&*source.kind))
        .set_location(source.location.clone())
        .set_buildspec(source.build_spec.clone())
        .set_git_clone_depth(source.git_clone_depth)
        .set_git_submodules_config(submodules.transpose()?)
        .set_auth(auth.transpose()?)
        .set_report_build_status(source.report_build_status.filter(|reports| *reports))
        .set_insecure_ssl(source.insecure_ssl.filter(|insecure| *insecure))
        .set_build_status_config(found.and_then(|found| found.build_status_config.clone()))
        .set_source_identifier(found.and_then(|found| found.source_identifier.clone()));
    built(source.build())
}

/// As [`sdk_source`].
pub(super) fn sdk_artifacts(
    artifacts: &Artifacts<String>,
    found: Option<&ProjectArtifacts>,
) -> Result<ProjectArtifacts, DriverError> {
    let namespace = artifacts.namespace_type.as_deref();
    let packaging = artifacts.packaging.as_deref();
    let artifacts = ProjectArtifacts::builder()
        .r#type(ArtifactsType::from(&*artifacts.kind))
        .set_location(artifacts.location.clone())
        .set_path(artifacts.path.clone())
        .set_name(artifacts.name.clone())
        .set_namespace_type(namespace.map(ArtifactNamespace::from))
        .set_packaging(packaging.map(ArtifactPackaging::from))
        .set_override_artifact_name(artifacts.override_artifact_name)
        .set_encryption_disabled(artifacts.encryption_disabled)
        .set_artifact_identifier(found.and_then(|found| found.artifact_identifier.clone()))
        .set_bucket_owner_access(found.and_then(|found| found.bucket_owner_access.clone()));
    built(artifacts.build())
}

/// As [`sdk_source`].
pub(super) fn sdk_environment(
    environment: &Environment<String>,
    found: Option<&ProjectEnvironment>,
) -> Result<ProjectEnvironment, DriverError> {
    let variables = environment.environment_variables.iter();
    let variables: Result<Vec<_>, _> = variables.map(sdk_variable).collect();
    let credential = environment.registry_credential.as_ref().map(|of| {
        let provider = CredentialProviderType::from(&*of.credential_provider);
        let credential = SdkCredential::builder().credential(&of.credential);
        built(credential.credential_provider(provider).build())
    });
    let pulls = environment.image_pull_credentials_type.as_deref();
    let built = built(
        ProjectEnvironment::builder()
            .r#type(EnvironmentType::from(&*environment.kind))
            .compute_type(ComputeType::from(&*environment.compute_type))
            .image(&environment.image)
            .set_environment_variables(Some(variables?))
            .set_privileged_mode(environment.privileged_mode)
            .set_image_pull_credentials_type(pulls.map(ImagePullCredentialsType::from))
            .set_registry_credential(credential.transpose()?)
            .set_certificate(environment.certificate.clone())
            .build(),
    )?;
    Ok(with_undescribed(built, found))
}

/// A machine with the fleet, the computing power, the Docker server and the kernel of the one that is
/// there.
fn with_undescribed(
    mut environment: ProjectEnvironment,
    found: Option<&ProjectEnvironment>,
) -> ProjectEnvironment {
    if let Some(found) = found {
        environment.fleet.clone_from(&found.fleet);
        environment
            .compute_configuration
            .clone_from(&found.compute_configuration);
        environment.docker_server.clone_from(&found.docker_server);
        environment.host_kernel.clone_from(&found.host_kernel);
    }
    environment
}

fn sdk_variable(variable: &EnvironmentVariable<String>) -> Result<SdkVariable, DriverError> {
    let kind = variable.kind.as_deref().map(EnvironmentVariableType::from);
    let built_of = SdkVariable::builder()
        .name(&variable.name)
        .value(&variable.value)
        .set_type(kind);
    built(built_of.build())
}

/// The cache to write.
pub(super) fn sdk_cache(cache: &Cache<String>) -> Result<ProjectCache, DriverError> {
    let modes = cache.modes.iter();
    let modes: Vec<_> = modes.map(|mode| CacheMode::from(&**mode)).collect();
    let cache = ProjectCache::builder()
        .r#type(CacheType::from(&*cache.kind))
        .set_location(cache.location.clone())
        .set_modes((!modes.is_empty()).then_some(modes))
        .set_cache_namespace(cache.cache_namespace.clone());
    built(cache.build())
}

/// Where output goes, with what the model does not describe of what is there.
pub(super) fn sdk_logs(
    logs: &LogsConfig<String>,
    found: Option<&SdkLogs>,
) -> Result<SdkLogs, DriverError> {
    let in_logs = logs.cloud_watch_logs.as_ref().map(|of| {
        let logs = CloudWatchLogsConfig::builder().status(sdk_status(of.status));
        let logs = logs.set_group_name(of.group_name.clone());
        built(logs.set_stream_name(of.stream_name.clone()).build())
    });
    let access = found.and_then(SdkLogs::s3_logs);
    let access = access.and_then(|found| found.bucket_owner_access.clone());
    let in_s3 = logs.s3_logs.as_ref().map(|of| {
        let logs = S3LogsConfig::builder()
            .status(sdk_status(of.status))
            .set_location(of.location.clone())
            .set_encryption_disabled(of.encryption_disabled)
            .set_bucket_owner_access(access);
        built(logs.build())
    });
    let logs = SdkLogs::builder().set_cloud_watch_logs(in_logs.transpose()?);
    Ok(logs.set_s3_logs(in_s3.transpose()?).build())
}
