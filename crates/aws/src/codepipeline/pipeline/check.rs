//! The rules of pipelines that concern several properties.
//!
//! Sources: the CodePipeline user guide, "CodePipeline pipeline structure reference", "Configure stage
//! conditions" and "Filter triggers"; botocore's model `codepipeline`.

use std::collections::BTreeSet;

use model::types::codepipeline::{
    ActionCategory, ActionDeclaration, ConditionResult, ExecutionMode, Filter, GitConfiguration,
    PipelineType, StageDeclaration,
};

use super::Properties;
use crate::kit::limits::Checks;

/// The provider of a source with a connection, of which alone there are triggers.
pub(super) const CONNECTION: &str = "CodeStarSourceConnection";

/// The setting of GitHub's first action that contains a secret. Source: CodePipeline user guide, "GitHub
/// (via OAuth app) source action reference".
const TOKEN: &str = "OAuthToken";

/// The most patterns of a filter, and the most characters of one.
const PATTERNS: usize = 8;
const PATTERN: usize = 255;

/// Adds what CodePipeline would refuse.
pub(super) fn check(pipeline: &Properties, checks: &mut Checks) {
    checks.require(
        pipeline.artifact_store.is_some() == pipeline.artifact_stores.is_empty(),
        "ArtifactStore",
        "or ArtifactStores is required, and not both",
    );
    if pipeline.pipeline_type == PipelineType::V1 {
        check_first_type(pipeline, checks);
    }
    let names = pipeline.stages.iter().map(|stage| &*stage.name);
    check_once(names, "Stages", checks);
    for (at, stage) in pipeline.stages.iter().enumerate() {
        check_stage(at, stage, pipeline, checks);
    }
    check_artifacts(pipeline, checks);
    check_triggers(pipeline, checks);
}

/// What only pipelines of the type V2 have.
fn check_first_type(pipeline: &Properties, checks: &mut Checks) {
    let mode = pipeline.execution_mode;
    let has_conditions = |stage: &StageDeclaration<String>| {
        stage.before_entry.is_some() || stage.on_success.is_some() || stage.on_failure.is_some()
    };
    for (property, has) in [
        ("Triggers", !pipeline.triggers.is_empty()),
        ("Variables", !pipeline.variables.is_empty()),
        (
            "ExecutionMode",
            !matches!(mode, None | Some(ExecutionMode::Superseded)),
        ),
        ("Stages", pipeline.stages.iter().any(has_conditions)),
    ] {
        let problem = match property {
            "Stages" => "have conditions, which need the PipelineType V2",
            _ => "needs the PipelineType V2",
        };
        checks.require(!has, property, problem);
    }
}

fn check_once<'n>(names: impl Iterator<Item = &'n str>, property: &str, checks: &mut Checks) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            checks.refuse(property, format!("has `{name}` twice"));
        }
    }
}

fn check_stage(
    at: usize,
    stage: &StageDeclaration<String>,
    pipeline: &Properties,
    checks: &mut Checks,
) {
    let property = format!("Stages[{at}]");
    let actions = format!("{property}.Actions");
    check_once(
        stage.actions.iter().map(|action| &*action.name),
        &actions,
        checks,
    );
    let is_source =
        |of: &ActionDeclaration<String>| of.action_type_id.category == ActionCategory::Source;
    checks.require(
        stage
            .actions
            .iter()
            .all(|action| is_source(action) == (at == 0)),
        &actions,
        "has to be sources in the first stage, and only there",
    );
    for (number, action) in stage.actions.iter().enumerate() {
        checks.require(
            !action.configuration.contains_key(TOKEN),
            &format!("{actions}[{number}].Configuration.{TOKEN}"),
            format!(
                "is a secret, which CodePipeline returns as ****, so that each plan would differ; use a source with \
                 a connection ({CONNECTION})"
            ),
        );
        checks.require(
            action.timeout_in_minutes.is_none()
                || action.action_type_id.category == ActionCategory::Approval,
            &format!("{actions}[{number}].TimeoutInMinutes"),
            "is for approvals only",
        );
    }
    check_conditions(at, &property, stage, checks);
    let rolls_back = rolls_back(stage);
    checks.require(
        !rolls_back || pipeline.execution_mode != Some(ExecutionMode::Parallel),
        "ExecutionMode",
        format!("is PARALLEL, and the stage `{}` is rolled back", stage.name),
    );
}

/// The name of a result, as CodePipeline writes it.
fn named(result: ConditionResult) -> &'static str {
    match result {
        ConditionResult::Fail => "FAIL",
        ConditionResult::Retry => "RETRY",
        ConditionResult::Rollback => "ROLLBACK",
        ConditionResult::Skip => "SKIP",
    }
}

fn rolls_back(stage: &StageDeclaration<String>) -> bool {
    let back = Some(ConditionResult::Rollback);
    let success = stage.on_success.iter().flat_map(|of| &of.conditions);
    let failure = stage.on_failure.iter();
    failure.clone().any(|of| of.result == back)
        || success
            .chain(failure.flat_map(|of| &of.conditions))
            .any(|condition| condition.result == back)
}

