//! The pipeline of a team as `CodePipeline` and `CodeBuild` run it.
//!
//! One build project runs the steps twice: first those that run the team's code, whose result is the
//! artifact `build`, then the last one, which publishes that. With a canary it publishes twice.

use std::collections::BTreeMap;

use model::types::codebuild::{self, Cache, LogsConfig, Project};
use model::types::codepipeline::{
    ActionCategory, ActionDeclaration, ActionTypeId, Artifact, ArtifactStore, ConditionResult,
    ExecutionMode, FailureConditions, OutputArtifact, Pipeline, PipelineType, StageDeclaration,
};
use model::types::events::{Rule, Target};
use model::types::iam::{PolicyDocument, Role, Statement};
use model::types::logs::LogGroup;
use model::types::s3::{Bucket, BucketPolicy, LifecycleConfiguration, LifecycleRule};
use model::{Handle, StackBuilder, Text};
use serde_json::{Value, json};

use super::buildspec::{STEPS_VARIABLE, buildspec};
use super::role::{self, named_statement};
use super::shared::Shared;
use super::source::{self, SOURCE, Sourced};
use super::steps::{Step, Variables};
use crate::description::{self, System, Team};
use crate::sites::{Site, private_bucket, refuse_without_tls};

/// The artifact of a build, and the name of its stage and action.
const BUILD: &str = "build";

/// Days that artifacts are kept. A stage can be tried again for 7 days at most.
const ARTIFACT_DAYS: i32 = 30;

/// Minutes that a build may take, without the time that a canary bakes.
const TIMEOUT: i32 = 30;

/// The image of builds. It has the AWS CLI and several versions of Node.js.
const IMAGE: &str = "aws/codebuild/amazonlinux-x86_64-standard:5.0";

/// The resources that the pipeline's parts refer to.
struct Parts<'p> {
    name: String,
    pipeline: &'p description::Pipeline,
    artifacts: Handle<Bucket>,
    project: Handle<Project>,
}

/// Adds the resources to the stack.
pub(super) fn add(
    stack: &mut StackBuilder<'_>,
    system: &System,
    (team, pipeline): (&Team, &description::Pipeline),
    site: &Site,
    shared: &Shared,
) {
    let Some(source) = source::of(stack, team, pipeline, shared) else {
        return;
    };
    let artifacts = artifacts(stack);
    let project = project(stack, system, (team, pipeline), site, &artifacts);
    let parts = Parts {
        name: stack.physical_name("pipeline"),
        pipeline,
        artifacts,
        project,
    };
    let role = pipeline_role(stack, system, &parts, &source);
    let events = source.events.clone();
    let name = add_pipeline(stack, &parts, source, &role);
    if let Some(pattern) = events {
        start_at(stack, system, &name, pattern);
    }
    stack.output("pipeline", name.name());
}

/// The bucket of what a run passes from action to action.
fn artifacts(stack: &mut StackBuilder<'_>) -> Handle<Bucket> {
    let expire = LifecycleRule {
        id: Some("expire".to_owned()),
        prefix: Some(String::new()),
        expiration_in_days: Some(ARTIFACT_DAYS),
        ..LifecycleRule::default()
    };
    let bucket = Bucket {
        lifecycle_configuration: Some(LifecycleConfiguration {
            rules: vec![expire],
            transition_default_minimum_object_size: None,
        }),
        ..private_bucket(stack)
    };
    let bucket = stack.add("artifacts", bucket);
    let policy = BucketPolicy {
        bucket: bucket.name(),
        policy_document: PolicyDocument::new(vec![refuse_without_tls(&bucket)]),
    };
    stack.add("artifacts-policy", policy);
    bucket
}

