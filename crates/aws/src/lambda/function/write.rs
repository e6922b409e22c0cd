//! Writes of functions: code, configuration and concurrency take separate calls, with a wait after
//! each.

use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{FunctionCode, LastUpdateStatus, Runtime, State};
use aws_smithy_types::Blob;
use engine::{Changes, DriverError};
use model::Tags;

use super::convert::{
    failure, sdk_architectures, sdk_dead_letters, sdk_environment, sdk_logging, sdk_storage,
    sdk_tracing,
};
use super::limits::check_zip;
use super::{Functions, Properties, code};
use crate::account::patience::upload_timeouts;
use crate::kit::call::Call as _;
use crate::kit::tag_store::TagCalls as _;
use crate::kit::wait::{WaitPolicy, until};
use crate::lambda::client::{INVALID, LAMBDA, already_exists, is_deleting, sdk_tags};

/// How long Lambda may take to make a function active or updated, or to delete it.
const SETTLING: WaitPolicy = WaitPolicy::seconds(300);

/// The properties that `UpdateFunctionConfiguration` writes.
const CONFIGURATION: [&str; 13] = [
    "Description",
    "Role",
    "Runtime",
    "Handler",
    "MemorySize",
    "Timeout",
    "Environment",
    "TracingConfig",
    "LoggingConfig",
    "EphemeralStorage",
    "Layers",
    "DeadLetterConfig",
    "KmsKeyArn",
];

/// The configuration of a call that uploads a zip, which Base64 makes a third longer.
fn patient(zip: &Blob) -> Builder {
    let bytes = u64::try_from(zip.as_ref().len()).unwrap_or(u64::MAX);
    Builder::new().timeout_config(upload_timeouts(bytes / 3 * 4))
}

impl Functions {
    /// Creates the function. If one with this name is being deleted, waits until it is deleted.
    pub(super) async fn create_function(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        match self.try_create(desired, tags).await {
            Err(error) if already_exists(&error) => {
                let found = self.lambda.get(&desired.function_name).await?;
                if found.is_some_and(|found| !is_deleting(&found)) {
                    return Err(error);
                }
                self.gone(&desired.function_name).await?;
                self.try_create(desired, tags).await
            }
            other => other,
        }
    }

    async fn try_create(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let zip = self.zip(desired)?;
        let patient = patient(&zip);
        let mut tags = tags.clone();
        tags.extend(code::record(&desired.code.source, zip.as_ref()));
        let environment = desired.environment.is_some();
        let dead_letters = desired.dead_letter_config.is_some();
        let call = self
            .lambda
            .sdk
            .create_function()
            .function_name(&desired.function_name)
            .code(FunctionCode::builder().zip_file(zip).build())
            .role(&desired.role)
            .runtime(Runtime::from(desired.runtime.as_str()))
            .handler(&desired.handler)
            .set_architectures(Some(sdk_architectures(desired)))
            .set_description(desired.description.clone())
            .set_memory_size(desired.memory_size)
            .set_timeout(desired.timeout)
            .set_environment(environment.then(|| sdk_environment(desired)))
            .set_tracing_config(sdk_tracing(desired))
            .set_logging_config(sdk_logging(desired))
            .set_ephemeral_storage(sdk_storage(desired))
            .set_layers((!desired.layers.is_empty()).then(|| desired.layers.clone()))
            .set_dead_letter_config(dead_letters.then(|| sdk_dead_letters(desired)))
            .set_kms_key_arn(desired.kms_key_arn.clone())
            .set_tags(Some(sdk_tags(&tags)));
        LAMBDA
            .write(|| {
                let call = call.clone().customize();
                let call = call.config_override(patient.clone()).send();
                call.done("lambda:CreateFunction")
            })
            .await
    }

    /// Writes the properties that the changes affect.
    pub(super) async fn write(
        &self,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        if CONFIGURATION
            .iter()
            .any(|property| changes.affects(property))
        {
            self.put_configuration(desired, changes).await?;
        }
        if changes.affects("Code") || changes.affects("Architectures") {
            self.put_code(desired).await?;
        }
        if changes.affects("ReservedConcurrentExecutions") {
            self.put_concurrency(desired).await?;
        }
        Ok(())
    }

    async fn put_configuration(
        &self,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let touched = |property: &str| changes.affects(property);
        let call = self
            .lambda
            .sdk
            .update_function_configuration()
            .function_name(&desired.function_name)
            .set_description(touched("Description").then(|| or_empty(&desired.description)))
            .set_role(touched("Role").then(|| desired.role.clone()))
            .set_runtime(touched("Runtime").then(|| Runtime::from(desired.runtime.as_str())))
            .set_handler(touched("Handler").then(|| desired.handler.clone()))
            .set_memory_size(desired.memory_size.filter(|_| touched("MemorySize")))
            .set_timeout(desired.timeout.filter(|_| touched("Timeout")))
            .set_environment(touched("Environment").then(|| sdk_environment(desired)))
            .set_tracing_config(sdk_tracing(desired).filter(|_| touched("TracingConfig")))
            .set_logging_config(sdk_logging(desired).filter(|_| touched("LoggingConfig")))
            .set_ephemeral_storage(sdk_storage(desired).filter(|_| touched("EphemeralStorage")))
            .set_layers(touched("Layers").then(|| desired.layers.clone()))
            .set_dead_letter_config(touched("DeadLetterConfig").then(|| sdk_dead_letters(desired)))
            .set_kms_key_arn(touched("KmsKeyArn").then(|| or_empty(&desired.kms_key_arn)));
        LAMBDA
            .write(|| {
                call.clone()
                    .send()
                    .done("lambda:UpdateFunctionConfiguration")
            })
            .await?;
        self.ready(&desired.function_name).await
    }

