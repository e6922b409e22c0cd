//! The function that wakes toggles at the edges of their windows and rollouts, and what invokes it: the
//! history's stream, the schedules that it makes, and a rule that looks for what was missed.

use std::collections::BTreeMap;

use model::types::events::{Rule, Target};
use model::types::iam::{Policy, PolicyDocument, Principal, Role, Statement, Values};
use model::types::lambda::Permission;
use model::types::s3::{Bucket, BucketPolicy};
use model::types::scheduler::ScheduleGroup;
use model::{Handle, Pseudo, Text};
use toggle_contract::{
    CLOCK_ARN, DEAD_LETTERS_ARN, FLAGS, FLAGS_BUCKET, NAMES, SCHEDULE_GROUP, SCHEDULES_ROLE_ARN,
    TOGGLES_TABLE,
};

use super::history::CHANGES;
use super::posting::private;
use super::tables::Tables;
use crate::description::System;
use crate::function::{Builder, use_of_key};
use crate::sites::{private_bucket, refuse_without_tls};
use crate::stream::{Streamed, Streaming, dead_letters_name, stream_function};

/// Who makes the wake-ups.
const SCHEDULER: &str = "scheduler.amazonaws.com";

/// What the rule passes to the function.
const SWEEP: &str = r#"{"sweep":true}"#;

/// How often the rule looks for what was missed. Nothing waits for it: schedules wake toggles.
const EVERY: &str = "rate(1 day)";

/// The function and what it needs. It is the second reader of the history's stream. `flags`: the bucket of the
/// file for servers.
pub(super) fn toggle_clock(
    builder: &mut Builder<'_, '_>,
    system: &System,
    tables: &Tables,
    flags: Option<&Handle<Bucket>>,
) -> Streamed {
    let group = ScheduleGroup {
        name: builder.stack.physical_name("schedules"),
    };
    let group = builder.stack.add("schedules", group);
    // By their names, since the function refers to the role, and the role to them.
    let name = builder.stack.physical_name(NAMES.toggle_clock);
    let function = Text::regional_arn("lambda", [Text::from(format!("function:{name}"))]);
    let letters = dead_letters_name(NAMES.toggle_clock);
    let letters = Text::from(builder.stack.physical_name(&letters));
    let letters = Text::regional_arn("sqs", [letters]);
    let role = waking(builder, system, &group, &function, &letters);
    let schedules = [Text::from("schedule/"), group.name(), Text::from("/*")];
    let schedules = Text::regional_arn("scheduler", schedules);
    let writes = [
        "scheduler:CreateSchedule",
        "scheduler:DeleteSchedule",
        "scheduler:UpdateSchedule",
    ];
    let reads_and_wakes = ["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem"];
    let mut parts = Streaming {
        name: NAMES.toggle_clock,
        code: &builder.code.toggle_clock,
        description: "Wakes toggles at the edges of their windows and rollouts",
        source: &tables.history,
        pattern: Some(CHANGES),
        parallel_batches: 1,
        statements: vec![
            Statement::allow(reads_and_wakes, vec![tables.toggles.arn()]),
            Statement::allow(writes, vec![schedules]),
            // The action has no resource type to restrict it to.
            Statement::allow(["scheduler:ListSchedules"], vec![Text::from("*")]),
            passing(&role),
        ],
        environment: BTreeMap::from([
            (TOGGLES_TABLE.to_owned(), tables.toggles.name()),
            (SCHEDULE_GROUP.to_owned(), group.name()),
            (SCHEDULES_ROLE_ARN.to_owned(), role.arn()),
            (CLOCK_ARN.to_owned(), function),
            (DEAD_LETTERS_ARN.to_owned(), letters),
        ]),
    };
    if let Some(bucket) = flags {
        let file = Text::concat([bucket.arn(), Text::from(format!("/{FLAGS}"))]);
        parts
            .statements
            .push(Statement::allow(["s3:PutObject"], vec![file]));
        parts
            .environment
            .insert(FLAGS_BUCKET.to_owned(), bucket.name());
        parts.environment.extend(private(&system.toggles));
    }
    let clock = stream_function(builder, &system.toggles, parts);
    sweep(builder, &clock);
    clock
}

