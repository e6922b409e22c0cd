//! Pipelines from the SDK's types to the model's.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_codepipeline::types::{
    ActionDeclaration as SdkAction, ArtifactStore as SdkStore, Condition as SdkCondition,
    ExecutionMode as SdkMode, GitBranchFilterCriteria, GitConfiguration as SdkGit,
    GitFilePathFilterCriteria, GitPullRequestFilter, GitPushFilter, GitTagFilterCriteria,
    InputArtifact, OutputArtifact as SdkOutput, PipelineDeclaration,
    PipelineTriggerDeclaration as SdkTrigger, PipelineType as SdkType, Result as SdkResult,
    RetryConfiguration as SdkRetry, RuleDeclaration as SdkRule, StageDeclaration as SdkStage,
    StageRetryMode,
};
use engine::DriverError;
use model::types::codepipeline::{
    ActionDeclaration, ActionTypeId, Artifact, ArtifactStore, ArtifactStoreMap,
    BeforeEntryConditions, Condition, ConditionResult, EncryptionKey, EnvironmentVariable,
    FailureConditions, Filter, GitConfiguration, OutputArtifact, Pipeline,
    PipelineTriggerDeclaration, PipelineType, PullRequestFilter, PushFilter, RetryConfiguration,
    RuleDeclaration, RuleTypeId, StageDeclaration, SuccessConditions, VariableDeclaration,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Properties;

/// The properties of a live pipeline.
///
/// # Errors
/// [`DriverError::Internal`] if it has a value that CodePipeline did not know when this was written.
pub(super) fn properties(live: &PipelineDeclaration) -> Result<Properties, DriverError> {
    let stores = live.artifact_stores().into_iter().flatten();
    let variables = live.variables().iter();
    Ok(Pipeline {
        name: live.name.clone(),
        role_arn: live.role_arn.clone(),
        // A pipeline that is older than the types has none.
        pipeline_type: known(live.pipeline_type().map(SdkType::as_str))?
            .unwrap_or(PipelineType::V1),
        execution_mode: known(live.execution_mode().map(SdkMode::as_str))?,
        artifact_store: live.artifact_store().map(store),
        artifact_stores: stores
            .map(|(region, of)| ArtifactStoreMap {
                region: region.clone(),
                artifact_store: store(of),
            })
            .collect(),
        stages: live.stages().iter().map(stage).collect::<Result<_, _>>()?,
        triggers: live
            .triggers()
            .iter()
            .map(trigger)
            .collect::<Result<_, _>>()?,
        variables: variables
            .map(|of| VariableDeclaration {
                name: of.name.clone(),
                default_value: of.default_value.clone(),
                description: of.description.clone().filter(|text| !text.is_empty()),
            })
            .collect(),
    })
}

/// A value of an enumeration, whose members the model names as CodePipeline does.
fn known<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, DriverError> {
    let value = text.map(|text| {
        let value = serde_json::from_value(Value::from(text));
        value.map_err(|_| {
            DriverError::internal(format!(
                "CodePipeline returned `{text}`, which is not known"
            ))
        })
    });
    value.transpose()
}

/// As [`known`], for a member that is always there.
fn required<T: DeserializeOwned>(text: &str) -> Result<T, DriverError> {
    known(Some(text))?.ok_or_else(|| DriverError::internal("a value is missing"))
}

fn store(live: &SdkStore) -> ArtifactStore<String> {
    ArtifactStore {
        kind: live.r#type().as_str().to_owned(),
        location: live.location.clone(),
        encryption_key: live.encryption_key().map(|key| EncryptionKey {
            id: key.id.clone(),
            kind: key.r#type().as_str().to_owned(),
        }),
    }
}

fn stage(live: &SdkStage) -> Result<StageDeclaration<String>, DriverError> {
    let before_entry = live.before_entry().map(|of| {
        let conditions = conditions(of.conditions())?;
        Ok::<_, DriverError>(BeforeEntryConditions { conditions })
    });
    let on_success = live.on_success().map(|of| {
        let conditions = conditions(of.conditions())?;
        Ok::<_, DriverError>(SuccessConditions { conditions })
    });
    let on_failure = live.on_failure().map(|of| {
        let mode = of.retry_configuration().and_then(SdkRetry::retry_mode);
        let mode = known(mode.map(StageRetryMode::as_str))?;
        Ok::<_, DriverError>(FailureConditions {
            result: result(of.result())?,
            retry_configuration: mode.map(|retry_mode| RetryConfiguration { retry_mode }),
            conditions: conditions(of.conditions())?,
        })
    });
    Ok(StageDeclaration {
        name: live.name.clone(),
        actions: live
            .actions()
            .iter()
            .map(action)
            .collect::<Result<_, _>>()?,
        before_entry: before_entry.transpose()?,
        on_success: on_success.transpose()?,
        on_failure: on_failure.transpose()?,
    })
}

fn result(live: Option<&SdkResult>) -> Result<Option<ConditionResult>, DriverError> {
    known(live.map(SdkResult::as_str))
}

fn conditions(live: &[SdkCondition]) -> Result<Vec<Condition<String>>, DriverError> {
    let condition = |of: &SdkCondition| {
        Ok(Condition {
            result: result(of.result())?,
            rules: of.rules().iter().map(rule).collect(),
        })
    };
    live.iter().map(condition).collect()
}

fn rule(live: &SdkRule) -> RuleDeclaration<String> {
    let id = live.rule_type_id();
    RuleDeclaration {
        name: live.name.clone(),
        rule_type_id: RuleTypeId {
            category: id.map_or("", |id| id.category().as_str()).to_owned(),
            owner: id
                .and_then(|id| id.owner())
                .map(|owner| owner.as_str().to_owned()),
            provider: id.map_or("", |id| id.provider()).to_owned(),
            version: id.and_then(|id| id.version.clone()),
        },
        configuration: configuration(live.configuration()),
        commands: live.commands().to_vec(),
        input_artifacts: inputs(live.input_artifacts()),
        role_arn: live.role_arn.clone(),
        region: live.region.clone(),
    }
}

fn configuration(live: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    let settings = live.into_iter().flatten();
    settings
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn inputs(live: &[InputArtifact]) -> Vec<Artifact> {
    live.iter().map(|of| Artifact::new(&of.name)).collect()
}

fn action(live: &SdkAction) -> Result<ActionDeclaration<String>, DriverError> {
    let Some(id) = live.action_type_id() else {
        let name = &live.name;
        return Err(DriverError::internal(format!(
            "CodePipeline returned the action `{name}` without its type"
        )));
    };
    let output = |of: &SdkOutput| OutputArtifact {
        name: of.name.clone(),
        files: of.files().to_vec(),
    };
    let variables = live.environment_variables().iter();
    Ok(ActionDeclaration {
        name: live.name.clone(),
        action_type_id: ActionTypeId {
            category: required(id.category().as_str())?,
            owner: id.owner().as_str().to_owned(),
            provider: id.provider.clone(),
            version: id.version.clone(),
        },
        configuration: configuration(live.configuration()),
        commands: live.commands().to_vec(),
        environment_variables: variables
            .map(|of| EnvironmentVariable {
                name: of.name.clone(),
                value: of.value.clone(),
                kind: of.r#type().map(|kind| kind.as_str().to_owned()),
            })
            .collect(),
        input_artifacts: inputs(live.input_artifacts()),
        output_artifacts: live.output_artifacts().iter().map(output).collect(),
        output_variables: live.output_variables().to_vec(),
        namespace: live.namespace.clone(),
        run_order: live.run_order,
        role_arn: live.role_arn.clone(),
        region: live.region.clone(),
        timeout_in_minutes: live.timeout_in_minutes,
    })
}

fn trigger(live: &SdkTrigger) -> Result<PipelineTriggerDeclaration, DriverError> {
    let Some(git) = live.git_configuration() else {
        return Err(DriverError::internal(
            "CodePipeline returned a trigger without its events",
        ));
    };
    Ok(PipelineTriggerDeclaration {
        provider_type: live.provider_type().as_str().to_owned(),
        git_configuration: events(git)?,
    })
}

fn events(live: &SdkGit) -> Result<GitConfiguration, DriverError> {
    let push = |of: &GitPushFilter| PushFilter {
        branches: of.branches().map(branches),
        file_paths: of.file_paths().map(files),
        tags: of.tags().map(tags),
    };
    let request = |of: &GitPullRequestFilter| {
        let events = of.events().iter().map(|event| required(event.as_str()));
        Ok::<_, DriverError>(PullRequestFilter {
            events: events.collect::<Result<_, _>>()?,
            branches: of.branches().map(branches),
            file_paths: of.file_paths().map(files),
        })
    };
    let requests = live.pull_request().iter().map(request);
    Ok(GitConfiguration {
        source_action_name: live.source_action_name.clone(),
        push: live.push().iter().map(push).collect(),
        pull_request: requests.collect::<Result<_, _>>()?,
    })
}

fn branches(live: &GitBranchFilterCriteria) -> Filter {
    Filter {
        includes: live.includes().to_vec(),
        excludes: live.excludes().to_vec(),
    }
}

fn files(live: &GitFilePathFilterCriteria) -> Filter {
    Filter {
        includes: live.includes().to_vec(),
        excludes: live.excludes().to_vec(),
    }
}

fn tags(live: &GitTagFilterCriteria) -> Filter {
    Filter {
        includes: live.includes().to_vec(),
        excludes: live.excludes().to_vec(),
    }
}
