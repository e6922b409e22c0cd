//! Pipelines from the model's types to the SDK's.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use aws_sdk_codepipeline::types::{
    self as aws, ActionCategory, ActionOwner, ArtifactStoreType, EncryptionKeyType,
    EnvironmentVariableType, GitBranchFilterCriteria, GitFilePathFilterCriteria,
    GitPullRequestEventType, GitPullRequestFilter, GitPushFilter, GitTagFilterCriteria,
    InputArtifact, PipelineDeclaration, PipelineTriggerProviderType, PipelineVariableDeclaration,
    RuleCategory, RuleOwner, StageRetryMode,
};
use engine::DriverError;
use model::types::codepipeline::{
    ActionDeclaration, ActionTypeId, Artifact, ArtifactStore, Condition, ConditionResult,
    EncryptionKey, EnvironmentVariable, FailureConditions, Filter, GitConfiguration,
    OutputArtifact, PipelineTriggerDeclaration, PullRequestFilter, PushFilter, RetryConfiguration,
    RuleDeclaration, RuleTypeId, StageDeclaration, VariableDeclaration,
};
use serde::Serialize;

use super::Properties;

/// What the SDK's builders make, which fail only if a required member is missing.
fn built<T>(made: Result<T, impl Display>) -> Result<T, DriverError> {
    made.map_err(|error| {
        DriverError::internal(format!("a part of a pipeline is incomplete ({error})"))
    })
}

