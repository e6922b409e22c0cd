//! Writes of a bucket's settings: one call each, one after another, since S3 aborts calls that
//! overlap.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLoggingStatus, BucketVersioningStatus, LoggingEnabled,
    OwnershipControls as SdkOwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration as SdkAccess, ServerSideEncryptionConfiguration,
    TransitionDefaultMinimumObjectSize, VersioningConfiguration,
};
use engine::{Changes, DriverError};

use super::{Buckets, Properties, convert, lifecycle};
use crate::kit::call::Call as _;
use crate::kit::steady::until_steady;
use crate::kit::wait::WaitPolicy;
use crate::s3::client::{S3, incomplete};

/// The number of equal reads in a row that is trusted: lifecycle reads alternate between old and
/// new for a while.
const STEADY: u32 = 3;

/// How long lifecycle reads may alternate.
const SETTLING: WaitPolicy = WaitPolicy::seconds(180);

impl Buckets {
    /// Writes the changed settings, access first: a policy that is written later must not be
    /// public, even for a moment.
    pub(super) async fn write(
        &self,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let _writer = self.s3.writer(&desired.bucket_name).await;
        if changes.affects("PublicAccessBlockConfiguration") {
            self.put_access(desired).await?;
        }
        if changes.affects("OwnershipControls") {
            self.put_ownership(desired).await?;
        }
        if changes.affects("BucketEncryption") {
            self.put_encryption(desired).await?;
        }
        if changes.affects("VersioningConfiguration") {
            self.put_versioning(desired).await?;
        }
        if changes.affects("LifecycleConfiguration") {
            self.put_lifecycle(desired).await?;
        }
        if changes.affects("CorsConfiguration") {
            self.put_cors(desired).await?;
        }
        if changes.affects("LoggingConfiguration") {
            self.put_logging(desired).await?;
        }
        Ok(())
    }

    async fn put_access(&self, desired: &Properties) -> Result<(), DriverError> {
        let access = desired
            .public_access_block_configuration
            .clone()
            .unwrap_or_default();
        let access = SdkAccess::builder()
            .set_block_public_acls(access.block_public_acls)
            .set_block_public_policy(access.block_public_policy)
            .set_ignore_public_acls(access.ignore_public_acls)
            .set_restrict_public_buckets(access.restrict_public_buckets)
            .build();
        let call = self
            .s3
            .sdk
            .put_public_access_block()
            .bucket(&desired.bucket_name)
            .public_access_block_configuration(access);
        S3.write(|| call.clone().send().done("s3:PutBucketPublicAccessBlock"))
            .await
    }

    async fn put_ownership(&self, desired: &Properties) -> Result<(), DriverError> {
        let rules = desired
            .ownership_controls
            .iter()
            .flat_map(|controls| &controls.rules)
            .map(|rule| convert::sdk_ownership(rule.object_ownership))
            .map(|ownership| {
                OwnershipControlsRule::builder()
                    .object_ownership(ownership)
                    .build()
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(incomplete)?;
        let controls = SdkOwnershipControls::builder()
            .set_rules(Some(rules))
            .build()
            .map_err(incomplete)?;
        let call = self
            .s3
            .sdk
            .put_bucket_ownership_controls()
            .bucket(&desired.bucket_name)
            .ownership_controls(controls);
        S3.write(|| call.clone().send().done("s3:PutBucketOwnershipControls"))
            .await
    }

    async fn put_encryption(&self, desired: &Properties) -> Result<(), DriverError> {
        let Some(encryption) = &desired.bucket_encryption else {
            return Ok(());
        };
        let old = self.encryption(&desired.bucket_name).await?;
        let configuration = ServerSideEncryptionConfiguration::builder()
            .set_rules(Some(convert::sdk_encryption(encryption, &old)?))
            .build()
            .map_err(incomplete)?;
        let call = self
            .s3
            .sdk
            .put_bucket_encryption()
            .bucket(&desired.bucket_name)
            .server_side_encryption_configuration(configuration);
        S3.write(|| call.clone().send().done("s3:PutEncryptionConfiguration"))
            .await
    }

    /// Once versions were kept, that can be suspended but never undone.
    async fn put_versioning(&self, desired: &Properties) -> Result<(), DriverError> {
        let status = match desired.versioning_configuration {
            Some(_) => BucketVersioningStatus::Enabled,
            None => BucketVersioningStatus::Suspended,
        };
        let call = self
            .s3
            .sdk
            .put_bucket_versioning()
            .bucket(&desired.bucket_name)
            .versioning_configuration(VersioningConfiguration::builder().status(status).build());
        S3.write(|| call.clone().send().done("s3:PutBucketVersioning"))
            .await
    }

    async fn put_lifecycle(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        if let Some(configuration) = &desired.lifecycle_configuration {
            let rules = configuration.rules.iter().map(lifecycle::sdk_rule);
            let sdk = BucketLifecycleConfiguration::builder()
                .set_rules(Some(rules.collect::<Result<_, _>>()?))
                .build()
                .map_err(incomplete)?;
            let size = configuration
                .transition_default_minimum_object_size
                .as_deref()
                .map(TransitionDefaultMinimumObjectSize::from);
            let call = self
                .s3
                .sdk
                .put_bucket_lifecycle_configuration()
                .bucket(name)
                .lifecycle_configuration(sdk)
                .set_transition_default_minimum_object_size(size);
            S3.write(|| call.clone().send().done("s3:PutLifecycleConfiguration"))
                .await?;
        } else {
            let call = self.s3.sdk.delete_bucket_lifecycle().bucket(name);
            S3.write(|| call.clone().send().done("s3:PutLifecycleConfiguration"))
                .await?;
        }
        self.lifecycle_settled(desired).await
    }

    /// Waits until the rules read back as desired, several times in a row.
    async fn lifecycle_settled(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        let condition =
            format!("the lifecycle rules of the bucket `{name}` to read back as written");
        until_steady(&condition, SETTLING, STEADY, || async {
            let mut found = self.lifecycle(name).await?;
            lifecycle::normalise(&mut found);
            if found == desired.lifecycle_configuration {
                return Ok(Ok(()));
            }
            let count = found.map_or(0, |found| found.rules.len());
            Ok(Err(format!("{count} rules")))
        })
        .await
    }

    async fn put_cors(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        let Some(configuration) = &desired.cors_configuration else {
            let call = self.s3.sdk.delete_bucket_cors().bucket(name);
            return S3
                .write(|| call.clone().send().done("s3:PutBucketCORS"))
                .await;
        };
        let call = self
            .s3
            .sdk
            .put_bucket_cors()
            .bucket(name)
            .cors_configuration(convert::sdk_cors(configuration)?);
        S3.write(|| call.clone().send().done("s3:PutBucketCORS"))
            .await
    }

    async fn put_logging(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        let enabled = desired.logging_configuration.as_ref().map(|logging| {
            let target = logging.destination_bucket_name.as_deref();
            LoggingEnabled::builder()
                .target_bucket(target.unwrap_or(name))
                .target_prefix(logging.log_file_prefix.as_deref().unwrap_or_default())
                .build()
                .map_err(incomplete)
        });
        let status = BucketLoggingStatus::builder()
            .set_logging_enabled(enabled.transpose()?)
            .build();
        let call = self
            .s3
            .sdk
            .put_bucket_logging()
            .bucket(name)
            .bucket_logging_status(status);
        S3.write(|| call.clone().send().done("s3:PutBucketLogging"))
            .await
    }
}