/// The first stage is neither rolled back nor entered on conditions, and each kind of condition has
/// results of its own.
fn check_conditions(
    at: usize,
    property: &str,
    stage: &StageDeclaration<String>,
    checks: &mut Checks,
) {
    use ConditionResult::{Fail, Retry, Rollback, Skip};
    checks.require(
        at > 0 || !rolls_back(stage),
        property,
        "is the first stage, which is not rolled back",
    );
    checks.require(
        at > 0 || stage.before_entry.is_none(),
        &format!("{property}.BeforeEntry"),
        "is of the first stage, which has no such condition",
    );
    let before = stage.before_entry.iter().flat_map(|of| &of.conditions);
    let success = stage.on_success.iter().flat_map(|of| &of.conditions);
    let entering = before.map(|of| ("BeforeEntry", of.result, [Fail, Skip]));
    let leaving = success.map(|of| ("OnSuccess", of.result, [Fail, Rollback]));
    for (member, result, allowed) in entering.chain(leaving) {
        checks.require(
            result.is_some_and(|result| allowed.contains(&result)),
            &format!("{property}.{member}"),
            format!(
                "has the result {}; {} is allowed",
                result.map_or("none", named),
                allowed.map(named).join(" or ")
            ),
        );
    }
    if let Some(failure) = &stage.on_failure {
        let retries = failure.result == Some(Retry);
        checks.require(
            failure.retry_configuration.is_none() || retries,
            &format!("{property}.OnFailure.RetryConfiguration"),
            "needs the result RETRY",
        );
    }
}

/// An artifact is made once, before it is read.
fn check_artifacts(pipeline: &Properties, checks: &mut Checks) {
    let mut made = BTreeSet::new();
    for (at, stage) in pipeline.stages.iter().enumerate() {
        let mut actions: Vec<_> = stage.actions.iter().enumerate().collect();
        actions.sort_by_key(|(_, action)| action.run_order);
        for (number, action) in actions {
            let property = format!("Stages[{at}].Actions[{number}]");
            for input in &action.input_artifacts {
                checks.require(
                    made.contains(&*input.name),
                    &format!("{property}.InputArtifacts"),
                    format!("has `{}`, which no action before it makes", input.name),
                );
            }
            for output in &action.output_artifacts {
                checks.require(
                    made.insert(&*output.name),
                    &format!("{property}.OutputArtifacts"),
                    format!("has `{}`, which another action makes", output.name),
                );
            }
        }
    }
}

/// One trigger a source, of a source with a connection (aws/aws-cdk#28694).
fn check_triggers(pipeline: &Properties, checks: &mut Checks) {
    let sources = pipeline.triggers.iter();
    let sources = sources.map(|trigger| &*trigger.git_configuration.source_action_name);
    check_once(sources, "Triggers", checks);
    let actions = pipeline.stages.iter().flat_map(|stage| &stage.actions);
    let connected: BTreeSet<_> = actions
        .filter(|action| action.action_type_id.provider == CONNECTION)
        .map(|action| &*action.name)
        .collect();
    for (at, trigger) in pipeline.triggers.iter().enumerate() {
        let git = &trigger.git_configuration;
        let property = format!("Triggers[{at}].GitConfiguration");
        checks.require(
            connected.contains(&*git.source_action_name),
            &format!("{property}.SourceActionName"),
            format!(
                "is `{}`, which is no source with a connection",
                git.source_action_name
            ),
        );
        check_events(git, &property, checks);
    }
}

/// A push is of tags, or of branches and files (hashicorp/terraform-provider-aws#43105).
fn check_events(git: &GitConfiguration, property: &str, checks: &mut Checks) {
    for (at, push) in git.push.iter().enumerate() {
        let property = format!("{property}.Push[{at}]");
        checks.require(
            push.tags.is_none() || push.branches.is_none() && push.file_paths.is_none(),
            &property,
            "has Tags, and Branches or FilePaths; a push is of tags or of branches",
        );
        for filter in [&push.branches, &push.file_paths, &push.tags] {
            check_filter(filter.as_ref(), &property, checks);
        }
    }
    for (at, request) in git.pull_request.iter().enumerate() {
        let property = format!("{property}.PullRequest[{at}]");
        for filter in [&request.branches, &request.file_paths] {
            check_filter(filter.as_ref(), &property, checks);
        }
    }
}

fn check_filter(filter: Option<&Filter>, property: &str, checks: &mut Checks) {
    let Some(filter) = filter else { return };
    checks.require(
        !(filter.includes.is_empty() && filter.excludes.is_empty()),
        property,
        "has a filter without patterns",
    );
    for patterns in [&filter.includes, &filter.excludes] {
        checks.require(
            patterns.len() <= PATTERNS,
            property,
            format!(
                "has {} patterns of one kind; {PATTERNS} are allowed",
                patterns.len()
            ),
        );
        for pattern in patterns {
            let length = pattern.chars().count();
            checks.require(
                (1..=PATTERN).contains(&length),
                property,
                format!("has a pattern of {length} characters; 1 to {PATTERN} are allowed"),
            );
        }
    }
}
