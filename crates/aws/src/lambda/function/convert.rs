//! Conversion of functions between the SDK's types and the model's.

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{
    ApplicationLogLevel, Architecture, Concurrency, DeadLetterConfig as SdkDeadLetters,
    Environment as SdkEnvironment, EphemeralStorage as SdkStorage, FunctionConfiguration,
    LastUpdateStatus, LogFormat, LoggingConfig as SdkLogging, State, SystemLogLevel,
    TracingConfig as SdkTracing, TracingMode as SdkTracingMode,
};
use engine::{Attributes, LiveTags};
use model::Tags;
use model::types::lambda::{
    Code, DeadLetterConfig, Environment, EphemeralStorage, Function, LoggingConfig, TracingConfig,
    TracingMode,
};

use super::{Live, Properties, code};
use crate::kit::typed::TypedLive;
use crate::lambda::client::{is_deleting, tags};

/// The function, unless it is being deleted.
pub(super) fn live(found: &GetFunctionOutput) -> Option<Live> {
    let configuration = found.configuration().filter(|_| !is_deleting(found))?;
    let name = configuration.function_name().unwrap_or_default();
    let tags = tags(found);
    let mut properties = properties(configuration);
    properties.code.source = source(configuration, tags.as_ref());
    properties.reserved_concurrent_executions = found
        .concurrency()
        .and_then(Concurrency::reserved_concurrent_executions);
    Some(TypedLive {
        id: name.to_owned(),
        properties,
        attributes: attributes(name, configuration.function_arn().unwrap_or_default()),
        tags: tags.map_or(LiveTags::Unread, LiveTags::Read),
    })
}

/// The attributes assigned by AWS.
pub(super) fn attributes(name: &str, arn: &str) -> Attributes {
    Live::assigned([
        (Function::ARN, arn.to_owned()),
        (Function::NAME, name.to_owned()),
    ])
}

fn properties(live: &FunctionConfiguration) -> Properties {
    let variables = live
        .environment()
        .and_then(|environment| environment.variables())
        .cloned()
        .unwrap_or_default();
    let dead_letters = live
        .dead_letter_config()
        .and_then(|config| config.target_arn());
    Function {
        function_name: live.function_name().unwrap_or_default().to_owned(),
        description: live.description().map(str::to_owned),
        role: live.role().unwrap_or_default().to_owned(),
        runtime: live
            .runtime()
            .map(|runtime| runtime.as_str().to_owned())
            .unwrap_or_default(),
        handler: live.handler().unwrap_or_default().to_owned(),
        code: Code {
            source: String::new(),
        },
        architectures: live
            .architectures()
            .iter()
            .map(|name| name.as_str().to_owned())
            .collect(),
        memory_size: live.memory_size(),
        timeout: live.timeout(),
        environment: Some(Environment {
            variables: variables.into_iter().collect(),
        }),
        reserved_concurrent_executions: None,
        tracing_config: live
            .tracing_config()
            .and_then(|config| tracing_mode(config.mode()?)),
        logging_config: live.logging_config().map(logging),
        ephemeral_storage: live.ephemeral_storage().map(|storage| EphemeralStorage {
            size: storage.size(),
        }),
        layers: live
            .layers()
            .iter()
            .filter_map(|layer| layer.arn().map(str::to_owned))
            .collect(),
        dead_letter_config: dead_letters.map(|arn| DeadLetterConfig {
            target_arn: arn.to_owned(),
        }),
        kms_key_arn: live.kms_key_arn().map(str::to_owned),
    }
}

/// The sources of the running code. If the last change failed after the end of the run that made
/// it, the reason replaces them: it differs from what is desired, so the code is uploaded again.
fn source(live: &FunctionConfiguration, tags: Option<&Tags>) -> String {
    let sha256 = live.code_sha256().unwrap_or_default();
    failure(live).map_or_else(
        || code::recorded(tags, sha256),
        |why| format!("(failed: {why})"),
    )
}

/// Why the function or its last update failed, if it did.
pub(super) fn failure(live: &FunctionConfiguration) -> Option<String> {
    if live.state() == Some(&State::Failed) {
        return Some(live.state_reason().unwrap_or("no reason given").to_owned());
    }
    let failed = live.last_update_status() == Some(&LastUpdateStatus::Failed);
    failed.then(|| {
        live.last_update_status_reason()
            .unwrap_or("no reason given")
            .to_owned()
    })
}

fn tracing_mode(mode: &SdkTracingMode) -> Option<TracingConfig> {
    let mode = match mode {
        SdkTracingMode::Active => TracingMode::Active,
        SdkTracingMode::PassThrough => TracingMode::PassThrough,
        _ => return None,
    };
    Some(TracingConfig { mode })
}

fn logging(live: &SdkLogging) -> LoggingConfig<String> {
    LoggingConfig {
        log_group: live.log_group().map(str::to_owned),
        log_format: live.log_format().map(|format| format.as_str().to_owned()),
        application_log_level: live
            .application_log_level()
            .map(|level| level.as_str().to_owned()),
        system_log_level: live
            .system_log_level()
            .map(|level| level.as_str().to_owned()),
    }
}

/// The architectures.
pub(super) fn sdk_architectures(desired: &Properties) -> Vec<Architecture> {
    desired
        .architectures
        .iter()
        .map(|name| Architecture::from(name.as_str()))
        .collect()
}

/// The environment; an empty one clears it.
pub(super) fn sdk_environment(desired: &Properties) -> SdkEnvironment {
    let variables = desired
        .environment
        .as_ref()
        .map(|environment| environment.variables.clone())
        .unwrap_or_default();
    SdkEnvironment::builder()
        .set_variables(Some(variables.into_iter().collect()))
        .build()
}

/// The tracing.
pub(super) fn sdk_tracing(desired: &Properties) -> Option<SdkTracing> {
    let mode = match desired.tracing_config?.mode {
        TracingMode::Active => SdkTracingMode::Active,
        TracingMode::PassThrough => SdkTracingMode::PassThrough,
    };
    Some(SdkTracing::builder().mode(mode).build())
}

/// The logging.
pub(super) fn sdk_logging(desired: &Properties) -> Option<SdkLogging> {
    let logging = desired.logging_config.as_ref()?;
    Some(
        SdkLogging::builder()
            .set_log_group(logging.log_group.clone())
            .set_log_format(logging.log_format.as_deref().map(LogFormat::from))
            .set_application_log_level(
                logging
                    .application_log_level
                    .as_deref()
                    .map(ApplicationLogLevel::from),
            )
            .set_system_log_level(
                logging
                    .system_log_level
                    .as_deref()
                    .map(SystemLogLevel::from),
            )
            .build(),
    )
}

/// The size of `/tmp`.
pub(super) fn sdk_storage(desired: &Properties) -> Option<SdkStorage> {
    SdkStorage::builder()
        .size(desired.ephemeral_storage?.size)
        .build()
        .ok()
}

/// The destination of failed events; an empty ARN clears it.
pub(super) fn sdk_dead_letters(desired: &Properties) -> SdkDeadLetters {
    let arn = desired
        .dead_letter_config
        .as_ref()
        .map(|config| config.target_arn.as_str());
    SdkDeadLetters::builder()
        .target_arn(arn.unwrap_or_default())
        .build()
}
