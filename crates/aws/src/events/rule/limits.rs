//! The limits of rules that emulators do not enforce.

use std::collections::BTreeSet;

use model::types::events::Target;

use super::Properties;
use crate::kit::known::{is_known, known_part};
use crate::kit::limits::{Checks, Limit};

const PUT_RULE: &str = "EventBridge API reference, PutRule";
const TARGET: &str = "EventBridge API reference, Target";

/// The most characters of a pattern. Source: EventBridge API reference, `PutRule`.
const PATTERN: usize = 4_096;

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

const NAME: &str = "letters, digits, ., _ and -";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("Name", 1, 64, PUT_RULE),
    Limit::characters("Name", is_name, NAME, PUT_RULE),
    Limit::length("Description", 0, 512, PUT_RULE),
    Limit::length("ScheduleExpression", 0, 256, PUT_RULE),
    Limit::one_of(
        "State",
        &[
            "ENABLED",
            "DISABLED",
            "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
        ],
        PUT_RULE,
    ),
    Limit::count("Targets", 0, 5, "EventBridge API reference, PutTargets"),
    Limit::length("Targets[].Id", 1, 64, TARGET),
    Limit::characters("Targets[].Id", is_name, NAME, TARGET),
    Limit::length("Targets[].Input", 0, 8_192, TARGET),
    Limit::length("Targets[].InputPath", 0, 256, TARGET),
    Limit::count(
        "Targets[].InputTransformer.InputPathsMap",
        0,
        100,
        "EventBridge API reference, InputTransformer",
    ),
    Limit::length(
        "Targets[].InputTransformer.InputTemplate",
        1,
        8_192,
        "EventBridge API reference, InputTransformer",
    ),
    Limit::range(
        "Targets[].RetryPolicy.MaximumEventAgeInSeconds",
        60,
        86_400,
        "EventBridge API reference, RetryPolicy",
    ),
    Limit::range(
        "Targets[].RetryPolicy.MaximumRetryAttempts",
        0,
        185,
        "EventBridge API reference, RetryPolicy",
    ),
];

/// The limits that concern several properties, or a part of one.
pub(super) fn check(rule: &Properties, checks: &mut Checks) {
    check_trigger(rule, checks);
    let mut ids = BTreeSet::new();
    for target in &rule.targets {
        let id = &target.id;
        checks.require(
            !is_known(id) || ids.insert(id),
            "Targets",
            format!("has two members with the id `{id}`"),
        );
        check_input(target, checks);
        check_role(target, checks);
    }
}

/// Source: EventBridge API reference, `PutRule`: a rule has at least one of the two.
fn check_trigger(rule: &Properties, checks: &mut Checks) {
    checks.require(
        rule.event_pattern.is_some() || rule.schedule_expression.is_some(),
        "EventPattern",
        "is required unless there is a ScheduleExpression",
    );
    if let Some(pattern) = &rule.event_pattern {
        let length = known_part(&pattern.to_string()).chars().count();
        checks.require(
            length <= PATTERN,
            "EventPattern",
            format!("has {length} characters; {PATTERN} are allowed"),
        );
        checks.require(
            pattern.as_str().is_some_and(|text| !is_known(text))
                || pattern
                    .as_object()
                    .is_some_and(|members| !members.is_empty()),
            "EventPattern",
            "is not a JSON object with at least one member",
        );
    }
    let schedule = rule.schedule_expression.as_deref().unwrap_or("rate()");
    let is_schedule = |text: &str| {
        let begins = text.starts_with("rate(") || text.starts_with("cron(");
        begins && text.ends_with(')')
    };
    checks.require(
        !is_known(schedule) || is_schedule(schedule),
        "ScheduleExpression",
        format!("is `{schedule}`; rate(…) or cron(…) is allowed"),
    );
}

/// Some targets have no policy that could admit EventBridge. Source of the message that AWS answers
/// with otherwise: awsdocs/aws-codepipeline-user-guide#18.
fn check_role(target: &Target<String>, checks: &mut Checks) {
    let service = target.arn.split(':').nth(2).unwrap_or_default();
    let needs_role = ["codebuild", "codepipeline", "states"].contains(&service);
    checks.require(
        target.role_arn.is_some() || !needs_role,
        "Targets",
        format!("has no RoleArn in `{}`, as {service} requires", target.id),
    );
}

/// Source: EventBridge API reference, `Target`: "`Input`, `InputPath`, or `InputTransformer`" are
/// mutually exclusive, and a constant input is JSON.
fn check_input(target: &Target<String>, checks: &mut Checks) {
    let inputs = [
        target.input.is_some(),
        target.input_path.is_some(),
        target.input_transformer.is_some(),
    ];
    checks.require(
        inputs.into_iter().filter(|given| *given).count() <= 1,
        "Targets",
        format!(
            "has more than one of Input, InputPath and InputTransformer in `{}`",
            target.id
        ),
    );
    let input = target.input.as_deref().unwrap_or("{}");
    checks.require(
        !is_known(input) || serde_json::from_str::<serde_json::Value>(input).is_ok(),
        "Targets",
        format!("has an Input in `{}` that is not JSON", target.id),
    );
}
