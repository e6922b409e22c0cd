//! The limits of functions that emulators do not enforce.

use engine::{DriverError, UNKNOWN};
use model::types::lambda::{Environment, Function, LoggingConfig};

use crate::kit::limits::{Checks, Limit};

const API: &str = "Lambda API reference, CreateFunction";
const QUOTAS: &str = "Lambda developer guide, quotas";
const CONCURRENCY: &str = "Lambda API reference, PutFunctionConcurrency";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("FunctionName", 1, 64, API),
    Limit::characters(
        "FunctionName",
        |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
        "letters, digits, - and _",
        API,
    ),
    Limit::length("Description", 0, 256, API),
    Limit::length("Handler", 1, 128, API),
    Limit::characters(
        "Handler",
        |c| !c.is_whitespace(),
        "characters other than white space",
        API,
    ),
    Limit::count("Architectures", 0, 1, API),
    Limit::one_of("Architectures[]", &["x86_64", "arm64"], API),
    Limit::range("MemorySize", 128, 10_240, API),
    Limit::range("Timeout", 1, 900, API),
    Limit::range(
        "ReservedConcurrentExecutions",
        0,
        i32::MAX as i64,
        CONCURRENCY,
    ),
    Limit::one_of("LoggingConfig.LogFormat", &["Text", "JSON"], API),
    Limit::range("EphemeralStorage.Size", 512, 10_240, API),
    Limit::count("Layers", 0, 5, QUOTAS),
];

/// The largest zip that is sent in the call itself: 50 MB. Source: the Lambda quotas page.
const LARGEST_ZIP: usize = 50 * 1024 * 1024;

/// The largest environment, names and values together: 4 KB. Source: the Lambda quotas page.
const LARGEST_ENVIRONMENT: usize = 4 * 1024;

/// Variables that Lambda sets itself. Source: the Lambda developer guide, "reserved environment
/// variables".
const RESERVED_VARIABLES: [&str; 16] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

pub(super) fn check(function: &Function<String>, checks: &mut Checks) {
    if let Some(logging) = &function.logging_config {
        check_logging(logging, checks);
    }
    if let Some(environment) = &function.environment {
        check_environment(environment, checks);
    }
}

/// Whether the zip can be sent in the call.
///
/// # Errors
/// [`DriverError::Invalid`] if it is too large.
pub(super) fn check_zip(function: &str, bytes: usize) -> Result<(), DriverError> {
    if bytes <= LARGEST_ZIP {
        return Ok(());
    }
    Err(DriverError::Invalid(format!(
        "the zip of the function `{function}` has {bytes} bytes; AWS takes 50 MB at most"
    )))
}

fn check_logging(logging: &LoggingConfig<String>, checks: &mut Checks) {
    let has_levels = logging.application_log_level.is_some() || logging.system_log_level.is_some();
    let is_text = logging.log_format.as_deref().unwrap_or("Text") == "Text";
    checks.require(
        !(is_text && has_levels),
        "LoggingConfig.LogFormat",
        "is Text; log levels need JSON",
    );
}

fn check_environment(environment: &Environment<String>, checks: &mut Checks) {
    let variables = &environment.variables;
    for name in variables.keys() {
        let property = format!("Environment.Variables.{name}");
        checks.require(
            is_variable(name),
            &property,
            "is not a letter and at least one more of letters, digits and _",
        );
        checks.require(
            !RESERVED_VARIABLES.contains(&name.as_str()),
            &property,
            "is set by Lambda itself",
        );
    }
    let values = variables.values().filter(|value| !value.contains(UNKNOWN));
    let bytes: usize = variables.keys().chain(values).map(String::len).sum();
    checks.require(
        bytes <= LARGEST_ENVIRONMENT,
        "Environment.Variables",
        format!("has {bytes} bytes; {LARGEST_ENVIRONMENT} are allowed"),
    );
}