/// The bucket of the file for servers, if there is to be one: private, and no site's.
pub(super) fn flags(builder: &mut Builder<'_, '_>, system: &System) -> Option<Handle<Bucket>> {
    system.toggles.servers.then(|| {
        let bucket = private_bucket(builder.stack);
        let bucket = builder.stack.add("flags", bucket);
        let policy = BucketPolicy {
            bucket: bucket.name(),
            policy_document: PolicyDocument::new(vec![refuse_without_tls(&bucket)]),
        };
        builder.stack.add("flags-policy", policy);
        bucket
    })
}

/// The rule, and the permission to invoke the function for it alone.
fn sweep(builder: &mut Builder<'_, '_>, clock: &Streamed) {
    let target = Target {
        input: Some(Text::from(SWEEP)),
        ..Target::new(NAMES.toggle_clock, clock.function.arn())
    };
    let rule = Rule {
        name: builder.stack.physical_name("toggle-clock-sweep"),
        description: Some("Looks for toggles that were not woken".to_owned()),
        schedule_expression: Some(EVERY.to_owned()),
        targets: vec![target],
        ..Rule::default()
    };
    let rule = builder.stack.add("toggle-clock-sweep", rule);
    let permission = Permission {
        function_name: clock.function.name(),
        action: "lambda:InvokeFunction".to_owned(),
        principal: "events.amazonaws.com".to_owned(),
        source_arn: Some(rule.arn()),
        source_account: None,
    };
    builder
        .stack
        .add("toggle-clock-sweep-permission", permission);
}

/// The role by which schedules of the group invoke the function, and store what they could not.
fn waking(
    builder: &mut Builder<'_, '_>,
    system: &System,
    group: &Handle<ScheduleGroup>,
    function: &Text,
    letters: &Text,
) -> Handle<Role> {
    let mut statements = vec![
        Statement::allow(["lambda:InvokeFunction"], vec![function.clone()]),
        Statement::allow(["sqs:SendMessage"], vec![letters.clone()]),
    ];
    let key = system.toggles.kms_key.as_deref();
    let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
    statements.extend(use_of_key(key, &actions));
    let role = Role {
        role_name: builder.stack.account_wide_name("schedules"),
        path: builder.settings.role_path.clone(),
        description: Some("By which schedules wake toggles".to_owned()),
        assume_role_policy_document: trust(group),
        managed_policy_arns: Vec::new(),
        policies: vec![Policy {
            policy_name: "schedules".to_owned(),
            policy_document: PolicyDocument::new(statements),
        }],
        max_session_duration: Some(3600),
        permissions_boundary: builder
            .settings
            .permissions_boundary
            .clone()
            .map(Text::Known),
    };
    builder.stack.add("schedules-role", role)
}

/// Scheduler may assume the role for the schedules of the group alone. Source: the user guide of
/// `EventBridge` Scheduler, `Confused deputy prevention`.
fn trust(group: &Handle<ScheduleGroup>) -> PolicyDocument {
    let service = Values(vec![Text::from(SCHEDULER)]);
    let source = BTreeMap::from([
        (
            "aws:SourceAccount".to_owned(),
            Values(vec![Pseudo::AccountId.into()]),
        ),
        ("aws:SourceArn".to_owned(), Values(vec![group.arn()])),
    ]);
    PolicyDocument::new(vec![Statement {
        principal: Some(Principal::Of(BTreeMap::from([(
            "Service".to_owned(),
            service,
        )]))),
        condition: BTreeMap::from([("StringEquals".to_owned(), source)]),
        ..Statement::allow(["sts:AssumeRole"], Vec::new())
    }])
}

/// The permission to give schedules the role.
fn passing(role: &Handle<Role>) -> Statement {
    let service = Values(vec![Text::from(SCHEDULER)]);
    let to = BTreeMap::from([("iam:PassedToService".to_owned(), service)]);
    Statement {
        condition: BTreeMap::from([("StringEquals".to_owned(), to)]),
        ..Statement::allow(["iam:PassRole"], vec![role.arn()])
    }
}