/// The members of a list; `None` for an empty one.
fn each<T, U>(
    list: &[T],
    convert: impl Fn(&T) -> Result<U, DriverError>,
) -> Result<Option<Vec<U>>, DriverError> {
    let members = list.iter().map(convert).collect::<Result<Vec<_>, _>>()?;
    Ok(some(members))
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// The name of a member of an enumeration, which is CodePipeline's.
fn named(value: &impl Serialize) -> Result<String, DriverError> {
    let name = serde_json::to_value(value).ok();
    let name = name.as_ref().and_then(serde_json::Value::as_str);
    name.map(str::to_owned)
        .ok_or_else(|| DriverError::internal("a member of an enumeration has no name"))
}

/// The whole pipeline, as the calls that create and change one take it.
pub(super) fn pipeline(desired: &Properties) -> Result<PipelineDeclaration, DriverError> {
    let mode = desired.execution_mode.as_ref().map(named).transpose()?;
    let stores = desired.artifact_stores.iter();
    let stores = stores.map(|of| Ok((of.region.clone(), store(&of.artifact_store)?)));
    let stores = stores.collect::<Result<HashMap<_, _>, DriverError>>()?;
    let declaration = PipelineDeclaration::builder()
        .name(&desired.name)
        .role_arn(&desired.role_arn)
        .pipeline_type(aws::PipelineType::from(&*named(&desired.pipeline_type)?))
        .set_execution_mode(mode.as_deref().map(aws::ExecutionMode::from))
        .set_artifact_store(desired.artifact_store.as_ref().map(store).transpose()?)
        .set_artifact_stores((!stores.is_empty()).then_some(stores))
        .set_stages(each(&desired.stages, stage)?)
        .set_triggers(each(&desired.triggers, trigger)?)
        .set_variables(each(&desired.variables, variable)?);
    built(declaration.build())
}

fn store(store: &ArtifactStore<String>) -> Result<aws::ArtifactStore, DriverError> {
    let key = |of: &EncryptionKey<String>| {
        let key = aws::EncryptionKey::builder().id(&of.id);
        built(key.r#type(EncryptionKeyType::from(&*of.kind)).build())
    };
    let key = store.encryption_key.as_ref().map(key).transpose()?;
    let store = aws::ArtifactStore::builder()
        .r#type(ArtifactStoreType::from(&*store.kind))
        .location(&store.location)
        .set_encryption_key(key);
    built(store.build())
}

fn variable(
    variable: &VariableDeclaration<String>,
) -> Result<PipelineVariableDeclaration, DriverError> {
    let variable = PipelineVariableDeclaration::builder()
        .name(&variable.name)
        .set_default_value(variable.default_value.clone())
        .set_description(variable.description.clone());
    built(variable.build())
}

fn stage(stage: &StageDeclaration<String>) -> Result<aws::StageDeclaration, DriverError> {
    let before_entry = stage.before_entry.as_ref().map(|of| {
        let conditions = each(&of.conditions, condition)?;
        built(
            aws::BeforeEntryConditions::builder()
                .set_conditions(conditions)
                .build(),
        )
    });
    let on_success = stage.on_success.as_ref().map(|of| {
        let conditions = each(&of.conditions, condition)?;
        built(
            aws::SuccessConditions::builder()
                .set_conditions(conditions)
                .build(),
        )
    });
    let stage = aws::StageDeclaration::builder()
        .name(&stage.name)
        .set_actions(each(&stage.actions, action)?)
        .set_before_entry(before_entry.transpose()?)
        .set_on_success(on_success.transpose()?)
        .set_on_failure(stage.on_failure.as_ref().map(failure).transpose()?);
    built(stage.build())
}

fn failure(failure: &FailureConditions<String>) -> Result<aws::FailureConditions, DriverError> {
    let retry = failure.retry_configuration.map(|of: RetryConfiguration| {
        let mode = StageRetryMode::from(&*named(&of.retry_mode)?);
        Ok::<_, DriverError>(aws::RetryConfiguration::builder().retry_mode(mode).build())
    });
    let conditions = aws::FailureConditions::builder()
        .set_result(result(failure.result)?)
        .set_retry_configuration(retry.transpose()?)
        .set_conditions(each(&failure.conditions, condition)?);
    Ok(conditions.build())
}

fn result(result: Option<ConditionResult>) -> Result<Option<aws::Result>, DriverError> {
    let name = result.as_ref().map(named).transpose()?;
    Ok(name.as_deref().map(aws::Result::from))
}

fn condition(condition: &Condition<String>) -> Result<aws::Condition, DriverError> {
    let made = aws::Condition::builder().set_result(result(condition.result)?);
    Ok(made.set_rules(each(&condition.rules, rule)?).build())
}

fn rule(rule: &RuleDeclaration<String>) -> Result<aws::RuleDeclaration, DriverError> {
    let rule = aws::RuleDeclaration::builder()
        .name(&rule.name)
        .rule_type_id(rule_type(&rule.rule_type_id)?)
        .set_configuration(configuration(&rule.configuration))
        .set_commands(some(rule.commands.clone()))
        .set_input_artifacts(each(&rule.input_artifacts, input)?)
        .set_role_arn(rule.role_arn.clone())
        .set_region(rule.region.clone());
    built(rule.build())
}

fn rule_type(id: &RuleTypeId) -> Result<aws::RuleTypeId, DriverError> {
    let id = aws::RuleTypeId::builder()
        .category(RuleCategory::from(&*id.category))
        .set_owner(id.owner.as_deref().map(RuleOwner::from))
        .provider(&id.provider)
        .set_version(id.version.clone());
    built(id.build())
}

fn configuration(settings: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!settings.is_empty()).then(|| settings.clone().into_iter().collect())
}

fn input(artifact: &Artifact) -> Result<InputArtifact, DriverError> {
    built(InputArtifact::builder().name(&artifact.name).build())
}

fn output(artifact: &OutputArtifact) -> Result<aws::OutputArtifact, DriverError> {
    let output = aws::OutputArtifact::builder().name(&artifact.name);
    built(output.set_files(some(artifact.files.clone())).build())
}

fn action(action: &ActionDeclaration<String>) -> Result<aws::ActionDeclaration, DriverError> {
    let action = aws::ActionDeclaration::builder()
        .name(&action.name)
        .action_type_id(action_type(&action.action_type_id)?)
        .set_run_order(action.run_order)
        .set_configuration(configuration(&action.configuration))
        .set_commands(some(action.commands.clone()))
        .set_environment_variables(each(&action.environment_variables, environment)?)
        .set_input_artifacts(each(&action.input_artifacts, input)?)
        .set_output_artifacts(each(&action.output_artifacts, output)?)
        .set_output_variables(some(action.output_variables.clone()))
        .set_namespace(action.namespace.clone())
        .set_role_arn(action.role_arn.clone())
        .set_region(action.region.clone())
        .set_timeout_in_minutes(action.timeout_in_minutes);
    built(action.build())
}

fn action_type(id: &ActionTypeId) -> Result<aws::ActionTypeId, DriverError> {
    let id = aws::ActionTypeId::builder()
        .category(ActionCategory::from(&*named(&id.category)?))
        .owner(ActionOwner::from(&*id.owner))
        .provider(&id.provider)
        .version(&id.version);
    built(id.build())
}

fn environment(
    variable: &EnvironmentVariable<String>,
) -> Result<aws::EnvironmentVariable, DriverError> {
    let kind = variable.kind.as_deref().map(EnvironmentVariableType::from);
    let made = aws::EnvironmentVariable::builder()
        .name(&variable.name)
        .value(&variable.value);
    built(made.set_type(kind).build())
}

fn trigger(
    trigger: &PipelineTriggerDeclaration,
) -> Result<aws::PipelineTriggerDeclaration, DriverError> {
    let provider = PipelineTriggerProviderType::from(&*trigger.provider_type);
    let made = aws::PipelineTriggerDeclaration::builder().provider_type(provider);
    built(
        made.git_configuration(events(&trigger.git_configuration)?)
            .build(),
    )
}

fn events(git: &GitConfiguration) -> Result<aws::GitConfiguration, DriverError> {
    let git = aws::GitConfiguration::builder()
        .source_action_name(&git.source_action_name)
        .set_push(some(git.push.iter().map(push).collect()))
        .set_pull_request(each(&git.pull_request, request)?);
    built(git.build())
}

fn push(push: &PushFilter) -> GitPushFilter {
    let tags = push.tags.as_ref().map(|of| {
        GitTagFilterCriteria::builder()
            .set_includes(some(of.includes.clone()))
            .set_excludes(some(of.excludes.clone()))
            .build()
    });
    GitPushFilter::builder()
        .set_branches(push.branches.as_ref().map(branches))
        .set_file_paths(push.file_paths.as_ref().map(files))
        .set_tags(tags)
        .build()
}

fn request(request: &PullRequestFilter) -> Result<GitPullRequestFilter, DriverError> {
    let events = each(&request.events, |event| {
        Ok(GitPullRequestEventType::from(&*named(event)?))
    })?;
    Ok(GitPullRequestFilter::builder()
        .set_events(events)
        .set_branches(request.branches.as_ref().map(branches))
        .set_file_paths(request.file_paths.as_ref().map(files))
        .build())
}

fn branches(filter: &Filter) -> GitBranchFilterCriteria {
    GitBranchFilterCriteria::builder()
        .set_includes(some(filter.includes.clone()))
        .set_excludes(some(filter.excludes.clone()))
        .build()
}

fn files(filter: &Filter) -> GitFilePathFilterCriteria {
    GitFilePathFilterCriteria::builder()
        .set_includes(some(filter.includes.clone()))
        .set_excludes(some(filter.excludes.clone()))
        .build()
}
