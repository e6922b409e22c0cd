//! How functions are written: code, configuration and concurrency are calls of their own, with a
//! wait after each.

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
use super::{FunctionDriver, Properties};
use crate::account::error::failed;
use crate::kit::wait::{WaitPolicy, retry, until};
use crate::lambda::functions::{
    absent_is_done, already_exists, is_busy, is_deleting, role_propagates,
};

/// How long Lambda may take to see a role that was just made (mostly 5 to 15 seconds), and a
/// function to become active or updated.
const PATIENCE: WaitPolicy = WaitPolicy::seconds(300);

/// What `UpdateFunctionConfiguration` writes.
const CONFIGURATION: [&str; 12] = [
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
];

/// What passes by itself.
fn passes(error: &DriverError) -> bool {
    role_propagates(error) || is_busy(error)
}

impl FunctionDriver {
    /// Makes the function. If one of the name is on its way out, waits until it is gone.
    pub(super) async fn create_function(
        &self,
        desired: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        match self.try_create(desired, tags).await {
            Err(error) if already_exists(&error) => {
                let found = self.functions.get(&desired.function_name).await?;
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
        let code = FunctionCode::builder().zip_file(self.zip(desired)?).build();
        let call = self
            .functions
            .client
            .create_function()
            .function_name(&desired.function_name)
            .code(code)
            .role(&desired.role)
            .runtime(Runtime::from(desired.runtime.as_str()))
            .handler(&desired.handler)
            .set_architectures(Some(sdk_architectures(desired)))
            .set_description(desired.description.clone())
            .set_memory_size(desired.memory_size)
            .set_timeout(desired.timeout)
            .set_environment(
                desired
                    .environment
                    .is_some()
                    .then(|| sdk_environment(desired)),
            )
            .set_tracing_config(sdk_tracing(desired))
            .set_logging_config(sdk_logging(desired))
            .set_ephemeral_storage(sdk_storage(desired))
            .set_layers((!desired.layers.is_empty()).then(|| desired.layers.clone()))
            .set_dead_letter_config(
                desired
                    .dead_letter_config
                    .is_some()
                    .then(|| sdk_dead_letters(desired)),
            )
            .set_kms_key_arn(desired.kms_key_arn.clone())
            .set_tags(Some(tags.clone().into_iter().collect()));
        let create = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("lambda:CreateFunction"))
        };
        retry(PATIENCE, passes, create).await
    }

    /// Writes what the changes touch; `desired` is normalised.
    pub(super) async fn write(
        &self,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        if changes.affects("KmsKeyArn")
            || CONFIGURATION
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
            .functions
            .client
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
        let operation = "lambda:UpdateFunctionConfiguration";
        retry(PATIENCE, passes, || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed(operation))
        })
        .await?;
        self.ready(&desired.function_name).await
    }

    /// The architecture travels with the code.
    async fn put_code(&self, desired: &Properties) -> Result<(), DriverError> {
        let call = self
            .functions
            .client
            .update_function_code()
            .function_name(&desired.function_name)
            .zip_file(self.zip(desired)?)
            .set_architectures(Some(sdk_architectures(desired)));
        let put = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("lambda:UpdateFunctionCode"))
        };
        retry(PATIENCE, passes, put).await?;
        self.ready(&desired.function_name).await
    }

    pub(super) async fn put_concurrency(&self, desired: &Properties) -> Result<(), DriverError> {
        let (client, name) = (&self.functions.client, &desired.function_name);
        let Some(reserved) = desired.reserved_concurrent_executions else {
            let call = client.delete_function_concurrency().function_name(name);
            let operation = "lambda:DeleteFunctionConcurrency";
            let remove = || async {
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed(operation))
            };
            return retry(PATIENCE, is_busy, remove).await;
        };
        let call = client
            .put_function_concurrency()
            .function_name(name)
            .reserved_concurrent_executions(reserved);
        let put = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("lambda:PutFunctionConcurrency"))
        };
        match retry(PATIENCE, is_busy, put).await {
            Err(error) if exceeds_account(&error) => Err(self.tell_limits(error).await),
            other => other,
        }
    }

    /// The same error, with what the account has: new accounts have so little that no reservation
    /// is possible.
    async fn tell_limits(&self, error: DriverError) -> DriverError {
        let Ok(settings) = self.functions.client.get_account_settings().send().await else {
            return error;
        };
        let (
            Some(limit),
            DriverError::Service {
                operation,
                code,
                message,
                request_id,
            },
        ) = (settings.account_limit(), error.clone())
        else {
            return error;
        };
        let message = format!(
            "{message} The account has {} concurrent executions, {} of them unreserved: reserve fewer, or have the \
             quota raised.",
            limit.concurrent_executions(),
            limit.unreserved_concurrent_executions().unwrap_or_default(),
        );
        DriverError::Service {
            operation,
            code,
            message,
            request_id,
        }
    }

    fn zip(&self, desired: &Properties) -> Result<Blob, DriverError> {
        let zip = self.functions.account.artifact(&desired.code.code_sha256)?;
        check_zip(&desired.function_name, zip.len())?;
        Ok(Blob::new(zip))
    }

    /// Waits until the function is active and its last update successful: until then no other
    /// change is taken, and nothing can refer to it.
    pub(super) async fn ready(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the function {name} to be active and updated"),
            PATIENCE,
            || async {
                match self.functions.get(name).await? {
                    Some(found) => readiness(name, &found),
                    None => Ok(Err("no such function yet".to_owned())),
                }
            },
        )
        .await
    }

    /// Waits until there is no such function.
    async fn gone(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the function {name} to be deleted"),
            PATIENCE,
            || async {
                Ok(match self.functions.get(name).await? {
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

    /// Deletes the function and waits until it is gone: Lambda may take its time about it (state
    /// `Deleting`).
    pub(super) async fn delete_function(&self, name: &str) -> Result<(), DriverError> {
        let call = self.functions.client.delete_function().function_name(name);
        let delete = || async {
            absent_is_done(
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed("lambda:DeleteFunction")),
            )
        };
        retry(PATIENCE, is_busy, delete).await?;
        self.gone(name).await
    }
}

/// The reservation leaves the account less than it must keep unreserved. Lambda has one code for
/// all invalid parameters, so the message tells.
fn exceeds_account(error: &DriverError) -> bool {
    error.has_message(
        "InvalidParameterValueException",
        "UnreservedConcurrentExecution",
    )
}

/// Whether the function can be used and changed; what it is doing if not. Idle functions
/// (`Inactive`) are fine: the next call wakes them. A status that is not told counts as in
/// progress.
fn readiness(name: &str, found: &GetFunctionOutput) -> Result<Result<(), String>, DriverError> {
    let Some(function) = found.configuration() else {
        return Ok(Err("nothing is told of it".to_owned()));
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
    let seen = || {
        format!(
            "{:?}, last update {:?}",
            function.state(),
            function.last_update_status()
        )
    };
    Ok(if usable && updated {
        Ok(())
    } else {
        Err(seen())
    })
}
