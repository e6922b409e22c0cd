//! The creation of a bucket.

use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership as SdkOwnership,
};
use engine::DriverError;
use model::{Owner, Tags};

use super::{Buckets, Properties, convert};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::kit::typed::{ResourceDriver as _, changes};
use crate::kit::wait::until;
use crate::s3::client::{CONFLICTS, Name, PROPAGATION, not_ours, to_sdk};

impl Buckets {
    /// Creates the bucket, with its tags.
    ///
    /// In us-east-1, creating an existing bucket is no error, and removes its access lists: so it
    /// is looked up first.
    pub(super) async fn make(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let (name, region) = (&desired.bucket_name, self.s3.account.region());
        let oldest = region == "us-east-1";
        if oldest && self.s3.head(name).await? == Name::Here {
            return self.adopt(name, owner).await;
        }
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint((!oldest).then(|| BucketLocationConstraint::from(region)))
            .set_tags(Some(to_sdk(tags)?))
            .build();
        let call = self
            .s3
            .sdk
            .create_bucket()
            .bucket(name)
            .set_object_ownership(ownership(desired))
            .create_bucket_configuration(configuration);
        match CONFLICTS
            .write(|| call.clone().send().done("s3:CreateBucket"))
            .await
        {
            Err(error) if error.is("BucketAlreadyOwnedByYou") => self.adopt(name, owner).await,
            made => made,
        }
    }

    /// Resumes with a bucket that an earlier attempt created.
    async fn adopt(&self, name: &str, owner: &Owner) -> Result<(), DriverError> {
        let found = self.s3.read_tags(name).await?.unwrap_or_default();
        adopt(&found, owner, not_ours(&format!("the bucket `{name}`")))
    }

    /// Waits until every call knows the bucket.
    pub(super) async fn known(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the bucket `{name}` to be known everywhere"),
            PROPAGATION,
            || async {
                let found = (self.s3.head(name).await?, self.s3.read_tags(name).await?);
                Ok(match found {
                    (Name::Here, Some(_)) => Ok(()),
                    _ => Err("no bucket".to_owned()),
                })
            },
        )
        .await
    }

    /// Writes the settings of a new bucket that differ from the desired ones; most of them match.
    pub(super) async fn converge(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        let mut found = until(
            &format!("the settings of the bucket `{name}` to be readable"),
            PROPAGATION,
            || async {
                let settings = self.settings(name).await?;
                Ok(settings.ok_or_else(|| "no bucket".to_owned()))
            },
        )
        .await?;
        self.normalise(&mut found);
        self.write(desired, &changes(&found, desired)?).await
    }
}

fn ownership(desired: &Properties) -> Option<SdkOwnership> {
    let rule = desired.ownership_controls.as_ref()?.rules.first()?;
    Some(convert::sdk_ownership(rule.object_ownership))
}
