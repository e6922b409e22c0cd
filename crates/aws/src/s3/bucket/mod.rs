//! `AWS::S3::Bucket`.

mod calls;
mod convert;
mod create;
mod delete;
mod lifecycle;
mod limits;
mod read;
#[cfg(test)]
mod tests;
mod write;

use engine::{Changes, DriverError, Holding, LiveTags, ReadCache};
use model::types::s3::{Bucket, ObjectOwnership, VersioningStatus};
use model::{Owner, Tags};

use super::client::{Name, S3, S3Client};
use crate::account::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::leave::leave;
use crate::kit::limits::{Checks, Limit};
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Bucket<String>;
type Live = TypedLive<Properties>;

/// Reads and writes buckets.
///
/// One call lists those whose names have the system's prefix; reading a desired one takes seven
/// more, one per setting, and one for its tags, which record its owner: all accounts share one set
/// of names.
#[derive(Debug)]
pub(crate) struct Buckets {
    s3: S3Client,
}

impl Buckets {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            s3: S3Client::new(account),
        }
    }

    fn live(&self, properties: Properties, tags: LiveTags) -> Live {
        let name = properties.bucket_name.clone();
        let (domain, region) = (self.domain(), self.s3.account.region());
        let regional = format!("{name}.s3.{region}.{domain}");
        let attributes = Live::assigned([
            (Bucket::ARN, self.s3.arn(&name)),
            (Bucket::NAME, name.clone()),
            (Bucket::DOMAIN_NAME, format!("{name}.s3.{domain}")),
            (Bucket::REGIONAL_DOMAIN_NAME, regional),
        ]);
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
}

impl ResourceDriver for Buckets {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");

    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, bucket: &mut Properties) {
        convert::normalise_encryption(&mut bucket.bucket_encryption);
        convert::normalise_access(&mut bucket.public_access_block_configuration);
        bucket
            .ownership_controls
            .get_or_insert_with(|| ObjectOwnership::BucketOwnerEnforced.into());
        // New objects have no versions, whether they never had any or no longer do.
        bucket
            .versioning_configuration
            .take_if(|versioning| versioning.status != VersioningStatus::Enabled);
        lifecycle::normalise(&mut bucket.lifecycle_configuration);
        convert::normalise_cors(&mut bucket.cors_configuration);
        if let Some(logging) = &mut bucket.logging_configuration {
            logging
                .destination_bucket_name
                .get_or_insert_with(|| bucket.bucket_name.clone());
            logging.log_file_prefix.get_or_insert_default();
        }
    }

    fn leave(&self, bucket: &mut Properties, live: &Properties) {
        leave(
            &mut bucket.logging_configuration,
            live.logging_configuration.as_ref(),
        );
    }

    fn check(&self, bucket: &Properties, checks: &mut Checks) {
        limits::check(bucket, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let name = &request.properties.bucket_name;
        if self.s3.who_has(name, cache).await? == Name::Free {
            return Ok(None);
        }
        let (settings, tags) =
            tokio::try_join!(self.settings(name), self.s3.tags_once(name, cache))?;
        let (Some(settings), Some(tags)) = (settings, tags.as_ref().clone()) else {
            return Ok(None);
        };
        Ok(Some(self.live(settings, LiveTags::Read(tags))))
    }

    /// Only names and tags: the settings are read only of desired buckets.
    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let buckets = self.s3.candidates(cache).await?;
        Ok(buckets
            .into_iter()
            .map(|(name, tags)| self.live(convert::named(name), tags))
            .collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by_id(&self.s3)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        self.make(&desired, owner, tags).await?;
        self.known(&desired.bucket_name).await?;
        // Endpoints that do not know tags in the call that creates a bucket ignore them.
        self.s3
            .change_tags(&desired.bucket_name, |all| all.extend(tags.clone()))
            .await?;
        self.converge(&desired).await?;
        Ok(self.live(desired, LiveTags::Read(tags.clone())))
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        self.write(desired, changes).await
    }

    /// The objects of the first page, up to 1,000.
    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        let list = self.s3.sdk.list_objects_v2().bucket(&live.id).send();
        let page = S3.found(list.sent("s3:ListObjectsV2").await)?;
        Ok(page.map_or_else(
            || Holding::exactly(0, "object"),
            |page| {
                let has_more = page.is_truncated() == Some(true);
                Holding::page(page.contents().len(), has_more, "object")
            },
        ))
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.empty_and_delete(&live.id).await
    }
}
