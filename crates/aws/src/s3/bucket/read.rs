//! Reads of a bucket's settings: one call each, all concurrently.

use aws_sdk_s3::types::{
    BucketVersioningStatus, CorsRule as SdkCorsRule, ServerSideEncryptionRule,
};
use engine::DriverError;
use model::types::s3::{
    Bucket, LifecycleConfiguration, LoggingConfiguration, OwnershipControls,
    PublicAccessBlockConfiguration, VersioningConfiguration, VersioningStatus,
};

use super::{Buckets, Properties, convert, lifecycle};
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::s3::client::S3;

/// The errors of settings that were never written.
const SETTINGS: Consistency = Consistency {
    absent: &[
        Code("ServerSideEncryptionConfigurationNotFoundError"),
        Code("NoSuchPublicAccessBlockConfiguration"),
        Code("OwnershipControlsNotFoundError"),
        Code("NoSuchLifecycleConfiguration"),
        Code("NoSuchCORSConfiguration"),
    ],
    ..S3
};

impl Buckets {
    /// The settings as they are now, or `None` if the bucket does not exist.
    pub(super) async fn settings(&self, name: &str) -> Result<Option<Properties>, DriverError> {
        // Boxed, since seven concurrent calls are a large future.
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
        let found = S3.found(settings.await)?;
        Ok(found.map(
            |(encryption, access, ownership, versioning, lifecycle, cors, logging)| Bucket {
                bucket_name: name.to_owned(),
                bucket_encryption: convert::encryption(&encryption),
                public_access_block_configuration: Some(access),
                ownership_controls: Some(ownership),
                versioning_configuration: versioning,
                lifecycle_configuration: lifecycle,
                cors_configuration: convert::cors(&cors),
                logging_configuration: logging,
            },
        ))
    }

    pub(super) async fn encryption(
        &self,
        name: &str,
    ) -> Result<Vec<ServerSideEncryptionRule>, DriverError> {
        let call = self.s3.sdk.get_bucket_encryption().bucket(name).send();
        let found = SETTINGS.found(call.sent("s3:GetEncryptionConfiguration").await)?;
        let configuration = found.and_then(|found| found.server_side_encryption_configuration);
        Ok(configuration.map_or_else(Vec::new, |configuration| configuration.rules))
    }

    /// A bucket without the setting blocks nothing. Every new one has it on AWS, and none on
    /// MiniStack.
    async fn access(&self, name: &str) -> Result<PublicAccessBlockConfiguration, DriverError> {
        let call = self.s3.sdk.get_public_access_block().bucket(name).send();
        let found = SETTINGS.found(call.sent("s3:GetBucketPublicAccessBlock").await)?;
        let access = found.and_then(|found| found.public_access_block_configuration);
        Ok(access
            .as_ref()
            .map_or_else(PublicAccessBlockConfiguration::default, convert::access))
    }

    /// Without the setting, objects belong to their uploaders.
    async fn ownership(&self, name: &str) -> Result<OwnershipControls, DriverError> {
        let call = self
            .s3
            .sdk
            .get_bucket_ownership_controls()
            .bucket(name)
            .send();
        let found = SETTINGS.found(call.sent("s3:GetBucketOwnershipControls").await)?;
        let controls = found.and_then(|found| found.ownership_controls);
        Ok(convert::ownership(controls.as_ref()).into())
    }

    async fn versioning(&self, name: &str) -> Result<Option<VersioningConfiguration>, DriverError> {
        let call = self.s3.sdk.get_bucket_versioning().bucket(name).send();
        let status = match call.sent("s3:GetBucketVersioning").await?.status {
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
        let call = self
            .s3
            .sdk
            .get_bucket_lifecycle_configuration()
            .bucket(name)
            .send();
        let found = SETTINGS.found(call.sent("s3:GetLifecycleConfiguration").await)?;
        Ok(found.map(|found| LifecycleConfiguration {
            rules: found.rules().iter().map(lifecycle::rule).collect(),
            transition_default_minimum_object_size: found
                .transition_default_minimum_object_size()
                .map(|size| size.as_str().to_owned()),
        }))
    }

    async fn cors(&self, name: &str) -> Result<Vec<SdkCorsRule>, DriverError> {
        let call = self.s3.sdk.get_bucket_cors().bucket(name).send();
        let found = SETTINGS.found(call.sent("s3:GetBucketCORS").await)?;
        let rules = found.and_then(|found| found.cors_rules);
        Ok(rules.unwrap_or_default())
    }

    async fn logging(
        &self,
        name: &str,
    ) -> Result<Option<LoggingConfiguration<String>>, DriverError> {
        let call = self.s3.sdk.get_bucket_logging().bucket(name).send();
        let enabled = call.sent("s3:GetBucketLogging").await?.logging_enabled;
        Ok(enabled.map(|enabled| LoggingConfiguration {
            destination_bucket_name: Some(enabled.target_bucket),
            log_file_prefix: Some(enabled.target_prefix),
        }))
    }
}
