//! How permissions are written: the record on the function first, one writer a function, each write
//! seen.

use engine::DriverError;
use model::{FINGERPRINT_TAG, Tags, child_fingerprint_tag};

use super::statement::address_name;
use super::{Permissions, Properties};
use crate::account::error::failed;
use crate::kit::wait::{WaitPolicy, retry, until};
use crate::lambda::functions::{absent_is_done, already_exists, is_busy};

/// How long the function that was just made may not be known, or be busy.
const FRESH: WaitPolicy = WaitPolicy::seconds(60);

/// How long a statement that was written may not show. After that it counts as lost, and is written
/// again.
const SHOWN: WaitPolicy = WaitPolicy::seconds(20);

/// How often a statement is written before that it does not show is an error.
const ATTEMPTS: usize = 3;

/// The function was made a moment ago, or another change of it is under way.
fn passes(error: &DriverError) -> bool {
    error.is("ResourceNotFoundException")
        || is_busy(error)
        || error.is("PreconditionFailedException")
}

impl Permissions {
    /// Keeps the fingerprint in `tags`, if there is one, as the permission's record on the
    /// function.
    pub(super) async fn record(
        &self,
        function: &str,
        id: &str,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let Some(fingerprint) = tags.get(FINGERPRINT_TAG) else {
            return Ok(());
        };
        let call = self
            .functions
            .client
            .tag_resource()
            .resource(self.functions.arn(function))
            .tags(child_fingerprint_tag(address_name(id)), fingerprint);
        let tag = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("lambda:TagResource"))
        };
        retry(FRESH, passes, tag).await
    }

    /// Takes the permission's record off the function.
    pub(super) async fn forget(&self, function: &str, id: &str) -> Result<(), DriverError> {
        let call = self
            .functions
            .client
            .untag_resource()
            .resource(self.functions.arn(function))
            .tag_keys(child_fingerprint_tag(address_name(id)));
        let untag = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("lambda:UntagResource"))
        };
        absent_is_done(retry(FRESH, is_busy, untag).await)
    }

    /// Adds the statement and waits until the policy shows it.
    pub(super) async fn add(&self, id: &str, desired: &Properties) -> Result<(), DriverError> {
        let writer = self.writer(&desired.function_name);
        let _alone = writer.lock().await;
        for attempt in 1.. {
            match self.add_statement(id, desired).await {
                // An earlier attempt of this very call, or one under this id that is not wanted any
                // more.
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
            .functions
            .client
            .add_permission()
            .function_name(&desired.function_name)
            .statement_id(id)
            .action(&desired.action)
            .principal(&desired.principal)
            .set_source_arn(desired.source_arn.clone())
            .set_source_account(desired.source_account.clone());
        let add = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("lambda:AddPermission"))
        };
        retry(FRESH, passes, add).await
    }

    /// Removes and adds the statement of this id if it is another than the desired one.
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
            SHOWN,
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

    /// Removes the statement and waits until the policy does not show it.
    pub(super) async fn remove(&self, function: &str, id: &str) -> Result<(), DriverError> {
        let writer = self.writer(function);
        let _alone = writer.lock().await;
        self.remove_statement(function, id).await
    }

    async fn remove_statement(&self, function: &str, id: &str) -> Result<(), DriverError> {
        let call = self
            .functions
            .client
            .remove_permission()
            .function_name(function)
            .statement_id(id);
        let remove = || async {
            absent_is_done(
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed("lambda:RemovePermission")),
            )
        };
        retry(
            FRESH,
            |error| is_busy(error) || error.is("PreconditionFailedException"),
            remove,
        )
        .await?;
        until(
            &format!("the statement {id} to disappear from the policy of the function {function}"),
            SHOWN,
            || async {
                let policy = self.policy(function).await?;
                Ok(if policy.contains_key(id) {
                    Err("still there".to_owned())
                } else {
                    Ok(())
                })
            },
        )
        .await
    }
}
