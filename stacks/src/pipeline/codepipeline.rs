//! The pipeline of a team as `CodePipeline` and `CodeBuild` run it.
//!
//! One build project runs the steps twice: first those that run the team's code, whose result is the
//! artifact `build`, then the last one, which publishes that. With a canary it publishes twice.
//!
//! The previews of pull requests have a project and a pipeline of their own, since a project has one
//! role, and theirs may change no release.

use std::collections::BTreeMap;

use model::types::codebuild::{self, Cache, LogsConfig, Project, ReportGroup};
use model::types::codepipeline::{
    ActionCategory, ActionDeclaration, ActionTypeId, Artifact, ArtifactStore, ConditionResult,
    ExecutionMode, FailureConditions, OutputArtifact, Pipeline, PipelineTriggerDeclaration,
    PipelineType, StageDeclaration,
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
use super::{BUILDS, RELEASES};
use crate::description::{self, System, Team};
use crate::sites::{Site, private_bucket, refuse_without_tls, second_private};

/// The namespace of the source action's variables.
const SOURCE_VARIABLES: &str = "SourceVariables";

/// The artifact of a build, and the name of its stage and action.
const BUILD: &str = "build";

/// The folder in a build's checkout in which `JUnit` files are.
const REPORTS: &str = "frontage-reports";

/// The variable with a canary's percentage.
const CANARY: &str = "FRONTAGE_CANARY";

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
    of_team: (&Team, &description::Pipeline),
    site: &Site,
    shared: &Shared,
) {
    let (team, pipeline) = of_team;
    let Some(source) = source::of(stack, team, pipeline, shared) else {
        return;
    };
    let bucket = private_bucket(stack);
    let artifacts = self::artifacts(stack, bucket, ["artifacts", "artifacts-policy"]);
    let name = stack.physical_name(BUILDS);
    let records = records(stack, system, &name);
    let mut statements = role::releasing(system, site);
    statements.extend(building(&artifacts, &records));
    let role = role::add(stack, system, team, trust(), statements);
    let project = project(stack, ("project", name), system, of_team, &role, &records);
    let requests = source.requests.clone().filter(|_| pipeline.previews);
    let previews = requests.map(|trigger| {
        // A build of a pull request reaches no build of a release.
        let keys = ["preview-artifacts", "preview-artifacts-policy"];
        let bucket = second_private(stack, "previews");
        let artifacts = self::artifacts(stack, bucket, keys);
        let mut statements = role::previewing(system, site);
        statements.extend(building(&artifacts, &records));
        let role = role::preview_role(stack, system, team, trust(), statements);
        let role = stack.add("preview-role", role);
        let named = ("preview-project", stack.physical_name("preview"));
        let parts = Parts {
            name: stack.physical_name("previews"),
            pipeline,
            artifacts,
            project: self::project(stack, named, system, of_team, &role, &records),
        };
        (parts, trigger)
    });
    let parts = Parts {
        name: stack.physical_name(RELEASES),
        pipeline,
        artifacts,
        project,
    };
    let of_previews = previews.iter().map(|(parts, _)| parts);
    let all: Vec<_> = [&parts].into_iter().chain(of_previews).collect();
    let role = pipeline_role(stack, system, &all, &source);
    if let Some((parts, trigger)) = previews {
        let pipeline = previewing(&parts, source.action.clone(), trigger, &role);
        stack.add("preview-pipeline", pipeline);
    }
    let events = source.events.clone();
    let name = stack.add(RELEASES, releasing_pipeline(&parts, source, &role));
    if let Some(pattern) = events {
        start_at(stack, system, &name, pattern);
    }
    stack.output("pipeline", name.name());
}

/// Who uses the roles of builds.
fn trust() -> PolicyDocument {
    PolicyDocument::trust("codebuild.amazonaws.com")
}

