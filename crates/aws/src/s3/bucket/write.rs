//! How a bucket's settings are written: a call each, one after another, since S3 aborts those that
//! overlap.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLoggingStatus, BucketVersioningStatus, LoggingEnabled,
    OwnershipControls as SdkOwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration as SdkAccess, ServerSideEncryptionConfiguration,
    TransitionDefaultMinimumObjectSize, VersioningConfiguration,
};
use engine::{Changes, DriverError};

use super::{Buckets, Properties, convert, lifecycle};
use crate::account::error::failed;
use crate::kit::wait::{WaitPolicy, until};
use crate::s3::service::{incomplete, written};

/// How many equal answers in a row are believed: lifecycle reads flap between old and new for a
/// while.
const STEADY: u32 = 3;

/// How long lifecycle reads may flap.
const SETTLING: WaitPolicy = WaitPolicy::seconds(180);

impl Buckets {
    /// Writes what the changes touch, access first: a policy that comes later must not be public
    /// for a moment.
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
            .client
            .put_public_access_block()
            .bucket(&desired.bucket_name);
        let call = call.public_access_block_configuration(access);
        written(|| async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("s3:PutBucketPublicAccessBlock"))
        })
        .await
    }

    async fn put_ownership(&self, desired: &Properties) -> Result<(), DriverError> {
        let rules = desired
            .ownership_controls
            .iter()
            .flat_map(|controls| &controls.rules);
        let rules = rules.map(|rule| {
            let ownership = convert::sdk_ownership(rule.object_ownership);
            OwnershipControlsRule::builder()
                .object_ownership(ownership)
                .build()
                .map_err(incomplete)
        });
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        let controls = SdkOwnershipControls::builder()
            .set_rules(Some(rules))
            .build()
            .map_err(incomplete)?;
        let call = self
            .s3
            .client
            .put_bucket_ownership_controls()
            .bucket(&desired.bucket_name);
        let call = call.ownership_controls(controls);
        written(|| async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("s3:PutBucketOwnershipControls"))
        })
        .await
    }

    async fn put_encryption(&self, desired: &Properties) -> Result<(), DriverError> {
        let Some(encryption) = &desired.bucket_encryption else {
            return Ok(());
        };
        let old = self.encryption(&desired.bucket_name).await?;
        let rules = convert::sdk_encryption(encryption, &old)?;
        let configuration = ServerSideEncryptionConfiguration::builder()
            .set_rules(Some(rules))
            .build()
            .map_err(incomplete)?;
        let call = self
            .s3
            .client
            .put_bucket_encryption()
            .bucket(&desired.bucket_name);
        let call = call.server_side_encryption_configuration(configuration);
        written(|| async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("s3:PutEncryptionConfiguration"))
        })
        .await
    }

    /// Versions that were kept once can be kept no longer, and never be forgotten.
    async fn put_versioning(&self, desired: &Properties) -> Result<(), DriverError> {
        let status = match desired.versioning_configuration {
            Some(_) => BucketVersioningStatus::Enabled,
            None => BucketVersioningStatus::Suspended,
        };
        let configuration = VersioningConfiguration::builder().status(status).build();
        let call = self
            .s3
            .client
            .put_bucket_versioning()
            .bucket(&desired.bucket_name);
        let call = call.versioning_configuration(configuration);
        written(|| async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("s3:PutBucketVersioning"))
        })
        .await
    }

    async fn put_lifecycle(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        if let Some(configuration) = &desired.lifecycle_configuration {
            let rules = configuration
                .rules
                .iter()
                .map(lifecycle::sdk_rule)
                .collect::<Result<Vec<_>, _>>()?;
            let sdk = BucketLifecycleConfiguration::builder()
                .set_rules(Some(rules))
                .build()
                .map_err(incomplete)?;
            let size = configuration
                .transition_default_minimum_object_size
                .as_deref();
            let call = self
                .s3
                .client
                .put_bucket_lifecycle_configuration()
                .bucket(name)
                .lifecycle_configuration(sdk)
                .set_transition_default_minimum_object_size(
                    size.map(TransitionDefaultMinimumObjectSize::from),
                );
            let put = || async {
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed("s3:PutLifecycleConfiguration"))
            };
            written(put).await?;
        } else {
            let call = self.s3.client.delete_bucket_lifecycle().bucket(name);
            let put = || async {
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed("s3:PutLifecycleConfiguration"))
            };
            written(put).await?;
        }
        self.lifecycle_settled(desired).await
    }

    /// Waits until the rules read back as they should be, several times in a row.
    async fn lifecycle_settled(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        let equal = AtomicU32::new(0);
        until(
            &format!("the lifecycle rules of the bucket `{name}` to read back as written"),
            SETTLING,
            || async {
                let mut live = self.lifecycle(name).await?;
                lifecycle::normalise(&mut live);
                if live != desired.lifecycle_configuration {
                    equal.store(0, Ordering::Relaxed);
                    return Ok(Err(format!(
                        "{} rules",
                        live.map_or(0, |live| live.rules.len())
                    )));
                }
                let times = equal.fetch_add(1, Ordering::Relaxed) + 1;
                Ok(if times < STEADY {
                    Err(format!("so {times} times in a row"))
                } else {
                    Ok(())
                })
            },
        )
        .await
    }

    async fn put_cors(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        let Some(configuration) = &desired.cors_configuration else {
            let call = self.s3.client.delete_bucket_cors().bucket(name);
            return written(|| async {
                call.clone()
                    .send()
                    .await
                    .map(drop)
                    .map_err(failed("s3:PutBucketCORS"))
            })
            .await;
        };
        let configuration = convert::sdk_cors(configuration)?;
        let call = self
            .s3
            .client
            .put_bucket_cors()
            .bucket(name)
            .cors_configuration(configuration);
        written(|| async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("s3:PutBucketCORS"))
        })
        .await
    }

    async fn put_logging(&self, desired: &Properties) -> Result<(), DriverError> {
        let enabled = desired.logging_configuration.as_ref().map(|logging| {
            LoggingEnabled::builder()
                .target_bucket(
                    logging
                        .destination_bucket_name
                        .as_deref()
                        .unwrap_or(&desired.bucket_name),
                )
                .target_prefix(logging.log_file_prefix.as_deref().unwrap_or_default())
                .build()
                .map_err(incomplete)
        });
        let status = BucketLoggingStatus::builder()
            .set_logging_enabled(enabled.transpose()?)
            .build();
        let call = self
            .s3
            .client
            .put_bucket_logging()
            .bucket(&desired.bucket_name)
            .bucket_logging_status(status);
        written(|| async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("s3:PutBucketLogging"))
        })
        .await
    }
}
