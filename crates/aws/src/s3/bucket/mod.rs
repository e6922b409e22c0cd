//! `AWS::S3::Bucket`.

mod convert;
mod empty;
mod lifecycle;
mod limits;
mod read;
#[cfg(test)]
mod tests;
mod write;

use async_trait::async_trait;
use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership as SdkOwnership,
};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection, diff};
use model::Tags;
use model::types::s3::{
    BUCKET, Bucket, ObjectOwnership, PublicAccessBlockConfiguration, VersioningStatus,
};
use serde::Deserialize;

use super::service::{self, CONSISTENCY, Name, S3};
use crate::Account;
use crate::account::error::failed;
use crate::kit::tagging::is_same_resource;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{retry, until};

type Properties = Bucket<String>;
type Live = TypedLive<Properties>;

/// Reads and writes buckets.
///
/// One call lists those that have a name of the system's; each that is wanted takes seven to read,
/// one a setting, and one for its tags, which decide whose it is: names are shared by all accounts.
#[derive(Debug)]
pub(crate) struct Buckets {
    s3: S3,
}

/// What finds a bucket again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    bucket_name: String,
}

impl Buckets {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            s3: S3::new(account),
        }
    }

    fn live(&self, properties: Properties, tags: LiveTags) -> Live {
        let name = properties.bucket_name.clone();
        let (domain, region) = (self.domain(), self.s3.account.region());
        let attributes = [
            ("Arn", self.s3.arn(&name)),
            ("BucketName", name.clone()),
            ("DomainName", format!("{name}.s3.{domain}")),
            ("RegionalDomainName", format!("{name}.s3.{region}.{domain}")),
        ];
        let attributes: Attributes = attributes
            .map(|(name, value)| (name.to_owned(), value))
            .into();
        TypedLive {
            id: name,
            properties,
            attributes,
            tags,
        }
    }

    fn domain(&self) -> &'static str {
        if self.s3.account.partition() == "aws-cn" {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        }
    }

    /// Makes the bucket, with its tags.
    ///
    /// In us-east-1 a bucket that is there already is no error, and loses its access lists: so it
    /// is looked for first.
    async fn make(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let (name, region) = (&desired.bucket_name, self.s3.account.region());
        let oldest = region == "us-east-1";
        if oldest && self.s3.head(name).await? == Name::Ours {
            return self.adopt(name, tags).await;
        }
        let place = (!oldest).then(|| BucketLocationConstraint::from(region));
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint(place)
            .set_tags(Some(service::to_sdk(tags)?))
            .build();
        let call = self
            .s3
            .client
            .create_bucket()
            .bucket(name)
            .set_object_ownership(ownership(desired))
            .create_bucket_configuration(configuration);
        // A name that was just let go of is not free at once.
        let aborted = |error: &DriverError| error.is("OperationAborted");
        let make = || async {
            call.clone()
                .send()
                .await
                .map(drop)
                .map_err(failed("s3:CreateBucket"))
        };
        match retry(CONSISTENCY, aborted, make).await {
            Err(error) if error.is("BucketAlreadyOwnedByYou") => self.adopt(name, tags).await,
            Err(error) if error.is("BucketAlreadyExists") => Err(service::foreign(name)),
            made => made,
        }
    }

    /// Goes on with a bucket that an earlier attempt made.
    async fn adopt(&self, name: &str, tags: &Tags) -> Result<(), DriverError> {
        let live = self.s3.read_tags(name).await?.unwrap_or_default();
        if is_same_resource(&live, tags) {
            return Ok(());
        }
        Err(DriverError::Invalid(format!(
            "the bucket `{name}` exists and is not this system's; it is left untouched"
        )))
    }

    /// Waits until the bucket is there for every call.
    async fn known(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the bucket `{name}` to be known everywhere"),
            CONSISTENCY,
            || async {
                Ok(
                    match (self.s3.head(name).await?, self.s3.read_tags(name).await?) {
                        (Name::Ours, Some(_)) => Ok(()),
                        _ => Err("not there".to_owned()),
                    },
                )
            },
        )
        .await
    }

    /// Makes the settings of a new bucket as they should be; most of them are already.
    async fn converge(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.bucket_name;
        let mut live = until(
            &format!("the bucket `{name}` to answer with its settings"),
            CONSISTENCY,
            || async {
                Ok(self
                    .settings(name)
                    .await?
                    .ok_or_else(|| "not there".to_owned()))
            },
        )
        .await?;
        self.normalise(&mut live);
        self.write(desired, &compare(&live, desired)?).await
    }
}