/// The bucket of what a run passes from action to action.
fn artifacts(
    stack: &mut StackBuilder<'_>,
    bucket: Bucket,
    [key, policy_key]: [&str; 2],
) -> Handle<Bucket> {
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
        ..bucket
    };
    let bucket = stack.add(key, bucket);
    let policy = BucketPolicy {
        bucket: bucket.name(),
        policy_document: PolicyDocument::new(vec![refuse_without_tls(&bucket)]),
    };
    stack.add(policy_key, policy);
    bucket
}

/// What builds leave for people: the log and the results of the steps and of unit tests.
struct Records {
    logs: Handle<LogGroup>,
    reports: Handle<ReportGroup>,
}

/// Adds the log group and the report group of builds.
fn records(stack: &mut StackBuilder<'_>, system: &System, project: &str) -> Records {
    let logs = LogGroup {
        log_group_name: format!("/aws/codebuild/{project}"),
        retention_in_days: Some(system.pipelines.log_retention_days),
        log_group_class: None,
        kms_key_id: None,
        deletion_protection_enabled: None,
    };
    let reports = ReportGroup::of_tests(stack.physical_name("reports"));
    Records {
        logs: stack.add("logs", logs),
        reports: stack.add("reports", reports),
    }
}

/// What a build needs, whatever it runs. Source of the last: CodeBuild user guide, "Test report permissions".
fn building(artifacts: &Handle<Bucket>, records: &Records) -> [Statement; 3] {
    [
        named_statement(
            "Artifacts",
            &["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            vec![Text::concat([artifacts.arn(), Text::from("/*")])],
        ),
        named_statement(
            "Log",
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            vec![Text::concat([records.logs.arn(), Text::from(":*")])],
        ),
        named_statement(
            "Reports",
            &[
                "codebuild:BatchPutTestCases",
                "codebuild:CreateReport",
                "codebuild:UpdateReport",
            ],
            vec![records.reports.arn()],
        ),
    ]
}

/// Adds a build project, with its key and its name.
fn project(
    stack: &mut StackBuilder<'_>,
    (key, name): (&str, String),
    system: &System,
    (team, pipeline): (&Team, &description::Pipeline),
    role: &Handle<Role>,
    records: &Records,
) -> Handle<Project> {
    let variables = Variables::of(system, team).with_bake(pipeline.canary.as_ref());
    let variables = variables.pairs().chain([("FRONTAGE_REPORTS", REPORTS)]);
    let mut environment =
        codebuild::Environment::new("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", Text::from(IMAGE));
    environment.environment_variables = variables
        .map(|(name, value)| codebuild::EnvironmentVariable::plain(name, Text::from(value)))
        .collect();
    let spec = Text::concat([Text::from(buildspec(team)), shown_in(&records.reports)]);
    let project = Project {
        description: Some(format!("Steps of the pipeline of team {}", team.name)),
        cache: Some(Cache::local(["LOCAL_CUSTOM_CACHE"])),
        logs_config: Some(LogsConfig::of_group(records.logs.name())),
        timeout_in_minutes: Some(TIMEOUT + baking(pipeline).unwrap_or_default()),
        ..Project::of_pipeline(name, role.arn(), Some(spec), environment)
    };
    stack.add(key, project)
}

/// The minutes that a canary bakes.
fn baking(pipeline: &description::Pipeline) -> Option<i32> {
    pipeline.canary.as_ref()?.every
}

/// The part of a buildspec that shows the results of the steps and of unit tests in a group. At least one
/// file has to be there, which the script of the steps writes.
///
/// Source: CodeBuild user guide, "Build specification reference", `reports`.
fn shown_in(group: &Handle<ReportGroup>) -> Text {
    let files = format!(
        "\":\n    files:\n      - \"*.xml\"\n    base-directory: {REPORTS}\n    file-format: JUNITXML\n"
    );
    Text::concat([Text::from("reports:\n  \""), group.arn(), Text::from(files)])
}

/// The role of `CodePipeline` itself. Source: `CodePipeline` User Guide, "Manage the `CodePipeline` service
/// role".
fn pipeline_role(
    stack: &mut StackBuilder<'_>,
    system: &System,
    pipelines: &[&Parts<'_>],
    source: &Sourced,
) -> Handle<Role> {
    let each = |of: &dyn Fn(&Parts<'_>) -> Text| pipelines.iter().map(|parts| of(parts)).collect();
    let mut statements: Vec<Statement> = source.statements.clone();
    statements.extend([
        named_statement(
            "Artifacts",
            &["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            each(&|parts| Text::concat([parts.artifacts.arn(), Text::from("/*")])),
        ),
        named_statement(
            "ArtifactBucket",
            &["s3:GetBucketLocation", "s3:GetBucketVersioning"],
            each(&|parts| parts.artifacts.arn()),
        ),
        named_statement(
            "Build",
            &["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
            each(&|parts| parts.project.arn()),
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

/// The pipeline of releases.
fn releasing_pipeline(parts: &Parts<'_>, source: Sourced, role: &Handle<Role>) -> Pipeline {
    let mut stages = building_stages(parts, source.action);
    stages.extend(releasing(parts));
    Pipeline {
        triggers: source.triggers,
        // The newest commit counts.
        ..pipeline(parts, stages, ExecutionMode::Superseded, role)
    }
}

/// The pipeline of previews, one after the other. Source of the variable: `CodePipeline`
/// User Guide, "Variables reference", `CodeStarSourceConnection`.
fn previewing(
    parts: &Parts<'_>,
    source: ActionDeclaration,
    trigger: PipelineTriggerDeclaration,
    role: &Handle<Role>,
) -> Pipeline {
    let source = ActionDeclaration {
        namespace: Some(SOURCE_VARIABLES.to_owned()),
        ..source
    };
    let name = format!("pr-#{{{SOURCE_VARIABLES}.PullRequestId}}");
    let mut stages = building_stages(parts, source);
    stages.push(publishes(parts, "preview", &[("FRONTAGE_PREVIEW", name)]));
    Pipeline {
        triggers: vec![trigger],
        ..pipeline(parts, stages, ExecutionMode::Queued, role)
    }
}

/// The stages from a source to a build.
fn building_stages(parts: &Parts<'_>, source: ActionDeclaration) -> Vec<StageDeclaration> {
    let before = [Step::Install, Step::Check, Step::Test, Step::Build];
    let build = ActionDeclaration {
        output_artifacts: vec![OutputArtifact::new(BUILD)],
        ..runs(parts, BUILD, SOURCE, &before, &[])
    };
    vec![
        StageDeclaration::new(SOURCE, vec![source]),
        StageDeclaration::new(BUILD, vec![build]),
    ]
}

fn pipeline(
    parts: &Parts<'_>,
    stages: Vec<StageDeclaration>,
    mode: ExecutionMode,
    role: &Handle<Role>,
) -> Pipeline {
    Pipeline {
        name: parts.name.clone(),
        role_arn: role.arn(),
        pipeline_type: PipelineType::V2,
        execution_mode: Some(mode),
        artifact_store: Some(ArtifactStore::s3(parts.artifacts.name())),
        artifact_stores: Vec::new(),
        stages,
        triggers: Vec::new(),
        variables: Vec::new(),
    }
}

/// The stages from a build to all clients.
fn releasing(parts: &Parts<'_>) -> Vec<StageDeclaration> {
    let pipeline = parts.pipeline;
    let canary = pipeline.canary.as_ref();
    let mut variables: Vec<_> = canary
        .map(|canary| (CANARY, canary.percent.to_string()))
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
/// same build again changes nothing. A canary that bakes is not: its alarm may have ended it.
fn publishes(
    parts: &Parts<'_>,
    name: &str,
    variables: &[(&'static str, String)],
) -> StageDeclaration {
    let action = runs(parts, name, BUILD, &[Step::Publish], variables);
    let is_canary = variables.iter().any(|(name, _)| *name == CANARY);
    let bakes = is_canary && baking(parts.pipeline).is_some();
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
