//! What AWS cannot tag and nothing that it can is above: its owner is a note in its comment.

#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cloudfront::Client;
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use model::{Address, Owner, Resource, SYSTEM_TAG, Tags};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::owner_comment::{self, OwnerComment};
use super::{LET_GO, VERSION, client, is_stale, suspects};
use crate::Account;
use crate::kit::tagging::is_same_resource;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::retry;

/// One as it is listed.
#[derive(Clone, Debug)]
pub(crate) struct Found<P> {
    pub(crate) id: String,
    pub(crate) name: String,
    /// With the note.
    pub(crate) comment: Option<String>,
    /// Somebody else's may be of a kind that this program does not know.
    pub(crate) properties: Result<P, DriverError>,
}

/// One type: its calls, and where its name and its comment are.
#[async_trait]
pub(crate) trait CommentOwned: Debug + Send + Sync + 'static {
    /// The type's properties, resolved.
    type Properties: Resource + DeserializeOwned + Clone + Debug + Send + Sync;
    /// How many characters a comment has at most.
    const COMMENT: usize;
    /// The error of a name that is taken.
    const EXISTS: &'static str;
    /// The error of a deletion while a distribution uses it.
    const IN_USE: &'static str;
    /// The error of one that is not there.
    const ABSENT: &'static str;

    /// Its name, unique in the account.
    fn name(properties: &Self::Properties) -> &str;
    /// Its comment: at CloudFront with the note, everywhere else without.
    fn comment(properties: &mut Self::Properties) -> &mut Option<String>;
    /// States AWS's defaults and sorts what has no order.
    fn normalise(properties: &mut Self::Properties);
    /// Checks what CloudFront would refuse and emulators take.
    fn check(properties: &Self::Properties) -> Result<(), DriverError>;
    /// All of the account, but for those of AWS's own.
    async fn list(client: &Client) -> Result<Vec<Found<Self::Properties>>, DriverError>;
    /// Makes one and answers with its id.
    async fn create(client: &Client, properties: &Self::Properties) -> Result<String, DriverError>;
    /// Its version.
    async fn version(client: &Client, id: &str) -> Result<String, DriverError>;
    /// Writes all of it.
    async fn update(
        client: &Client,
        id: &str,
        version: &str,
        properties: &Self::Properties,
    ) -> Result<(), DriverError>;
    /// Deletes it.
    async fn delete(client: &Client, id: &str, version: &str) -> Result<(), DriverError>;
}

/// Reads and writes one such type: one call lists them all with all of their properties.
#[derive(Debug)]
pub(crate) struct Driver<K> {
    account: Account,
    client: Client,
    kind: PhantomData<K>,
}

type Live<K> = TypedLive<<K as CommentOwned>::Properties>;

impl<K: CommentOwned> Driver<K> {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: client(account),
            kind: PhantomData,
        }
    }

    async fn all(&self, cache: &ReadCache) -> Result<Arc<Vec<Found<K::Properties>>>, DriverError> {
        cache
            .once(
                format!("cloudfront:List {}", K::Properties::TYPE.name),
                || K::list(&self.client),
            )
            .await
    }

    async fn write(
        &self,
        id: &str,
        properties: &K::Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let comment_owned = with_comment::<K>(properties, tags)?;
        retry(VERSION, is_stale, || async {
            let version = K::version(&self.client, id).await?;
            K::update(&self.client, id, &version, &comment_owned).await
        })
        .await
    }

    /// The one that has the name, if it is what an earlier attempt of this very call made: as it
    /// should be now.
    async fn adopt(
        &self,
        desired: &K::Properties,
        tags: &Tags,
        error: DriverError,
    ) -> Result<String, DriverError> {
        let all = K::list(&self.client).await?;
        let found = all.into_iter().find(|found| found.name == K::name(desired));
        let ours = found.filter(|found| is_same_resource(&owner_comment_in(found).tags, tags));
        let Some(found) = ours else { return Err(error) };
        self.write(&found.id, desired, tags).await?;
        Ok(found.id)
    }
}

/// As CloudFront has it: the comment with the note.
fn with_comment<K: CommentOwned>(
    properties: &K::Properties,
    tags: &Tags,
) -> Result<K::Properties, DriverError> {
    let mut properties = properties.clone();
    K::normalise(&mut properties);
    K::check(&properties)?;
    let comment = K::comment(&mut properties);
    *comment = Some(owner_comment::write(comment.as_deref(), tags, K::COMMENT)?);
    Ok(properties)
}

fn owner_comment_in<P>(found: &Found<P>) -> OwnerComment {
    owner_comment::parse(found.comment.as_deref().unwrap_or_default())
}

/// As everybody else has it: the comment without the note, which is the tags.
fn live<K: CommentOwned>(found: &Found<K::Properties>) -> Result<Live<K>, DriverError> {
    let comment = owner_comment_in(found);
    let mut properties = found.properties.clone()?;
    *K::comment(&mut properties) = comment.text;
    let attributes = Attributes::from([("Id".to_owned(), found.id.clone())]);
    Ok(TypedLive {
        id: found.id.clone(),
        properties,
        attributes,
        tags: LiveTags::Read(comment.tags),
    })
}

impl<K: CommentOwned> ResourceDriver for Driver<K> {
    type Properties = K::Properties;
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");

    fn normalise(&self, properties: &mut K::Properties) {
        K::normalise(properties);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, K::Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live<K>>, DriverError> {
        let name = K::name(&request.properties);
        self.all(cache)
            .await?
            .iter()
            .find(|found| found.name == name)
            .map(live::<K>)
            .transpose()
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live<K>>, DriverError> {
        let all = self.all(cache).await?;
        let system = |tags: &Tags| {
            tags.get(SYSTEM_TAG)
                .is_some_and(|system| system == self.account.system())
        };
        all.iter()
            .filter(|found| system(&owner_comment_in(found).tags))
            .map(live::<K>)
            .collect()
    }

    async fn tags(&self, live: &Live<K>, address: Option<&Address>) -> Result<Tags, DriverError> {
        Ok(live.tags.known().cloned().unwrap_or_default())
    }

    async fn create(
        &self,
        desired: K::Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live<K>, DriverError> {
        K::normalise(&mut desired);
        let id = match K::create(&self.client, &with_comment::<K>(&desired, tags)?).await {
            Err(error) if error.is(K::EXISTS) => self.adopt(&desired, tags, error).await?,
            made => made?,
        };
        let attributes = Attributes::from([("Id".to_owned(), id.clone())]);
        Ok(TypedLive {
            id,
            properties: desired,
            attributes,
            tags: LiveTags::Read(tags.clone()),
        })
    }

    async fn update(
        &self,
        live: Live<K>,
        desired: K::Properties,
        _: &Changes,
    ) -> Result<Live<K>, DriverError> {
        self.write(&live.id, &desired, &self.tags(&live).await?)
            .await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live<K>, tags: &Tags) -> Result<(), DriverError> {
        let mut tags = self.tags(live).await?;
        tags.extend(tags.clone());
        self.write(&live.id, &live.properties, &tags).await
    }

    async fn delete(&self, live: Live<K>) -> Result<(), DriverError> {
        let passes = |error: &DriverError| is_stale(error) || error.is(K::IN_USE);
        let gone = retry(LET_GO, passes, || async {
            let version = K::version(&self.client, &live.id).await?;
            K::delete(&self.client, &live.id, &version).await
        });
        match gone.await {
            Err(error) if error.is(K::ABSENT) => Ok(()),
            other => other,
        }
    }
}
