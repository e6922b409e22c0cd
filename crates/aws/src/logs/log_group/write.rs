//! Writes of log groups.

use engine::DriverError;
use model::{Owner, Tags};

use super::{LogGroups, Properties, convert};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::kit::tag_store::TagCalls as _;
use crate::logs::client::LOGS;

impl LogGroups {
    /// Creates the group without its retention, which the call does not accept.
    pub(super) async fn make(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        self.logs
            .sdk
            .create_log_group()
            .log_group_name(&desired.log_group_name)
            .set_log_group_class(desired.log_group_class.map(convert::sdk_class))
            .set_kms_key_id(desired.kms_key_id.clone())
            .set_deletion_protection_enabled(desired.deletion_protection_enabled)
            .set_tags(Some(tags.clone().into_iter().collect()))
            .send()
            .done("logs:CreateLogGroup")
            .await
    }

    /// Resumes with a group that an earlier attempt created, or that carries no tags at all, like
    /// the one that a function creates with its first line. From here on it is tagged.
    pub(super) async fn take_over(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        let arn = self.logs.arn(&desired.log_group_name);
        let found = self.logs.tags(&arn).await?;
        if !found.is_empty() {
            adopt(&found, owner, refused)?;
        }
        self.logs.tag(&arn, tags).await
    }

    pub(super) async fn put_retention(&self, desired: &Properties) -> Result<(), DriverError> {
        let (sdk, name) = (&self.logs.sdk, &desired.log_group_name);
        let Some(days) = desired.retention_in_days else {
            let call = sdk.delete_retention_policy().log_group_name(name);
            return LOGS
                .write(|| call.clone().send().done("logs:DeleteRetentionPolicy"))
                .await;
        };
        let call = sdk
            .put_retention_policy()
            .log_group_name(name)
            .retention_in_days(days);
        LOGS.write(|| call.clone().send().done("logs:PutRetentionPolicy"))
            .await
    }

    pub(super) async fn put_key(&self, desired: &Properties) -> Result<(), DriverError> {
        let (sdk, name) = (&self.logs.sdk, &desired.log_group_name);
        let Some(key) = &desired.kms_key_id else {
            let call = sdk.disassociate_kms_key().log_group_name(name);
            return LOGS
                .write(|| call.clone().send().done("logs:DisassociateKmsKey"))
                .await;
        };
        let call = sdk.associate_kms_key().log_group_name(name).kms_key_id(key);
        LOGS.write(|| call.clone().send().done("logs:AssociateKmsKey"))
            .await
    }

    /// Turns deletion protection on or off. Unlike the other calls, this one requires the ARN:
    /// <https://github.com/hashicorp/terraform-provider-aws/pull/45298>.
    pub(super) async fn protect(&self, name: &str, on: bool) -> Result<(), DriverError> {
        let call = self
            .logs
            .sdk
            .put_log_group_deletion_protection()
            .log_group_identifier(self.logs.arn(name))
            .deletion_protection_enabled(on);
        LOGS.write(|| {
            let sent = call.clone().send();
            sent.done("logs:PutLogGroupDeletionProtection")
        })
        .await
    }

    /// Deletes a group, even if it is protected.
    pub(super) async fn remove(&self, name: &str) -> Result<(), DriverError> {
        match self.send_delete(name).await {
            Err(error) if is_protected(&error) => {
                self.protect(name, false).await?;
                self.send_delete(name).await
            }
            deleted => deleted,
        }
    }

    async fn send_delete(&self, name: &str) -> Result<(), DriverError> {
        let call = self.logs.sdk.delete_log_group().log_group_name(name);
        LOGS.delete(|| call.clone().send().done("logs:DeleteLogGroup"))
            .await
    }
}

/// "Cannot delete log group with deletion protection enabled. Disable deletion protection first."
/// Source: `Protecting log groups from deletion` in the user guide.
fn is_protected(error: &DriverError) -> bool {
    error.has_message("ValidationException", "deletion protection")
}
