//! How a bucket's settings are read: a call each, all at once.

use aws_sdk_s3::types::{
    BucketVersioningStatus, CorsRule as SdkCorsRule, ServerSideEncryptionRule,
};
use engine::DriverError;
use model::types::s3::{
    Bucket, LifecycleConfiguration, LoggingConfiguration, OwnershipControls,
    PublicAccessBlockConfiguration, VersioningConfiguration, VersioningStatus,
};

use super::{Buckets, Properties, convert, lifecycle};
use crate::account::error::failed;

/// What S3 answers where a setting was never made.
fn unless<T>(result: Result<T, DriverError>, absent: &str) -> Result<Option<T>, DriverError> {
    match result {
        Err(error) if error.is(absent) => Ok(None),
        other => other.map(Some),
    }
}

impl Buckets {
    /// The settings as they are now; none if the bucket is not there.
    pub(super) async fn settings(&self, name: &str) -> Result<Option<Properties>, DriverError> {
        // Boxed, since seven calls at once are a large future.
        let settings = Box::pin(async {
            tokio::try_join!(
                self.encryption(name),
                self.access(name),
                self.ownership(name),
                self.versioning(name),
                self.lifecycle(name),
                self.cors(name),
                self.logging(name),
            )
        });
        let settings = settings.await;
        let Some((encryption, access, ownership, versioning, lifecycle, cors, logging)) =
            unless(settings, "NoSuchBucket")?
        else {
            return Ok(None);
        };
        Ok(Some(Bucket {
            bucket_name: name.to_owned(),
            bucket_encryption: convert::encryption(&encryption),
            public_access_block_configuration: Some(access),
            ownership_controls: Some(ownership),
            versioning_configuration: versioning,
            lifecycle_configuration: lifecycle,
            cors_configuration: convert::cors(&cors),
            logging_configuration: logging,
        }))
    }

    pub(super) async fn encryption(
        &self,
        name: &str,
    ) -> Result<Vec<ServerSideEncryptionRule>, DriverError> {
        let answer = self
            .s3
            .client
            .get_bucket_encryption()
            .bucket(name)
            .send()
            .await;
        let answer = answer.map_err(failed("s3:GetEncryptionConfiguration"));
        let answer = unless(answer, "ServerSideEncryptionConfigurationNotFoundError")?;
        let configuration = answer.and_then(|answer| answer.server_side_encryption_configuration);
        Ok(configuration
            .map(|configuration| configuration.rules)
            .unwrap_or_default())
    }

    /// A bucket without the setting blocks nothing. Every new one at AWS has it, and none at
    /// MiniStack.
    async fn access(&self, name: &str) -> Result<PublicAccessBlockConfiguration, DriverError> {
        let answer = self
            .s3
            .client
            .get_public_access_block()
            .bucket(name)
            .send()
            .await;
        let answer = answer.map_err(failed("s3:GetBucketPublicAccessBlock"));
        let answer = unless(answer, "NoSuchPublicAccessBlockConfiguration")?;
        let access = answer.and_then(|answer| answer.public_access_block_configuration);
        Ok(
            access.map_or_else(PublicAccessBlockConfiguration::default, |access| {
                PublicAccessBlockConfiguration {
                    block_public_acls: access.block_public_acls(),
                    block_public_policy: access.block_public_policy(),
                    ignore_public_acls: access.ignore_public_acls(),
                    restrict_public_buckets: access.restrict_public_buckets(),
                }
            }),
        )
    }

    /// Without the setting, objects belong to who uploads them.
    async fn ownership(&self, name: &str) -> Result<OwnershipControls, DriverError> {
        let answer = self
            .s3
            .client
            .get_bucket_ownership_controls()
            .bucket(name)
            .send()
            .await;
        let answer = answer.map_err(failed("s3:GetBucketOwnershipControls"));
        let answer = unless(answer, "OwnershipControlsNotFoundError")?;
        let controls = answer.and_then(|answer| answer.ownership_controls);
        Ok(convert::ownership(controls.as_ref()).into())
    }

    async fn versioning(&self, name: &str) -> Result<Option<VersioningConfiguration>, DriverError> {
        let answer = self
            .s3
            .client
            .get_bucket_versioning()
            .bucket(name)
            .send()
            .await;
        let status = match answer.map_err(failed("s3:GetBucketVersioning"))?.status {
            Some(BucketVersioningStatus::Enabled) => VersioningStatus::Enabled,
            Some(BucketVersioningStatus::Suspended) => VersioningStatus::Suspended,
            _ => return Ok(None),
        };
        Ok(Some(VersioningConfiguration { status }))
    }

    pub(super) async fn lifecycle(
        &self,
        name: &str,
    ) -> Result<Option<LifecycleConfiguration>, DriverError> {
        let answer = self
            .s3
            .client
            .get_bucket_lifecycle_configuration()
            .bucket(name)
            .send()
            .await;
        let answer = answer.map_err(failed("s3:GetLifecycleConfiguration"));
        let answer = unless(answer, "NoSuchLifecycleConfiguration")?;
        Ok(answer.map(|answer| LifecycleConfiguration {
            rules: answer.rules().iter().map(lifecycle::rule).collect(),
            transition_default_minimum_object_size: answer
                .transition_default_minimum_object_size()
                .map(|size| size.as_str().to_owned()),
        }))
    }

    async fn cors(&self, name: &str) -> Result<Vec<SdkCorsRule>, DriverError> {
        let answer = self.s3.client.get_bucket_cors().bucket(name).send().await;
        let answer = unless(
            answer.map_err(failed("s3:GetBucketCORS")),
            "NoSuchCORSConfiguration",
        )?;
        Ok(answer
            .and_then(|answer| answer.cors_rules)
            .unwrap_or_default())
    }

    async fn logging(
        &self,
        name: &str,
    ) -> Result<Option<LoggingConfiguration<String>>, DriverError> {
        let answer = self
            .s3
            .client
            .get_bucket_logging()
            .bucket(name)
            .send()
            .await;
        let enabled = answer
            .map_err(failed("s3:GetBucketLogging"))?
            .logging_enabled;
        Ok(enabled.map(|enabled| LoggingConfiguration {
            destination_bucket_name: Some(enabled.target_bucket),
            log_file_prefix: Some(enabled.target_prefix),
        }))
    }
}