/// `[a-zA-Z]([a-zA-Z0-9_])+`.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() > 1
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::types::lambda::{Code, EphemeralStorage};

    use super::super::Functions;
    use super::*;
    use crate::kit::findings::findings;

    fn found(function: &Function<String>) -> Vec<String> {
        findings(Functions::new, function)
    }

    fn function() -> Function<String> {
        Function {
            function_name: "acme-f".to_owned(),
            description: None,
            role: "arn:aws:iam::111122223333:role/r".to_owned(),
            runtime: "provided.al2023".to_owned(),
            handler: "bootstrap".to_owned(),
            code: Code {
                source: "hash".to_owned(),
            },
            architectures: Vec::new(),
            memory_size: None,
            timeout: None,
            environment: None,
            reserved_concurrent_executions: None,
            tracing_config: None,
            logging_config: None,
            ephemeral_storage: None,
            layers: Vec::new(),
            dead_letter_config: None,
            kms_key_arn: None,
        }
    }

    fn with(change: impl FnOnce(&mut Function<String>)) -> Function<String> {
        let mut function = function();
        change(&mut function);
        function
    }

    fn with_variable(name: &str, value: &str) -> Function<String> {
        let variables = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        Function {
            environment: Some(Environment { variables }),
            ..function()
        }
    }

    #[test]
    fn what_lambda_takes_passes() {
        for function in [
            function(),
            with_variable("TABLE", &"x".repeat(4_091)),
            with_variable("TABLE", &format!("{UNKNOWN}{}", "x".repeat(4_091))),
        ] {
            assert!(found(&function).is_empty(), "{function:?}");
        }
        assert!(check_zip("f", LARGEST_ZIP).is_ok());
    }

    #[test]
    fn what_lambda_refuses_does_not() {
        let refused = [
            (
                with(|of| of.function_name = "a.b".to_owned()),
                "FunctionName is `a.b`; only letters, digits, - and _ are allowed",
            ),
            (
                with(|of| of.function_name = "a".repeat(65)),
                "FunctionName has 65 characters; 1 to 64 are allowed",
            ),
            (
                with(|of| of.description = Some("d".repeat(257))),
                "Description has 257 characters; 0 to 256 are allowed",
            ),
            (
                with(|of| of.memory_size = Some(64)),
                "MemorySize is 64; 128 to 10240 are allowed",
            ),
            (
                with(|of| of.timeout = Some(901)),
                "Timeout is 901; 1 to 900 are allowed",
            ),
            (
                with(|of| of.handler = String::new()),
                "Handler has 0 characters; 1 to 128 are allowed",
            ),
            (
                with(|of| of.handler = "a b".to_owned()),
                "Handler is `a b`; only characters other than white space are allowed",
            ),
            (
                with(|of| of.architectures = vec!["x86_64".to_owned(), "arm64".to_owned()]),
                "Architectures has 2 members; 0 to 1 are allowed",
            ),
            (
                with(|of| of.architectures = vec!["sparc".to_owned()]),
                "Architectures[0] is `sparc`; x86_64 or arm64 is allowed",
            ),
            (
                with(|of| of.layers = vec!["l".to_owned(); 6]),
                "Layers has 6 members; 0 to 5 are allowed",
            ),
            (
                with(|of| of.reserved_concurrent_executions = Some(-1)),
                "ReservedConcurrentExecutions is -1; 0 to 2147483647 are allowed",
            ),
            (
                with(|of| of.ephemeral_storage = Some(EphemeralStorage { size: 511 })),
                "EphemeralStorage.Size is 511; 512 to 10240 are allowed",
            ),
            (
                with_variable("AWS_REGION", "r"),
                "Environment.Variables.AWS_REGION is set by Lambda itself",
            ),
            (
                with_variable("X", "one letter"),
                "Environment.Variables.X is not a letter and at least one more of letters, digits and _",
            ),
            (
                with_variable("9X", "v"),
                "Environment.Variables.9X is not a letter and at least one more of letters, digits and _",
            ),
            (
                with_variable("TABLE", &"x".repeat(4_092)),
                "Environment.Variables has 4097 bytes; 4096 are allowed",
            ),
        ];
        for (function, finding) in refused {
            assert_eq!(found(&function), [finding]);
        }
        assert!(check_zip("f", LARGEST_ZIP + 1).is_err());
    }

    #[test]
    fn levels_need_json() {
        let found = |format: Option<&str>, level: Option<&str>| {
            found(&Function {
                logging_config: Some(LoggingConfig {
                    log_group: None,
                    log_format: format.map(str::to_owned),
                    application_log_level: level.map(str::to_owned),
                    system_log_level: None,
                }),
                ..function()
            })
        };
        assert!(found(Some("JSON"), Some("DEBUG")).is_empty());
        assert_eq!(
            found(None, Some("DEBUG")),
            ["LoggingConfig.LogFormat is Text; log levels need JSON"]
        );
        assert_eq!(
            found(Some("XML"), None),
            ["LoggingConfig.LogFormat is `XML`; Text or JSON is allowed"]
        );
    }
}
