//! `Frontage::S3::Object`: an object that is managed like any other resource.

mod calls;
mod limits;
mod read;
#[cfg(test)]
mod tests;
mod write;

use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::s3::Object;
use model::{Address, Owner, Tags};

use super::client::{CONFLICTS, S3Client};
use crate::account::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::recorded;
use crate::kit::tag_store::TagStore;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Object<String>;
type Live = TypedLive<Properties>;

/// Reads and writes objects.
///
/// An object's own tags, which the call that writes it sets, record its owner, and no others are
/// kept. Overwriting an object removes them, and that is drift: so a tag of the bucket contains a
/// record as well, by which an object is also found that the model no longer contains.
#[derive(Debug)]
pub(crate) struct Objects {
    s3: S3Client,
}

impl Objects {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            s3: S3Client::new(account),
        }
    }
}

impl ResourceDriver for Objects {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];

    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");

    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, object: &mut Properties) {
        object
            .content_type
            .get_or_insert_with(|| "binary/octet-stream".to_owned());
    }

    fn check(&self, object: &Properties, checks: &mut Checks) {
        limits::check(object, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Object { bucket, key, .. } = &request.properties;
        let (tags, found) = tokio::try_join!(
            self.s3.tags_once(bucket, cache),
            self.find(bucket, key, cache)
        )?;
        let found = found.zip(tags.as_ref().as_ref());
        Ok(found.map(|(found, tags)| read::owned(found, tags, Some(request.address))))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let records = self.s3.records(cache).await?;
        Ok(records.into_iter().filter_map(read::unread).collect())
    }

    async fn confirm(
        &self,
        live: Live,
        address: Option<&Address>,
    ) -> Result<Option<Live>, DriverError> {
        let Object { bucket, key, .. } = &live.properties;
        let (found, tags) = tokio::try_join!(self.look(bucket, key), self.s3.read_tags(bucket))?;
        let found = found.zip(tags);
        Ok(found.map(|(found, tags)| read::owned(found, &tags, address)))
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        self
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let Object { bucket, key, .. } = &desired;
        self.s3.record(bucket, owner, Some(key)).await?;
        self.make(&desired, owner, tags).await?;
        Ok(read::live(desired, LiveTags::Read(tags.clone())))
    }

    /// The call replaces the whole object, so it sets the object's tags again.
    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let tags = live.tags.known().cloned().unwrap_or_default();
        self.put(desired, &tags, false).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Object { bucket, key, .. } = &live.properties;
        let call = self.s3.sdk.delete_object().bucket(bucket).key(key);
        CONFLICTS
            .delete(|| call.clone().send().done("s3:DeleteObject"))
            .await?;
        self.s3.forget(bucket, Some(key)).await
    }
}

impl TagStore<Properties> for Objects {
    async fn tags(&self, live: &Live, _: Option<&Address>) -> Result<Option<Tags>, DriverError> {
        let Object { bucket, key, .. } = &live.properties;
        self.read_tags(bucket, key).await
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let owner = recorded::owner(live, tags)?;
        let Object { bucket, key, .. } = &live.properties;
        self.put_tags(&live.properties, &owner.tags()).await?;
        self.s3.record(bucket, &owner, Some(key)).await
    }

    /// An object has only its owner's tags.
    async fn untag(&self, live: &Live, _: &[String]) -> Result<(), DriverError> {
        let owner = recorded::owner(live, &Tags::new())?;
        self.put_tags(&live.properties, &owner.tags()).await
    }
}
