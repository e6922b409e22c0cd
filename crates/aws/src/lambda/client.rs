//! The client of Lambda: how functions are named and read, how resources are tagged, and the errors
//! that pass.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::State;
use engine::{DriverError, ReadCache, missing_tags};
use model::Tags;
use tokio::sync::Mutex;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::children::Parent;
use crate::kit::consistency::{Consistency, Error};
use crate::kit::tag_store::TagCalls;
use crate::kit::tagging;
use crate::kit::wait::{WaitPolicy, retry};

/// Lambda's errors. Lambda has one code for all invalid parameters and one for all conflicts, so
/// the message decides.
///
/// A new role mostly takes 5 to 15 seconds to be known to Lambda. If a role, its permissions or the
/// key are wrong, the error stays.
pub(super) const LAMBDA: Consistency = Consistency {
    absent: &[Error::Code("ResourceNotFoundException")],
    passing: &[
        // Another change of the function is under way.
        Error::Except(CONFLICT, ALREADY_EXISTS),
        // Another change of the event source mapping is under way.
        Error::Code("ResourceInUseException"),
        // The policy of the function has changed.
        Error::Code("PreconditionFailedException"),
        Error::Message(INVALID, "cannot be assumed by Lambda"),
        Error::Message(INVALID, "execution role does not have permissions"),
        Error::Message(INVALID, "because the KMS key is invalid for CreateGrant"),
        Error::Message(INVALID, "ensure the role can perform"),
    ],
    policy: WaitPolicy::seconds(300),
};

/// How long a new function may not be known.
const FRESH: WaitPolicy = WaitPolicy::seconds(60);

/// The code of all conflicts.
const CONFLICT: &str = "ResourceConflictException";

/// The code of all invalid parameters.
pub(super) const INVALID: &str = "InvalidParameterValueException";

/// In the message of the conflicts in which a name is taken ("Function already exist: …").
const ALREADY_EXISTS: &str = "already exist";

/// Reads functions and tags resources.
#[derive(Clone, Debug)]
pub(super) struct LambdaClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

/// The answer for one function; `None` if there is no such function.
pub(super) type Found = Option<GetFunctionOutput>;

impl LambdaClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The ARN of a function, by its name.
    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("lambda", &format!("function:{name}"))
    }

    /// The function as it is now. `GetFunction` has a quota of its own (100 per second), far above
    /// that of the other calls.
    pub(super) async fn get(&self, name: &str) -> Result<Found, DriverError> {
        let call = self.sdk.get_function().function_name(name);
        LAMBDA.found(call.send().sent("lambda:GetFunction").await)
    }

    /// The function, from this run's one reading.
    pub(super) async fn read(
        &self,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Found>, DriverError> {
        cache
            .once(format!("lambda:GetFunction {name}"), || self.get(name))
            .await
    }

    /// The names of the functions that may be the system's: those that the tagging index shows or,
    /// where that cannot be read, those whose names have the system's prefix.
    pub(super) async fn candidates(&self, cache: &ReadCache) -> Result<Vec<String>, DriverError> {
        let hints = tagging::hints(&self.account, cache).await?;
        if !hints.are_known() {
            return Ok(self.with_prefix(cache).await?.to_vec());
        }
        let prefix = self.arn("");
        Ok(hints
            .names(&prefix)
            .filter(|name| !name.contains(':'))
            .map(str::to_owned)
            .collect())
    }

    async fn with_prefix(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        cache
            .once("lambda:ListFunctions", || async {
                let prefix = format!("{}-", self.account.system());
                let functions = self
                    .sdk
                    .list_functions()
                    .into_paginator()
                    .items()
                    .send()
                    .collect::<Result<Vec<_>, _>>()
                    .sent("lambda:ListFunctions")
                    .await?;
                let names = functions.into_iter().filter_map(|of| of.function_name);
                Ok(names.filter(|name| name.starts_with(&prefix)).collect())
            })
            .await
    }

    /// Sets the tags that a function or an event source mapping lacks.
    pub(super) async fn complete_tags(
        &self,
        arn: &str,
        found: &Tags,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let missing = missing_tags(found, tags);
        if missing.is_empty() {
            return Ok(());
        }
        self.tag(arn, &missing).await
    }
}