    /// Uploads the code; the same call sets the architecture. Then records its sources: without the
    /// record, the next run uploads it again.
    async fn put_code(&self, desired: &Properties) -> Result<(), DriverError> {
        let (zip, name) = (self.zip(desired)?, &desired.function_name);
        let patient = patient(&zip);
        let record = code::record(&desired.code.source, zip.as_ref());
        let call = self
            .lambda
            .sdk
            .update_function_code()
            .function_name(name)
            .zip_file(zip)
            .set_architectures(Some(sdk_architectures(desired)));
        LAMBDA
            .write(|| {
                let call = call.clone().customize();
                let call = call.config_override(patient.clone()).send();
                call.done("lambda:UpdateFunctionCode")
            })
            .await?;
        self.ready(name).await?;
        self.lambda.tag(&self.lambda.arn(name), &record).await
    }

    pub(super) async fn put_concurrency(&self, desired: &Properties) -> Result<(), DriverError> {
        let (sdk, name) = (&self.lambda.sdk, &desired.function_name);
        let Some(reserved) = desired.reserved_concurrent_executions else {
            let call = sdk.delete_function_concurrency().function_name(name);
            return LAMBDA
                .write(|| call.clone().send().done("lambda:DeleteFunctionConcurrency"))
                .await;
        };
        let call = sdk
            .put_function_concurrency()
            .function_name(name)
            .reserved_concurrent_executions(reserved);
        let put = LAMBDA.write(|| call.clone().send().done("lambda:PutFunctionConcurrency"));
        match put.await {
            Err(error) if exceeds_account(&error) => Err(self.with_account_limit(error).await),
            put => put,
        }
    }

    /// The same error, with the concurrency of the account: new accounts have so little that no
    /// reservation is possible.
    async fn with_account_limit(&self, mut error: DriverError) -> DriverError {
        let settings = self.lambda.sdk.get_account_settings().send().await.ok();
        let limit = settings.as_ref().and_then(|found| found.account_limit());
        if let (Some(limit), DriverError::Service { message, .. }) = (limit, &mut error) {
            *message = format!(
                "{message} The account has {} concurrent executions, {} of them unreserved: reserve fewer, or have \
                 the quota raised.",
                limit.concurrent_executions(),
                limit.unreserved_concurrent_executions().unwrap_or_default(),
            );
        }
        error
    }

    fn zip(&self, desired: &Properties) -> Result<Blob, DriverError> {
        let zip = self.lambda.account.artifact(&desired.code.source)?;
        check_zip(&desired.function_name, zip.len())?;
        Ok(Blob::new(zip))
    }

    /// Waits until the function is active and its last update successful: until then Lambda accepts
    /// no other change, and nothing can refer to it.
    pub(super) async fn ready(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the function {name} to be active and updated"),
            SETTLING,
            || async {
                match self.lambda.get(name).await? {
                    Some(found) => readiness(name, &found),
                    None => Ok(Err("no such function yet".to_owned())),
                }
            },
        )
        .await
    }

    /// Waits until the function does not exist.
    async fn gone(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the function {name} to be deleted"),
            SETTLING,
            || async {
                Ok(match self.lambda.get(name).await? {
                    None => Ok(()),
                    Some(found) => Err(format!(
                        "{:?}",
                        found.configuration().and_then(|function| function.state())
                    )),
                })
            },
        )
        .await
    }

    /// Deletes the function and waits until it is deleted, which may take a while (state
    /// `Deleting`).
    pub(super) async fn delete_function(&self, name: &str) -> Result<(), DriverError> {
        let call = self.lambda.sdk.delete_function().function_name(name);
        LAMBDA
            .delete(|| call.clone().send().done("lambda:DeleteFunction"))
            .await?;
        self.gone(name).await
    }
}

/// The reservation leaves the account less than it must keep unreserved. Lambda has one code for
/// all invalid parameters, so the message decides.
fn exceeds_account(error: &DriverError) -> bool {
    error.has_message(INVALID, "UnreservedConcurrentExecution")
}

/// Whether the function can be used and changed, or its state if not. Idle functions (`Inactive`)
/// can: the next call activates them. A status that is not reported counts as in progress.
fn readiness(name: &str, found: &GetFunctionOutput) -> Result<Result<(), String>, DriverError> {
    let Some(function) = found.configuration() else {
        return Ok(Err("no configuration is reported".to_owned()));
    };
    if let Some(why) = failure(function) {
        return Err(DriverError::Invalid(format!(
            "Lambda could not make or change the function `{name}`: {why}"
        )));
    }
    let usable = matches!(
        function.state(),
        Some(State::Active | State::ActiveNonInvocable | State::Inactive)
    );
    let updated = function.last_update_status() == Some(&LastUpdateStatus::Successful);
    Ok(if usable && updated {
        Ok(())
    } else {
        Err(format!(
            "{:?}, last update {:?}",
            function.state(),
            function.last_update_status()
        ))
    })
}
