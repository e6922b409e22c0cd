//! A function and the resources that it needs to run.

use std::collections::BTreeMap;

use model::types::iam::{Policy, PolicyDocument, Role, Statement};
use model::types::lambda::{
    Code, Environment, EphemeralStorage, Function, LoggingConfig, TracingConfig, TracingMode,
};
use model::types::logs::LogGroup;
use model::{Handle, Pseudo, StackBuilder, Text};

use crate::artifacts::Sources;
use crate::description::Functions;

/// Adds functions, each with a log group and a role.
pub(crate) struct Builder<'s, 'g> {
    pub(crate) stack: &'s mut StackBuilder<'g>,
    pub(crate) settings: &'s Functions,
    pub(crate) code: &'s Sources,
}

pub(crate) struct FunctionParts<'a> {
    pub(crate) name: &'a str,
    pub(crate) code: &'a str,
    pub(crate) description: &'a str,
    pub(crate) timeout: i32,
    pub(crate) environment: BTreeMap<String, Text>,
    pub(crate) statements: Vec<Statement>,
}

impl Builder<'_, '_> {
    pub(crate) fn function(&mut self, parts: FunctionParts<'_>) -> Handle<Function> {
        let FunctionParts {
            name,
            code,
            description,
            timeout,
            environment,
            statements,
        } = parts;
        let log_group = self.log_group(name);
        let role = self.role(name, &log_group, statements);
        let function = Function {
            function_name: self.stack.physical_name(name),
            description: Some(description.to_owned()),
            role: role.arn(),
            runtime: "provided.al2023".to_owned(),
            handler: "bootstrap".to_owned(),
            code: Code {
                source: code.to_owned(),
            },
            architectures: vec![self.settings.architecture.as_str().to_owned()],
            memory_size: Some(self.settings.memory_mb),
            timeout: Some(timeout),
            environment: Some(Environment {
                variables: environment,
            }),
            reserved_concurrent_executions: self.settings.reserved_concurrency,
            tracing_config: Some(TracingConfig {
                mode: self.tracing(),
            }),
            logging_config: Some(LoggingConfig {
                log_group: Some(log_group.name()),
                log_format: Some("JSON".to_owned()),
                application_log_level: Some(self.settings.log_level.as_str().to_uppercase()),
                system_log_level: Some("WARN".to_owned()),
            }),
            ephemeral_storage: Some(EphemeralStorage { size: 512 }),
            layers: Vec::new(),
            dead_letter_config: None,
            kms_key_arn: self.settings.kms_key.clone().map(Text::Known),
        };
        self.stack.add(name, function)
    }

    fn tracing(&self) -> TracingMode {
        if self.settings.tracing {
            TracingMode::Active
        } else {
            TracingMode::PassThrough
        }
    }

    fn log_group(&mut self, function: &str) -> Handle<LogGroup> {
        let group = LogGroup {
            log_group_name: format!("/aws/lambda/{}", self.stack.physical_name(function)),
            retention_in_days: Some(self.settings.log_retention_days),
            log_group_class: self.settings.log_class,
            kms_key_id: self.settings.kms_key.clone().map(Text::Known),
            deletion_protection_enabled: self.settings.log_deletion_protection,
        };
        self.stack.add(&format!("{function}-logs"), group)
    }

    /// A role for one function only. It cannot create log groups, so a deleted one stays deleted.
    fn role(
        &mut self,
        function: &str,
        log_group: &Handle<LogGroup>,
        statements: Vec<Statement>,
    ) -> Handle<Role> {
        let streams = Text::concat([log_group.arn(), Text::from(":*")]);
        let mut statements = statements;
        statements.push(Statement::allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            vec![streams],
        ));
        if self.settings.tracing {
            // X-Ray has no resources to restrict these to.
            let actions = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];
            statements.push(Statement::allow(actions, vec![Text::from("*")]));
        }
        // Lambda's own grant is for the role that the function was created with.
        statements.extend(use_of_key(
            self.settings.kms_key.as_deref(),
            &["kms:Decrypt"],
        ));
        let role = Role {
            role_name: self.stack.account_wide_name(function),
            path: self.settings.role_path.clone(),
            description: Some(format!("Permissions of the function {function}")),
            assume_role_policy_document: PolicyDocument::trust("lambda.amazonaws.com"),
            managed_policy_arns: Vec::new(),
            policies: vec![Policy {
                policy_name: "function".to_owned(),
                policy_document: PolicyDocument::new(statements),
            }],
            max_session_duration: Some(3600),
            permissions_boundary: self.settings.permissions_boundary.clone().map(Text::Known),
        };
        self.stack.add(&format!("{function}-role"), role)
    }
}

/// The address at which API Gateway invokes a function.
pub(crate) fn invocation_uri(function: &Handle<Function>) -> Text {
    Text::concat([
        Text::from("arn:"),
        Pseudo::Partition.into(),
        Text::from(":apigateway:"),
        Pseudo::Region.into(),
        Text::from(":lambda:path/2015-03-31/functions/"),
        function.arn(),
        Text::from("/invocations"),
    ])
}

/// The permission to use a KMS key, if there is one.
pub(crate) fn use_of_key(key: Option<&str>, actions: &[&str]) -> Option<Statement> {
    let key = Text::from(key?);
    Some(Statement::allow(actions.iter().copied(), vec![key]))
}
