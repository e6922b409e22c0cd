//! Writes of bucket policies.

use engine::DriverError;

use super::{Policies, Properties};
use crate::kit::call::Call as _;
use crate::kit::gone::until_gone;
use crate::kit::policy_document::print;
use crate::kit::wait::until;
use crate::s3::client::{CONFLICTS, PROPAGATION, S3};

impl Policies {
    /// Writes the policy, and waits until it reads back.
    pub(super) async fn put(&self, desired: &Properties) -> Result<(), DriverError> {
        let bucket = &desired.bucket;
        let call = self
            .s3
            .sdk
            .put_bucket_policy()
            .bucket(bucket)
            .policy(print(&desired.policy_document)?);
        let _writer = self.s3.writer(bucket).await;
        S3.write(|| call.clone().send().done("s3:PutBucketPolicy"))
            .await?;
        until(
            &format!("the policy of the bucket `{bucket}` to read back as written"),
            PROPAGATION,
            || async {
                Ok(match self.policy(bucket).await? {
                    Some(found) if found == desired.policy_document => Ok(()),
                    Some(_) => Err("another policy".to_owned()),
                    None => Err("no policy".to_owned()),
                })
            },
        )
        .await
    }

    /// Deletes the policy, and waits until it is deleted.
    pub(super) async fn remove(&self, bucket: &str) -> Result<(), DriverError> {
        let call = self.s3.sdk.delete_bucket_policy().bucket(bucket);
        CONFLICTS
            .delete(|| async {
                let _writer = self.s3.writer(bucket).await;
                call.clone().send().done("s3:DeleteBucketPolicy").await
            })
            .await?;
        let name = format!("the policy of the bucket `{bucket}`");
        until_gone(&name, PROPAGATION, || self.policy(bucket)).await
    }
}
