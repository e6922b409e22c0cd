//! What Lambda refuses and emulators accept, checked before any call.
//!
//! Source: the Lambda API reference's patterns and ranges, and the Lambda quotas page.

use std::ops::RangeInclusive;

use engine::DriverError;
use model::types::lambda::{Function, LoggingConfig};

/// The largest zip that goes up with the call itself: 50 MB.
const LARGEST_ZIP: usize = 50 * 1024 * 1024;

/// The largest environment, names and values together: 4 KB.
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

/// Whether Lambda takes the function.
///
/// # Errors
/// [`DriverError::Invalid`] with what it would not take.
pub(super) fn check(function: &Function<String>) -> Result<(), DriverError> {
    let name = &function.function_name;
    let refuse = |why: String| Err(DriverError::Invalid(why));
    if !is_name(name) {
        return refuse(format!(
            "the function name `{name}` is not 1 to 64 of A-Z a-z 0-9 - _"
        ));
    }
    check_range(name, "MemorySize", function.memory_size, 128..=10_240)?;
    check_range(name, "Timeout", function.timeout, 1..=900)?;
    check_range(
        name,
        "ReservedConcurrentExecutions",
        function.reserved_concurrent_executions,
        0..=i32::MAX,
    )?;
    check_range(
        name,
        "EphemeralStorage.Size",
        function.ephemeral_storage.map(|storage| storage.size),
        512..=10_240,
    )?;
    if function
        .description
        .as_ref()
        .is_some_and(|text| text.chars().count() > 256)
    {
        return refuse(format!(
            "the description of the function `{name}` is longer than 256 characters"
        ));
    }
    if function.handler.is_empty()
        || function.handler.len() > 128
        || function.handler.contains(char::is_whitespace)
    {
        return refuse(format!(
            "the handler of the function `{name}` is not 1 to 128 characters without white space"
        ));
    }
    let architectures: Vec<_> = function.architectures.iter().map(String::as_str).collect();
    if !matches!(architectures[..], [] | ["x86_64" | "arm64"]) {
        return refuse(format!(
            "Architectures of the function `{name}` is neither [x86_64] nor [arm64]"
        ));
    }
    if function.layers.len() > 5 {
        return refuse(format!(
            "the function `{name}` has {} layers; AWS takes 5 at most",
            function.layers.len()
        ));
    }
    check_logging(name, function.logging_config.as_ref())?;
    check_environment(function)
}

/// Whether the zip can go up with the call.
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

fn check_range(
    function: &str,
    property: &str,
    value: Option<i32>,
    range: RangeInclusive<i32>,
) -> Result<(), DriverError> {
    match value {
        Some(value) if !range.contains(&value) => {
            let (least, most) = (range.start(), range.end());
            let why =
                format!("{property} {value} of the function `{function}` is not {least} to {most}");
            Err(DriverError::Invalid(why))
        }
        _ => Ok(()),
    }
}

fn check_logging(
    function: &str,
    logging: Option<&LoggingConfig<String>>,
) -> Result<(), DriverError> {
    let Some(logging) = logging else {
        return Ok(());
    };
    let levels = logging.application_log_level.is_some() || logging.system_log_level.is_some();
    match logging.log_format.as_deref() {
        Some("JSON") => Ok(()),
        None | Some("Text") if !levels => Ok(()),
        None | Some("Text") => {
            let why = format!("the function `{function}` logs text; levels need LogFormat JSON");
            Err(DriverError::Invalid(why))
        }
        Some(other) => {
            let why = format!(
                "LogFormat `{other}` of the function `{function}` is neither Text nor JSON"
            );
            Err(DriverError::Invalid(why))
        }
    }
}

fn check_environment(function: &Function<String>) -> Result<(), DriverError> {
    let name = &function.function_name;
    let Some(environment) = &function.environment else {
        return Ok(());
    };
    for variable in environment.variables.keys() {
        if !is_variable(variable) {
            let why = "is not a letter and at least one more of letters, digits and _";
            return Err(DriverError::Invalid(format!(
                "the variable `{variable}` of the function `{name}` {why}"
            )));
        }
        if RESERVED_VARIABLES.contains(&variable.as_str()) {
            let why = "is one that Lambda sets itself";
            return Err(DriverError::Invalid(format!(
                "the variable `{variable}` of the function `{name}` {why}"
            )));
        }
    }
    let bytes: usize = environment
        .variables
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if bytes > LARGEST_ENVIRONMENT {
        let why = format!(
            "the environment of the function `{name}` has {bytes} bytes; AWS takes 4 KB at most"
        );
        return Err(DriverError::Invalid(why));
    }
    Ok(())
}

/// `[a-zA-Z0-9-_]{1,64}`.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
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

    use model::types::lambda::{Code, Environment};

    use super::*;

    fn function() -> Function<String> {
        Function {
            function_name: "acme-f".to_owned(),
            description: None,
            role: "arn:aws:iam::111122223333:role/r".to_owned(),
            runtime: "provided.al2023".to_owned(),
            handler: "bootstrap".to_owned(),
            code: Code {
                code_sha256: "hash".to_owned(),
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

    fn with_variable(name: &str, value: &str) -> Function<String> {
        let variables = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        Function {
            environment: Some(Environment { variables }),
            ..function()
        }
    }

    #[test]
    fn what_lambda_takes_passes() {
        assert!(check(&function()).is_ok());
        assert!(check(&with_variable("TABLE", &"x".repeat(4_091))).is_ok());
        assert!(check_zip("f", LARGEST_ZIP).is_ok());
    }

    #[test]
    fn what_lambda_refuses_does_not() {
        let refused = [
            Function {
                function_name: "a.b".to_owned(),
                ..function()
            },
            Function {
                function_name: "a".repeat(65),
                ..function()
            },
            Function {
                memory_size: Some(64),
                ..function()
            },
            Function {
                timeout: Some(901),
                ..function()
            },
            Function {
                handler: String::new(),
                ..function()
            },
            Function {
                architectures: vec!["x86_64".to_owned(), "arm64".to_owned()],
                ..function()
            },
            Function {
                layers: vec!["l".to_owned(); 6],
                ..function()
            },
            Function {
                reserved_concurrent_executions: Some(-1),
                ..function()
            },
            with_variable("AWS_REGION", "r"),
            with_variable("X", "one letter"),
            with_variable("9X", "v"),
            with_variable("TABLE", &"x".repeat(4_092)),
        ];
        for function in refused {
            assert!(check(&function).is_err(), "{function:?}");
        }
        assert!(check_zip("f", LARGEST_ZIP + 1).is_err());
    }

    #[test]
    fn levels_need_json() {
        let logging = |format: Option<&str>, level: Option<&str>| LoggingConfig {
            log_group: None,
            log_format: format.map(str::to_owned),
            application_log_level: level.map(str::to_owned),
            system_log_level: None,
        };
        let check = |logging| {
            check(&Function {
                logging_config: Some(logging),
                ..function()
            })
        };
        assert!(check(logging(Some("JSON"), Some("DEBUG"))).is_ok());
        assert!(check(logging(None, Some("DEBUG"))).is_err());
        assert!(check(logging(Some("XML"), None)).is_err());
    }
}
