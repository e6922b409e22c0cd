//! Functions as all drivers of the service see them.

use std::sync::Arc;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::State;
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::account::error::failed;
use crate::kit::tagging;

/// Reads functions.
#[derive(Clone, Debug)]
pub(super) struct Functions {
    pub(super) account: Account,
    pub(super) client: Client,
}

/// The answer for one function; none if there is no such function.
pub(super) type Found = Option<GetFunctionOutput>;

impl Functions {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: Client::new(&account.config("lambda")),
        }
    }

    /// The ARN of a function that is given by its name.
    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("lambda", &format!("function:{name}"))
    }

    /// The function as it is now. `GetFunction` has a quota of its own (100 a second), far above
    /// that of the other calls.
    pub(super) async fn get(&self, name: &str) -> Result<Found, DriverError> {
        let answer = self.client.get_function().function_name(name).send().await;
        match answer.map_err(failed("lambda:GetFunction")) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The function as this reading shows it.
    pub(super) async fn read(
        &self,
        name: &str,
        cache: &ReadCache,
    ) -> Result<Arc<Found>, DriverError> {
        cache
            .once(format!("lambda:GetFunction {name}"), || self.get(name))
            .await
    }

    /// The names of the functions that the tagging index shows as the system's.
    pub(super) async fn hinted(&self, cache: &ReadCache) -> Result<Vec<String>, DriverError> {
        let hints = tagging::hints(&self.account, cache).await?;
        let prefix = self.arn("");
        Ok(hints
            .names(&prefix)
            .filter(|name| !name.contains(':'))
            .map(str::to_owned)
            .collect())
    }
}

/// A function's tags; none if the service could not read them.
pub(super) fn tags(found: &GetFunctionOutput) -> Option<Tags> {
    let tags = || {
        found
            .tags()
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .collect()
    };
    found.tags_error().is_none().then(tags)
}

/// Whether the function is on its way out: nothing can be done to it, and its name is free in a
/// moment.
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

/// Lambda does not know the role, its permissions or the key yet; or they are wrong, and the error
/// stays.
///
/// Lambda has one code for all invalid parameters, so the message tells.
pub(super) fn role_propagates(error: &DriverError) -> bool {
    const MESSAGES: [&str; 4] = [
        "cannot be assumed by Lambda",
        "execution role does not have permissions",
        "because the KMS key is invalid for CreateGrant",
        "ensure the role can perform",
    ];
    MESSAGES
        .iter()
        .any(|message| error.has_message("InvalidParameterValueException", message))
}

/// Another change of the function is under way.
pub(super) fn is_busy(error: &DriverError) -> bool {
    error.is("ResourceConflictException") && !already_exists(error)
}

/// The name, the statement id or the pair of source and function is taken. The same code says that
/// the function is busy, so the message tells ("Function already exist: …").
pub(super) fn already_exists(error: &DriverError) -> bool {
    error.has_message("ResourceConflictException", "already exist")
}

/// Takes the absence of what is to be removed for success.
pub(super) fn absent_is_done(result: Result<(), DriverError>) -> Result<(), DriverError> {
    match result {
        Err(error) if error.is("ResourceNotFoundException") => Ok(()),
        other => other,
    }
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
        assert!(is_busy(&busy) && !already_exists(&busy));
        let exists = conflict("Function already exist: f");
        assert!(!is_busy(&exists) && already_exists(&exists));
    }
}
