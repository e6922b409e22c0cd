//! Rules of CodePipeline.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Refusal;
use crate::call::Call;
use crate::memory::Account;

/// A pipeline has two stages, sources are in the first one alone, and a trigger is of a source with a
/// connection, one each. Sources: hashicorp/terraform-provider-aws#43105 and aws/aws-cdk#28694 for the
/// messages of triggers, moto for that of stages, "CodePipeline pipeline structure reference" in the
/// user guide for the sources, whose message no report quotes.
pub(crate) fn structure(call: &Call, _: &Account) -> Option<Refusal> {
    let operations = ["CreatePipeline", "UpdatePipeline"];
    if call.service != "codepipeline" || !operations.contains(&call.operation.as_str()) {
        return None;
    }
    let sent = call.json();
    let pipeline = &sent["pipeline"];
    let stages = pipeline["stages"].as_array()?;
    let message = few_stages(stages)
        .or_else(|| misplaced_source(stages))
        .or_else(|| wrong_trigger(pipeline, stages))?;
    Some(Refusal::new(400, "InvalidStructureException", message))
}

fn few_stages(stages: &[Value]) -> Option<String> {
    let count = stages.len();
    (count < 2).then(|| {
        format!(
            "Pipeline has only {count} stage(s). There should be a minimum of 2 stages in a pipeline"
        )
    })
}

fn actions(stage: &Value) -> impl Iterator<Item = &Value> {
    stage["actions"].as_array().into_iter().flatten()
}

fn misplaced_source(stages: &[Value]) -> Option<String> {
    let misplaced = |(at, stage): (usize, &Value)| {
        actions(stage).any(|action| (action["actionTypeId"]["category"] == "Source") != (at == 0))
    };
    let found = stages.iter().enumerate().any(misplaced);
    found.then(|| "Source actions have to be in the first stage, and only there".to_owned())
}

fn wrong_trigger(pipeline: &Value, stages: &[Value]) -> Option<String> {
    let connected: BTreeSet<_> = stages
        .iter()
        .flat_map(actions)
        .filter(|action| action["actionTypeId"]["provider"] == "CodeStarSourceConnection")
        .filter_map(|action| action["name"].as_str())
        .collect();
    let triggers = pipeline["triggers"].as_array().into_iter().flatten();
    let mut seen = BTreeSet::new();
    for trigger in triggers {
        let git = &trigger["gitConfiguration"];
        let source = git["sourceActionName"].as_str().unwrap_or_default();
        if !connected.contains(source) || !seen.insert(source) {
            return Some(
                "Triggers for connection must reference a CodeStarSourceConnection action. Note that when you specify a \
                 trigger, you cant specify more than one trigger per source action."
                    .to_owned(),
            );
        }
        let mut pushes = git["push"].as_array().into_iter().flatten();
        let mixed = |push: &Value| {
            push["tags"].is_object()
                && (push["branches"].is_object() || push["filePaths"].is_object())
        };
        if pushes.any(mixed) {
            return Some(
                "The trigger configuration for the source action is not valid. Make sure to choose valid filter \
                 combinations."
                    .to_owned(),
            );
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::operation;
    use crate::memory::Memory;

    fn pipeline() -> Value {
        let action = |name: &str, category: &str, provider: &str| json!({"name": name, "actionTypeId": {"category": category, "provider": provider}});
        json!({
            "stages": [
                {"actions": [action("Source", "Source", "CodeStarSourceConnection")]},
                {"actions": [action("Build", "Build", "CodeBuild")]},
            ],
            "triggers": [{"gitConfiguration": {
                "sourceActionName": "Source",
                "push": [{"branches": {"includes": ["main"]}, "filePaths": {"includes": ["a/**"]}}],
            }}],
        })
    }

    fn refused(pipeline: &Value) -> Option<Refusal> {
        let body = json!({"pipeline": pipeline}).to_string();
        operation("codepipeline", "UpdatePipeline", body).refused(&Memory::default())
    }

    #[test]
    fn a_pipeline_that_aws_takes_passes() {
        assert_eq!(refused(&pipeline()), None);
    }

    #[test]
    fn a_pipeline_that_is_no_pipeline_is_refused() {
        let cases = [
            (
                "/stages",
                json!([pipeline()["stages"][0]]),
                "only 1 stage(s)",
            ),
            (
                "/stages/1/actions/0/actionTypeId/category",
                json!("Source"),
                "first stage",
            ),
            (
                "/stages/0/actions/0/actionTypeId/category",
                json!("Build"),
                "first stage",
            ),
            (
                "/stages/0/actions/0/actionTypeId/provider",
                json!("S3"),
                "must reference",
            ),
            (
                "/triggers",
                json!([pipeline()["triggers"][0], pipeline()["triggers"][0]]),
                "more than one trigger",
            ),
            (
                "/triggers/0/gitConfiguration/push/0",
                json!({"branches": {}, "tags": {}}),
                "valid filter combinations",
            ),
        ];
        for (pointer, value, message) in cases {
            let mut changed = pipeline();
            *changed.pointer_mut(pointer).unwrap() = value;
            let refused = refused(&changed).unwrap();
            assert_eq!(refused.code, "InvalidStructureException");
            assert!(refused.message.contains(message), "{}", refused.message);
        }
    }
}
