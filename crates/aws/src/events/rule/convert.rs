//! Rules between the SDK's types and the model's.

use aws_sdk_eventbridge::operation::describe_rule::DescribeRuleOutput;
use aws_sdk_eventbridge::types::{
    DeadLetterConfig as SdkDeadLetterConfig, InputTransformer as SdkInputTransformer,
    RetryPolicy as SdkRetryPolicy, RuleState, Target as SdkTarget,
};
use engine::DriverError;
use model::types::events::{DeadLetterConfig, InputTransformer, RetryPolicy, Rule, Target};
use serde_json::Value;

use super::Properties;

/// The properties of a rule. A pattern that is no JSON is a text, which differs from any pattern.
pub(super) fn properties(
    name: &str,
    described: &DescribeRuleOutput,
    targets: Vec<SdkTarget>,
) -> Properties {
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let pattern = given(described.event_pattern());
    Rule {
        name: name.to_owned(),
        description: given(described.description()),
        event_pattern: pattern
            .map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text))),
        schedule_expression: given(described.schedule_expression()),
        state: given(described.state().map(RuleState::as_str)),
        role_arn: given(described.role_arn()),
        targets: targets.into_iter().map(target).collect(),
    }
}

fn target(found: SdkTarget) -> Target<String> {
    let transformer = |of: SdkInputTransformer| InputTransformer {
        input_paths_map: of.input_paths_map.unwrap_or_default().into_iter().collect(),
        input_template: of.input_template,
    };
    let retries = |of: SdkRetryPolicy| RetryPolicy {
        maximum_event_age_in_seconds: of.maximum_event_age_in_seconds,
        maximum_retry_attempts: of.maximum_retry_attempts,
    };
    let dead_letters = found.dead_letter_config.and_then(|of| of.arn);
    Target {
        id: found.id,
        arn: found.arn,
        role_arn: found.role_arn,
        input: found.input,
        input_path: found.input_path,
        input_transformer: found.input_transformer.map(transformer),
        dead_letter_config: dead_letters.map(|arn| DeadLetterConfig { arn }),
        retry_policy: found.retry_policy.map(retries),
    }
}

/// A target in the form of the calls.
pub(super) fn sdk_target(desired: &Target<String>) -> Result<SdkTarget, DriverError> {
    let incomplete = |error| DriverError::internal(format!("a target is incomplete ({error})"));
    let transformer = desired.input_transformer.as_ref().map(|of| {
        let paths = of.input_paths_map.clone().into_iter().collect();
        SdkInputTransformer::builder()
            .set_input_paths_map(Some(paths))
            .input_template(&of.input_template)
            .build()
    });
    let dead_letters = desired.dead_letter_config.as_ref();
    let dead_letters = dead_letters.map(|of| SdkDeadLetterConfig::builder().arn(&of.arn).build());
    let retries = desired.retry_policy.as_ref().map(|of| {
        SdkRetryPolicy::builder()
            .set_maximum_event_age_in_seconds(of.maximum_event_age_in_seconds)
            .set_maximum_retry_attempts(of.maximum_retry_attempts)
            .build()
    });
    SdkTarget::builder()
        .id(&desired.id)
        .arn(&desired.arn)
        .set_role_arn(desired.role_arn.clone())
        .set_input(desired.input.clone())
        .set_input_path(desired.input_path.clone())
        .set_input_transformer(transformer.transpose().map_err(incomplete)?)
        .set_dead_letter_config(dead_letters)
        .set_retry_policy(retries)
        .build()
        .map_err(incomplete)
}

/// States the defaults of a target.
pub(super) fn normalise(target: &mut Target<String>) {
    if let Some(retries) = &mut target.retry_policy {
        let age = *retries.maximum_event_age_in_seconds.get_or_insert(86_400);
        let attempts = *retries.maximum_retry_attempts.get_or_insert(185);
        target
            .retry_policy
            .take_if(|_| (age, attempts) == (86_400, 185));
    }
}