impl TagCalls for LambdaClient {
    /// The tags of a function or an event source mapping.
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_tags().resource(arn);
        let answer = LAMBDA.found(call.send().sent("lambda:ListTags").await)?;
        Ok(answer.map(|answer| answer.tags.into_iter().flatten().collect()))
    }

    /// Sets tags of a function or an event source mapping.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self
            .sdk
            .tag_resource()
            .resource(arn)
            .set_tags(Some(sdk_tags(tags)));
        LAMBDA
            .write(|| call.clone().send().done("lambda:TagResource"))
            .await
    }

    /// Removes tags of a function or an event source mapping.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self
            .sdk
            .untag_resource()
            .resource(arn)
            .set_tag_keys(Some(keys.to_vec()));
        LAMBDA
            .write(|| call.clone().send().done("lambda:UntagResource"))
            .await
    }
}

/// A function is the parent of its permissions.
impl Parent for LambdaClient {
    fn tagged(&self, function: &str) -> String {
        self.arn(function)
    }

    fn records_lock(&self, function: &str) -> Arc<Mutex<()>> {
        self.account.lock(format!("the records of {function}"))
    }

    async fn tag_parent(&self, function: &str, tags: &Tags) -> Result<(), DriverError> {
        let arn = self.arn(function);
        fresh(|| self.tag(&arn, tags)).await
    }

    async fn untag_parent(&self, function: &str, keys: &[String]) -> Result<(), DriverError> {
        LAMBDA.or_empty(self.untag(&self.arn(function), keys).await)
    }
}

/// Makes a write to a function that may be new.
pub(super) async fn fresh<F>(call: impl FnMut() -> F) -> Result<(), DriverError>
where
    F: Future<Output = Result<(), DriverError>>,
{
    let passes = |error: &DriverError| LAMBDA.passes(error) || LAMBDA.is_absent(error);
    retry(FRESH, passes, call).await
}

/// A function's tags; `None` if Lambda could not read them.
pub(super) fn tags(found: &GetFunctionOutput) -> Option<Tags> {
    let tags = found.tags().cloned().unwrap_or_default();
    found
        .tags_error()
        .is_none()
        .then(|| tags.into_iter().collect())
}

/// Tags in the SDK's types.
pub(super) fn sdk_tags(tags: &Tags) -> HashMap<String, String> {
    tags.clone().into_iter().collect()
}

/// Whether the function is being deleted: it cannot be changed, and its name will be free soon.
pub(super) fn is_deleting(found: &GetFunctionOutput) -> bool {
    found
        .configuration()
        .and_then(|configuration| configuration.state())
        == Some(&State::Deleting)
}

/// The name, with the qualifier if there is one, of a function that is given by its name or its
/// ARN.
pub(super) fn name_of(reference: &str) -> &str {
    reference
        .rsplit_once(":function:")
        .map_or(reference, |(_, name)| name)
}

/// The name, the statement id or the pair of source and function is taken. The same code also means
/// that the function is busy.
pub(super) fn already_exists(error: &DriverError) -> bool {
    error.has_message(CONFLICT, ALREADY_EXISTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_in_several_ways() {
        assert_eq!(name_of("acme-f"), "acme-f");
        assert_eq!(
            name_of("arn:aws:lambda:eu-west-1:111122223333:function:acme-f"),
            "acme-f"
        );
        assert_eq!(
            name_of("arn:aws:lambda:eu-west-1:111122223333:function:acme-f:live"),
            "acme-f:live"
        );
        assert_eq!(name_of(engine::UNKNOWN), engine::UNKNOWN);
    }

    #[test]
    fn a_conflict_is_told_from_a_busy_function() {
        let conflict = |message: &str| DriverError::Service {
            operation: "lambda:Test",
            code: "ResourceConflictException".to_owned(),
            message: message.to_owned(),
            request_id: None,
        };
        let busy = conflict(
            "The operation cannot be performed at this time. An update is in progress for resource: f",
        );
        assert!(LAMBDA.passes(&busy) && !already_exists(&busy));
        let exists = conflict("Function already exist: f");
        assert!(!LAMBDA.passes(&exists) && already_exists(&exists));
    }
}