fn ownership(desired: &Properties) -> Option<SdkOwnership> {
    let rule = desired.ownership_controls.as_ref()?.rules.first()?;
    Some(convert::sdk_ownership(rule.object_ownership))
}

fn compare(live: &Properties, desired: &Properties) -> Result<Changes, DriverError> {
    let json = |bucket: &Properties| {
        serde_json::to_value(bucket)
            .map_err(|error| DriverError::internal(format!("a bucket is no JSON ({error})")))
    };
    Ok(diff(BUCKET, &json(live)?, &json(desired)?))
}

/// Where access is stated at all, what is not stated is not blocked.
fn normalise_access(access: &mut PublicAccessBlockConfiguration) {
    access.block_public_acls.get_or_insert(false);
    access.block_public_policy.get_or_insert(false);
    access.ignore_public_acls.get_or_insert(false);
    access.restrict_public_buckets.get_or_insert(false);
}

#[async_trait]
impl ResourceDriver for Buckets {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, bucket: &mut Properties) {
        convert::normalise_encryption(&mut bucket.bucket_encryption);
        normalise_access(
            bucket
                .public_access_block_configuration
                .get_or_insert_with(PublicAccessBlockConfiguration::all),
        );
        bucket
            .ownership_controls
            .get_or_insert_with(|| ObjectOwnership::BucketOwnerEnforced.into());
        // New objects have no versions, whether they never had or do no longer.
        bucket.versioning_configuration = bucket
            .versioning_configuration
            .filter(|versioning| versioning.status == VersioningStatus::Enabled);
        lifecycle::normalise(&mut bucket.lifecycle_configuration);
        convert::normalise_cors(&mut bucket.cors_configuration);
        if let Some(logging) = &mut bucket.logging_configuration {
            logging
                .destination_bucket_name
                .get_or_insert_with(|| bucket.bucket_name.clone());
            logging.log_file_prefix.get_or_insert_default();
        }
    }

    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &wanted.identity.bucket_name;
        if self.s3.who_has(name, cache).await? == Name::Free {
            return Ok(None);
        }
        let (settings, tags) = tokio::try_join!(self.settings(name), self.s3.tags(name, cache))?;
        let (Some(settings), Some(tags)) = (settings, tags.as_ref().clone()) else {
            return Ok(None);
        };
        Ok(Some(self.live(settings, LiveTags::Read(tags))))
    }

    /// With their names and tags only: of what is not wanted nothing else is asked.
    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let buckets = self.s3.ours(cache).await?;
        Ok(buckets
            .into_iter()
            .map(|(name, tags)| self.live(convert::named(name), tags))
            .collect())
    }

    async fn may_have_orphans(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        self.s3.suspects(selection, cache).await
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        Ok(self.s3.read_tags(&live.id).await?.unwrap_or_default())
    }

    async fn confirm(&self, live: Live) -> Result<Option<Live>, DriverError> {
        let tags = self.s3.read_tags(&live.id).await?;
        Ok(tags.map(|tags| TypedLive {
            tags: LiveTags::Read(tags),
            ..live
        }))
    }

    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::check(&desired)?;
        let name = &desired.bucket_name;
        self.make(&desired, tags).await?;
        self.known(name).await?;
        // Endpoints that do not know tags in the call that creates a bucket pass over them.
        self.s3
            .change_tags(name, |live| live.extend(tags.clone()))
            .await?;
        self.converge(&desired).await?;
        Ok(self.live(desired, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        live: Live,
        mut desired: Properties,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        self.normalise(&mut desired);
        limits::check(&desired)?;
        self.write(&desired, changes).await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        let change = |tags: &mut Tags| {
            tags.retain(|key, _| !remove.contains(key));
            tags.extend(set.clone());
        };
        self.s3.change_tags(&live.id, change).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.empty_and_delete(&live.id).await
    }
}