fn project(
    stack: &mut StackBuilder<'_>,
    system: &System,
    (team, pipeline): (&Team, &description::Pipeline),
    site: &Site,
    artifacts: &Handle<Bucket>,
) -> Handle<Project> {
    let name = stack.physical_name("build");
    let logs = LogGroup {
        log_group_name: format!("/aws/codebuild/{name}"),
        retention_in_days: Some(system.pipelines.log_retention_days),
        log_group_class: None,
        kms_key_id: None,
        deletion_protection_enabled: None,
    };
    let logs = stack.add("logs", logs);
    let mut statements = role::releasing(system, site);
    statements.extend([
        named_statement(
            "Artifacts",
            &["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            vec![Text::concat([artifacts.arn(), Text::from("/*")])],
        ),
        named_statement(
            "Log",
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            vec![Text::concat([logs.arn(), Text::from(":*")])],
        ),
    ]);
    let trust = PolicyDocument::trust("codebuild.amazonaws.com");
    let role = role::add(stack, system, team, trust, statements);
    let variables = Variables::of(system, team).with_bake(pipeline.canary.as_ref());
    let mut environment =
        codebuild::Environment::new("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", Text::from(IMAGE));
    environment.environment_variables = variables
        .pairs()
        .map(|(name, value)| codebuild::EnvironmentVariable::plain(name, Text::from(value)))
        .collect();
    let spec = Text::from(buildspec(team));
    let project = Project {
        description: Some(format!("Steps of the pipeline of team {}", team.name)),
        cache: Some(Cache::local(["LOCAL_CUSTOM_CACHE"])),
        logs_config: Some(LogsConfig::of_group(logs.name())),
        timeout_in_minutes: Some(TIMEOUT + baking(pipeline).unwrap_or_default()),
        ..Project::of_pipeline(name, role.arn(), Some(spec), environment)
    };
    stack.add("project", project)
}

/// The minutes that a canary bakes.
fn baking(pipeline: &description::Pipeline) -> Option<i32> {
    pipeline.canary.as_ref()?.every
}

/// The role of `CodePipeline` itself. Source: `CodePipeline` User Guide, "Manage the `CodePipeline` service
/// role".
fn pipeline_role(
    stack: &mut StackBuilder<'_>,
    system: &System,
    parts: &Parts<'_>,
    source: &Sourced,
) -> Handle<Role> {
    let mut statements: Vec<Statement> = source.statements.clone();
    statements.extend([
        named_statement(
            "Artifacts",
            &["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            vec![Text::concat([parts.artifacts.arn(), Text::from("/*")])],
        ),
        named_statement(
            "ArtifactBucket",
            &["s3:GetBucketLocation", "s3:GetBucketVersioning"],
            vec![parts.artifacts.arn()],
        ),
        named_statement(
            "Build",
            &["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
            vec![parts.project.arn()],
        ),
    ]);
    let role = role::named(
        stack,
        system,
        "pipe",
        "Permissions of CodePipeline".to_owned(),
        PolicyDocument::trust("codepipeline.amazonaws.com"),
        statements,
    );
    stack.add("pipeline-role", role)
}

fn add_pipeline(
    stack: &mut StackBuilder<'_>,
    parts: &Parts<'_>,
    source: Sourced,
    role: &Handle<Role>,
) -> Handle<Pipeline> {
    let before = [Step::Install, Step::Check, Step::Test, Step::Build];
    let build = ActionDeclaration {
        output_artifacts: vec![OutputArtifact::new(BUILD)],
        ..runs(parts, BUILD, SOURCE, &before, &[])
    };
    let mut stages = vec![
        StageDeclaration::new(SOURCE, vec![source.action]),
        StageDeclaration::new(BUILD, vec![build]),
    ];
    stages.extend(releasing(parts));
    let pipeline = Pipeline {
        name: parts.name.clone(),
        role_arn: role.arn(),
        pipeline_type: PipelineType::V2,
        // The newest commit counts.
        execution_mode: Some(ExecutionMode::Superseded),
        artifact_store: Some(ArtifactStore::s3(parts.artifacts.name())),
        artifact_stores: Vec::new(),
        stages,
        triggers: source.triggers,
        variables: Vec::new(),
    };
    stack.add("pipeline", pipeline)
}

/// The stages from a build to all clients.
fn releasing(parts: &Parts<'_>) -> Vec<StageDeclaration> {
    let pipeline = parts.pipeline;
    let canary = pipeline.canary.as_ref();
    let mut variables: Vec<_> = canary
        .map(|canary| ("FRONTAGE_CANARY", canary.percent.to_string()))
        .into_iter()
        .collect();
    let bakes = baking(pipeline).is_some();
    // What has baked goes to all clients in the same stage, unless a person lets it.
    if bakes && !pipeline.approval {
        return vec![publishes(parts, "release", &variables)];
    }
    variables.push(("FRONTAGE_HOLD", "1".to_owned()));
    let first = canary.map(|_| publishes(parts, "canary", &variables));
    let approval = pipeline.approval.then(|| {
        let manual = ActionTypeId::aws(ActionCategory::Approval, "Manual");
        let action = ActionDeclaration::new("approval", manual);
        StageDeclaration::new("approval", vec![action])
    });
    let last = Some(publishes(parts, "release", &[]));
    [first, approval, last].into_iter().flatten().collect()
}

/// A stage that publishes the build, to some clients or to all. It is tried again once: to publish the
/// same build again changes nothing. A canary that bakes is not, since its alarm may have ended it.
fn publishes(
    parts: &Parts<'_>,
    name: &str,
    variables: &[(&'static str, String)],
) -> StageDeclaration {
    let action = runs(parts, name, BUILD, &[Step::Publish], variables);
    let bakes = !variables.is_empty() && baking(parts.pipeline).is_some();
    StageDeclaration {
        on_failure: (!bakes).then(|| FailureConditions::from(ConditionResult::Retry)),
        ..StageDeclaration::new(name, vec![action])
    }
}

/// An action that runs some steps on an artifact.
fn runs(
    parts: &Parts<'_>,
    name: &str,
    input: &str,
    steps: &[Step],
    more: &[(&'static str, String)],
) -> ActionDeclaration {
    let steps: Vec<_> = steps.iter().map(|step| step.name()).collect();
    let mut variables = vec![json!({"name": STEPS_VARIABLE, "value": steps.join(" ")})];
    let more = more.iter();
    variables.extend(more.map(|(name, value)| json!({"name": name, "value": value})));
    let configuration = [
        ("ProjectName", parts.project.name()),
        (
            "EnvironmentVariables",
            Text::from(Value::from(variables).to_string()),
        ),
    ];
    ActionDeclaration {
        configuration: configuration
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        input_artifacts: vec![Artifact::new(input)],
        ..ActionDeclaration::new(name, ActionTypeId::aws(ActionCategory::Build, "CodeBuild"))
    }
}

/// Starts the pipeline at events that match a pattern.
fn start_at(
    stack: &mut StackBuilder<'_>,
    system: &System,
    pipeline: &Handle<Pipeline>,
    pattern: Value,
) {
    let start = named_statement(
        "Start",
        &["codepipeline:StartPipelineExecution"],
        vec![pipeline.arn()],
    );
    let role = role::named(
        stack,
        system,
        "rule",
        "Permission to start the pipeline".to_owned(),
        PolicyDocument::trust("events.amazonaws.com"),
        vec![start],
    );
    let role = stack.add("rule-role", role);
    let rule = Rule {
        name: stack.physical_name("rule"),
        description: Some("Starts the pipeline when its source changes".to_owned()),
        event_pattern: Some(pattern),
        targets: vec![Target {
            role_arn: Some(role.arn()),
            ..Target::new("pipeline", pipeline.arn())
        }],
        ..Rule::default()
    };
    stack.add("rule", rule);
}
