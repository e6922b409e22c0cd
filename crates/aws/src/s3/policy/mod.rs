//! `AWS::S3::BucketPolicy`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;
mod write;

use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::iam::PolicyDocument;
use model::types::s3::BucketPolicy;
use model::{Address, Owner, Tags};

use super::client::{S3, S3Client};
use super::records::{Record, of_child};
use crate::account::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::Checks;
use crate::kit::policy_document;
use crate::kit::recorded;
use crate::kit::tag_store::TagStore;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = BucketPolicy<String>;
type Live = TypedLive<Properties>;

/// Reads and writes bucket policies. A bucket has one, and one of its tags contains the policy's
/// record.
#[derive(Debug)]
pub(crate) struct Policies {
    s3: S3Client,
}

impl Policies {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            s3: S3Client::new(account),
        }
    }

    /// The policy as it is now, or `None` if there is none, or no bucket.
    async fn policy(&self, bucket: &str) -> Result<Option<PolicyDocument<String>>, DriverError> {
        let call = self.s3.sdk.get_bucket_policy().bucket(bucket).send();
        // Boxed, since waits and joins contain it several times and calls of the SDK are large.
        let found = S3.found(Box::pin(call.sent("s3:GetBucketPolicy")).await)?;
        Ok(found.and_then(|found| found.policy().map(policy_document::parse)))
    }
}

fn live(bucket: &str, policy_document: PolicyDocument<String>, tags: LiveTags) -> Live {
    TypedLive {
        id: bucket.to_owned(),
        properties: BucketPolicy {
            bucket: bucket.to_owned(),
            policy_document,
        },
        attributes: Live::assigned([(BucketPolicy::BUCKET, bucket.to_owned())]),
        tags,
    }
}

/// A policy of which only the record is known.
fn unread(record: Record) -> Live {
    let document = PolicyDocument::new(Vec::new());
    live(&record.bucket, document, LiveTags::Hinted(record.tags))
}

impl ResourceDriver for Policies {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");

    fn normalise(&self, policy: &mut Properties) {
        policy_document::normalise(&mut policy.policy_document);
    }

    /// A statement of another name is another's: an organisation adds its own to every bucket.
    fn leave(&self, policy: &mut Properties, live: &Properties) {
        let stated = policy.policy_document.statement.clone();
        let of_others = live.policy_document.statement.iter().filter(|found| {
            found.sid.is_some() && stated.iter().all(|statement| statement.sid != found.sid)
        });
        policy.policy_document.statement.extend(of_others.cloned());
    }

    fn check(&self, policy: &Properties, checks: &mut Checks) {
        limits::check(policy, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let bucket = &request.properties.bucket;
        let policy = cache.once(format!("s3:GetBucketPolicy {bucket}"), || {
            self.policy(bucket)
        });
        let (tags, policy) = tokio::try_join!(self.s3.tags_once(bucket, cache), policy)?;
        let found = policy.as_ref().clone().zip(tags.as_ref().as_ref());
        Ok(found.map(|(policy, tags)| {
            let tags = LiveTags::Read(of_child(tags, request.address, None));
            live(bucket, policy, tags)
        }))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let records = self.s3.records(cache).await?.into_iter();
        let policies = records.filter(|record| record.key.is_none());
        Ok(policies.map(unread).collect())
    }

    async fn confirm(
        &self,
        live: Live,
        address: Option<&Address>,
    ) -> Result<Option<Live>, DriverError> {
        let (tags, policy) = tokio::try_join!(self.tags(&live, address), self.policy(&live.id))?;
        let found = policy.zip(tags);
        Ok(found.map(|(policy, tags)| self::live(&live.id, policy, LiveTags::Read(tags))))
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        self
    }

    /// The record is written first, so a policy without one is never this system's.
    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        self.s3.record(&desired.bucket, owner, None).await?;
        self.put(&desired).await?;
        let tags = LiveTags::Read(tags.clone());
        Ok(live(&desired.bucket, desired.policy_document, tags))
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        self.put(desired).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.remove(&live.id).await?;
        self.s3.forget(&live.id, None).await
    }
}

impl TagStore<Properties> for Policies {
    async fn tags(
        &self,
        live: &Live,
        address: Option<&Address>,
    ) -> Result<Option<Tags>, DriverError> {
        let of_policy = |bucket: Tags| {
            let tags = address.map(|address| of_child(&bucket, address, None));
            tags.unwrap_or_default()
        };
        Ok(self.s3.read_tags(&live.id).await?.map(of_policy))
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let owner = recorded::owner(live, tags)?;
        self.s3.record(&live.id, &owner, None).await
    }
}
