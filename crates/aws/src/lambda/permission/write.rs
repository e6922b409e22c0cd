//! Writes of permissions: one writer per function, and each write is seen before the next.

use std::sync::Arc;

use engine::DriverError;
use tokio::sync::Mutex;

use super::{Permissions, Properties};
use crate::kit::call::Call as _;
use crate::kit::wait::{WaitPolicy, until};
use crate::lambda::client::{LAMBDA, already_exists, fresh};

/// How long a written statement may remain unseen. After that it counts as lost, and is written
/// again.
const SEEN: WaitPolicy = WaitPolicy::seconds(20);

/// The number of times that a statement is written before it is an error that it is not seen.
const ATTEMPTS: usize = 3;

impl Permissions {
    /// The lock of a function's policy: concurrent `AddPermission` calls lose statements, an
    /// acknowledged bug of the API.
    fn lock(&self, function: &str) -> Arc<Mutex<()>> {
        let account = &self.lambda.account;
        account.lock(format!("the policy of the function {function}"))
    }

    /// Adds the statement and waits until the policy shows it.
    pub(super) async fn add(&self, id: &str, desired: &Properties) -> Result<(), DriverError> {
        let policy = self.lock(&desired.function_name);
        let _alone = policy.lock().await;
        for attempt in 1.. {
            match self.add_statement(id, desired).await {
                // From an earlier attempt, or an older statement under this id.
                Err(error) if already_exists(&error) => self.make_room(id, desired).await?,
                added => added?,
            }
            match self.shown(id, desired).await {
                Err(DriverError::TimedOut { .. }) if attempt < ATTEMPTS => {}
                shown => return shown,
            }
        }
        Ok(())
    }

    async fn add_statement(&self, id: &str, desired: &Properties) -> Result<(), DriverError> {
        let call = self
            .lambda
            .sdk
            .add_permission()
            .function_name(&desired.function_name)
            .statement_id(id)
            .action(&desired.action)
            .principal(&desired.principal)
            .set_source_arn(desired.source_arn.clone())
            .set_source_account(desired.source_account.clone());
        fresh(|| call.clone().send().done("lambda:AddPermission")).await
    }

    /// Replaces the statement of this id unless it is the desired one.
    async fn make_room(&self, id: &str, desired: &Properties) -> Result<(), DriverError> {
        let policy = self.policy(&desired.function_name).await?;
        if policy.get(id).is_none_or(|live| live == desired) {
            return Ok(());
        }
        self.remove_statement(&desired.function_name, id).await?;
        self.add_statement(id, desired).await
    }

    async fn shown(&self, id: &str, desired: &Properties) -> Result<(), DriverError> {
        let function = &desired.function_name;
        until(
            &format!("the policy of the function {function} to contain the statement {id}"),
            SEEN,
            || async {
                let policy = self.policy(function).await?;
                Ok(match policy.get(id) {
                    Some(live) if live == desired => Ok(()),
                    Some(_) => Err("an older statement of the id".to_owned()),
                    None => Err("no such statement".to_owned()),
                })
            },
        )
        .await
    }

    /// Removes the statement and waits until the policy no longer shows it.
    pub(super) async fn remove(&self, function: &str, id: &str) -> Result<(), DriverError> {
        let policy = self.lock(function);
        let _alone = policy.lock().await;
        self.remove_statement(function, id).await
    }

    async fn remove_statement(&self, function: &str, id: &str) -> Result<(), DriverError> {
        let call = self
            .lambda
            .sdk
            .remove_permission()
            .function_name(function)
            .statement_id(id);
        LAMBDA
            .delete(|| call.clone().send().done("lambda:RemovePermission"))
            .await?;
        until(
            &format!("the statement {id} to disappear from the policy of the function {function}"),
            SEEN,
            || async {
                let policy = self.policy(function).await?;
                Ok(if policy.contains_key(id) {
                    Err("it is still there".to_owned())
                } else {
                    Ok(())
                })
            },
        )
        .await
    }
}
