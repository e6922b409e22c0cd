//! The limits of projects that emulators do not enforce.

use super::Properties;
use super::normalise::is_lambda;
use crate::kit::limits::{Checks, Limit};

const MODEL: &str = "the service model of CodeBuild";
const API: &str = "CodeBuild API reference, CreateProject";

/// The kinds of what a project has, as the service model lists them.
const SOURCES: &[&str] = &[
    "BITBUCKET",
    "CODECOMMIT",
    "CODEPIPELINE",
    "GITHUB",
    "GITHUB_ENTERPRISE",
    "GITLAB",
    "GITLAB_SELF_MANAGED",
    "NO_SOURCE",
    "S3",
];
const VARIABLES: &[&str] = &["PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER"];
const MODES: &[&str] = &[
    "LOCAL_CUSTOM_CACHE",
    "LOCAL_DOCKER_LAYER_CACHE",
    "LOCAL_SOURCE_CACHE",
];

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Name", 2, 150, MODEL),
    Limit::characters(
        "Name",
        |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
        "letters, digits, - and _",
        MODEL,
    ),
    Limit::length("Description", 0, 255, MODEL),
    Limit::length("ServiceRole", 1, 2_048, MODEL),
    Limit::range("TimeoutInMinutes", 5, 2_160, MODEL),
    Limit::range("QueuedTimeoutInMinutes", 5, 480, MODEL),
    Limit::range("ConcurrentBuildLimit", 1, i32::MAX as i64, API),
    Limit::range("AutoRetryLimit", 0, i32::MAX as i64, API),
    Limit::one_of("Source.Type", SOURCES, MODEL),
    Limit::range("Source.GitCloneDepth", 0, i32::MAX as i64, MODEL),
    Limit::one_of(
        "Source.Auth.Type",
        &["CODECONNECTIONS", "OAUTH", "SECRETS_MANAGER"],
        MODEL,
    ),
    Limit::one_of(
        "Artifacts.Type",
        &["CODEPIPELINE", "NO_ARTIFACTS", "S3"],
        MODEL,
    ),
    Limit::one_of("Artifacts.NamespaceType", &["NONE", "BUILD_ID"], MODEL),
    Limit::one_of("Artifacts.Packaging", &["NONE", "ZIP"], MODEL),
    Limit::one_of("Cache.Type", &["NO_CACHE", "S3", "LOCAL"], MODEL),
    Limit::one_of("Cache.Modes[]", MODES, MODEL),
    Limit::length("Environment.Image", 1, 2_048, MODEL),
    Limit::one_of(
        "Environment.ImagePullCredentialsType",
        &["CODEBUILD", "SERVICE_ROLE"],
        MODEL,
    ),
    Limit::length("Environment.EnvironmentVariables[].Name", 1, 255, MODEL),
    Limit::one_of("Environment.EnvironmentVariables[].Type", VARIABLES, MODEL),
];

/// The limits that concern several properties, or a part of one. Source: the descriptions of
/// `ProjectSource`, `ProjectArtifacts`, `ProjectCache` and `RegistryCredential` in the API reference.
pub(super) fn check(project: &Properties, checks: &mut Checks) {
    checks.require(
        !project.name.starts_with(['-', '_']),
        "Name",
        format!(
            "is `{}`; it has to begin with a letter or digit",
            project.name
        ),
    );
    check_ends(project, checks);
    check_environment(project, checks);
    if is_lambda(&project.environment.kind) {
        check_lambda(project, checks);
    }
    if let Some(cache) = &project.cache {
        checks.require(
            (cache.kind == "S3") == cache.location.is_some(),
            "Cache.Location",
            "is required for a cache in S3, and for no other",
        );
        checks.require(
            (cache.kind == "LOCAL") != cache.modes.is_empty(),
            "Cache.Modes",
            "is required for a cache on the machine, and for no other",
        );
    }
}

/// Source: CodeBuild user guide, "Limitations of AWS Lambda compute".
fn check_lambda(project: &Properties, checks: &mut Checks) {
    let kind = &project.environment.kind;
    let is_cached = project.cache.as_ref();
    let is_cached = is_cached.is_some_and(|cache| cache.kind != "NO_CACHE");
    for (property, stated) in [
        ("TimeoutInMinutes", project.timeout_in_minutes.is_some()),
        (
            "QueuedTimeoutInMinutes",
            project.queued_timeout_in_minutes.is_some(),
        ),
        ("Cache", is_cached),
        (
            "Environment.PrivilegedMode",
            project.environment.privileged_mode == Some(true),
        ),
    ] {
        checks.require(
            !stated,
            property,
            format!("is not for machines of the type {kind}"),
        );
    }
}

/// Where a build begins and where it ends: a pipeline provides both or none.
fn check_ends(project: &Properties, checks: &mut Checks) {
    let (source, artifacts) = (&project.source, &project.artifacts);
    let is_of_pipeline = source.kind == "CODEPIPELINE";
    checks.require(
        is_of_pipeline == (artifacts.kind == "CODEPIPELINE"),
        "Artifacts.Type",
        format!(
            "is {} and Source.Type is {}; a pipeline provides both or none",
            artifacts.kind, source.kind
        ),
    );
    let has_no_place = is_of_pipeline || source.kind == "NO_SOURCE";
    checks.require(
        has_no_place == source.location.is_none(),
        "Source.Location",
        format!(
            "is {} for a source of the type {}",
            if has_no_place {
                "not allowed"
            } else {
                "required"
            },
            source.kind
        ),
    );
    checks.require(
        source.kind != "NO_SOURCE" || source.build_spec.is_some(),
        "Source.BuildSpec",
        "is required without a source",
    );
    checks.require(
        artifacts.kind != "S3" || artifacts.location.is_some(),
        "Artifacts.Location",
        "is required for artifacts in S3",
    );
}

fn check_environment(project: &Properties, checks: &mut Checks) {
    let environment = &project.environment;
    let is_curated = environment.image.starts_with("aws/codebuild/");
    let credentials = environment.image_pull_credentials_type.as_deref();
    checks.require(
        !is_curated || credentials != Some("SERVICE_ROLE"),
        "Environment.ImagePullCredentialsType",
        "is SERVICE_ROLE; an image of AWS's own needs CODEBUILD",
    );
    checks.require(
        environment.registry_credential.is_none() || credentials == Some("SERVICE_ROLE"),
        "Environment.RegistryCredential",
        "needs SERVICE_ROLE as the ImagePullCredentialsType",
    );
    let names = environment.environment_variables.iter();
    let names: Vec<_> = names.map(|variable| &variable.name).collect();
    if let Some([twice, _]) = names.array_windows().find(|[one, other]| one == other) {
        checks.refuse(
            "Environment.EnvironmentVariables",
            format!("has `{twice}` twice"),
        );
    }
}
