//! Resources that AWS cannot tag and that have no taggable parent: their owner is recorded in a
//! note in their comment.

#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use aws_sdk_cloudfront::Client;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::{Address, Attribute, Owner, Resource, Tags};
use serde::de::DeserializeOwned;

use super::client::{CloudFrontClient, DELETIONS, WRITES, from_version, version};
use super::shared::Shared;
use crate::Account;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::owner_comment::{self, OwnerComment};
use crate::kit::ownership;
use crate::kit::recorded;
use crate::kit::tag_store::{TagCalls as _, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

/// A resource as it is listed.
#[derive(Clone, Debug)]
pub(crate) struct Found<P> {
    pub(crate) id: String,
    pub(crate) name: String,
    /// With the note.
    pub(crate) comment: Option<String>,
    /// Another owner's may be of a kind that this program does not know.
    pub(crate) properties: Result<P, DriverError>,
}

/// One type: its calls, and the members for its name and its comment.
pub(crate) trait CommentOwned: Debug + Send + Sync + 'static {
    /// The type's properties, resolved.
    type Properties: Resource + DeserializeOwned + Clone + Debug + PartialEq + Send + Sync;
    /// The attribute of its id.
    const ID: Attribute<Self::Properties>;
    /// The most characters of a comment.
    const COMMENT: usize;
    /// The error of a name that is taken.
    const EXISTS: &'static str;
    /// As [`ResourceDriver::CALLS`].
    const CALLS: &'static [&'static [Calls]];
    /// As [`ResourceDriver::LIMITS`].
    const LIMITS: &'static [Limit];

    /// The name, unique in the account.
    fn name(properties: &Self::Properties) -> &str;

    /// The comment: with the note at CloudFront, without it everywhere else.
    fn comment(properties: &mut Self::Properties) -> &mut Option<String>;

    /// As [`ResourceDriver::normalise`].
    fn normalise(properties: &mut Self::Properties);

    /// As [`ResourceDriver::check`].
    fn check(_properties: &Self::Properties, _checks: &mut Checks) {}

    /// The resource of this id, as distributions refer to it.
    fn shared(id: &str) -> Shared<'_>;

    /// All resources of the account, without AWS's own.
    fn list(
        sdk: &Client,
    ) -> impl Future<Output = Result<Vec<Found<Self::Properties>>, DriverError>> + Send;

    /// Creates a resource and returns its id.
    fn create(
        sdk: &Client,
        properties: &Self::Properties,
    ) -> impl Future<Output = Result<Option<String>, DriverError>> + Send;

    /// The version that a write names.
    fn version(
        sdk: &Client,
        id: &str,
    ) -> impl Future<Output = Result<Option<String>, DriverError>> + Send;

    /// Writes all properties.
    fn update(
        sdk: &Client,
        id: &str,
        version: &str,
        properties: &Self::Properties,
    ) -> impl Future<Output = Result<(), DriverError>> + Send;

    /// Deletes a resource.
    fn delete(
        sdk: &Client,
        id: &str,
        version: &str,
    ) -> impl Future<Output = Result<(), DriverError>> + Send;
}

/// Reads and writes one such type: one call lists all resources with all of their properties.
#[derive(Debug)]
pub(crate) struct Driver<K> {
    client: CloudFrontClient,
    kind: PhantomData<K>,
}

type Live<K> = TypedLive<<K as CommentOwned>::Properties>;

impl<K: CommentOwned> Driver<K> {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: CloudFrontClient::new(account),
            kind: PhantomData,
        }
    }

    async fn all(&self, cache: &ReadCache) -> Result<Arc<Vec<Found<K::Properties>>>, DriverError> {
        let key = format!("cloudfront:List {}", K::Properties::TYPE.name);
        cache.once(key, || K::list(&self.client.sdk)).await
    }

    /// Whether a distribution of the system uses a resource, which shows that one without a note is
    /// the system's too. The note may be lost, as after somebody has edited the comment.
    async fn is_in_use(&self, id: &str, cache: &ReadCache) -> Result<bool, DriverError> {
        let distributions = self.client.distributions_once(cache).await?;
        let users = distributions
            .iter()
            .filter(|found| K::shared(id).is_used_by(found));
        for user in users {
            let tags = self.client.tags(&user.arn).await?;
            let owner = Owner::recorded_in(&tags);
            if owner.is_some_and(|owner| self.client.account.owns(&owner)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A resource of the system that has lost its note. If all but the comment is as desired, the
    /// comment alone was changed, and outside Frontage.
    fn without_note(
        &self,
        mut live: Live<K>,
        request: TypedReadRequest<'_, K::Properties>,
    ) -> Live<K> {
        let (mut found, mut desired) = (live.properties.clone(), request.properties);
        for properties in [&mut found, &mut desired] {
            *K::comment(properties) = None;
            K::normalise(properties);
        }
        let fingerprint = (found == desired).then(|| request.fingerprint.to_owned());
        let account = &self.client.account;
        let owner = Owner {
            system: account.system().to_owned(),
            id: None,
            region: Some(account.region().to_owned()),
            address: request.address.clone(),
            fingerprint: fingerprint.unwrap_or_default(),
        };
        live.tags = LiveTags::Read(owner.tags());
        let comment = K::comment(&mut live.properties);
        *comment = Some(owner_comment::note_lost(comment.as_deref()));
        live
    }

    /// The version that a write names.
    async fn version(&self, id: &str) -> Result<String, DriverError> {
        version(K::version(&self.client.sdk, id).await?)
    }

    async fn write(
        &self,
        id: &str,
        properties: &K::Properties,
        owner: &Owner,
    ) -> Result<(), DriverError> {
        let properties = with_note::<K>(properties, owner)?;
        let properties = &properties;
        from_version(
            &WRITES,
            || self.version(id),
            String::as_str,
            async |version| K::update(&self.client.sdk, id, &version, properties).await,
        )
        .await
    }

    /// Completes the creation that an earlier attempt began: writes the resource that has the name.
    async fn adopt(
        &self,
        desired: &K::Properties,
        owner: &Owner,
        refused: DriverError,
    ) -> Result<String, DriverError> {
        let all = K::list(&self.client.sdk).await?;
        let Some(found) = all.into_iter().find(|found| found.name == K::name(desired)) else {
            return Err(refused);
        };
        ownership::adopt(&note(&found).tags(), owner, refused)?;
        self.write(&found.id, desired, owner).await?;
        Ok(found.id)
    }
}

/// The properties in CloudFront's form: the comment with the note.
fn with_note<K: CommentOwned>(
    properties: &K::Properties,
    owner: &Owner,
) -> Result<K::Properties, DriverError> {
    let mut properties = properties.clone();
    let comment = K::comment(&mut properties);
    *comment = Some(owner_comment::write(comment.as_deref(), owner, K::COMMENT)?);
    Ok(properties)
}

fn note<P>(found: &Found<P>) -> OwnerComment {
    owner_comment::parse(found.comment.as_deref().unwrap_or_default())
}

/// A listed resource in the form used everywhere else: the comment without the note, whose owner is
/// in the tags.
fn found<K: CommentOwned>(found: &Found<K::Properties>) -> Result<Live<K>, DriverError> {
    let note = note(found);
    let mut properties = found.properties.clone()?;
    let tags = note.tags();
    *K::comment(&mut properties) = note.text;
    Ok(live::<K>(found.id.clone(), properties, tags))
}

fn live<K: CommentOwned>(id: String, properties: K::Properties, tags: Tags) -> Live<K> {
    TypedLive {
        attributes: Live::<K>::assigned([(K::ID, id.clone())]),
        id,
        properties,
        tags: LiveTags::Read(tags),
    }
}

impl<K: CommentOwned> ResourceDriver for Driver<K> {
    type Properties = K::Properties;
    const CALLS: &'static [&'static [Calls]] = K::CALLS;
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");
    const LIMITS: &'static [Limit] = K::LIMITS;

    fn normalise(&self, properties: &mut K::Properties) {
        K::normalise(properties);
    }

    fn check(&self, properties: &K::Properties, checks: &mut Checks) {
        K::check(properties, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, K::Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live<K>>, DriverError> {
        let name = K::name(&request.properties);
        let all = self.all(cache).await?;
        let Some(named) = all.iter().find(|found| found.name == name) else {
            return Ok(None);
        };
        let live = found::<K>(named)?;
        if note(named).owner.is_some() || !self.is_in_use(&named.id, cache).await? {
            return Ok(Some(live));
        }
        Ok(Some(self.without_note(live, request)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live<K>>, DriverError> {
        let all = self.all(cache).await?;
        let system = self.client.account.system();
        all.iter()
            .filter(|found| note(found).names(system))
            .map(found::<K>)
            .collect()
    }

    fn tag_store(&self) -> impl TagStore<K::Properties> {
        self
    }

    async fn create(
        &self,
        desired: K::Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live<K>, DriverError> {
        let noted = with_note::<K>(&desired, owner)?;
        let id = match K::create(&self.client.sdk, &noted).await {
            Err(error) if error.is(K::EXISTS) => self.adopt(&desired, owner, error).await?,
            created => created?.ok_or_else(|| {
                DriverError::internal(format!("a new {} has no id", K::Properties::TYPE.name))
            })?,
        };
        Ok(live::<K>(id, desired, tags.clone()))
    }

    async fn update(
        &self,
        live: &mut Live<K>,
        desired: &K::Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        self.write(&live.id, desired, &recorded::owner(live, &Tags::new())?)
            .await
    }

    async fn delete(&self, live: Live<K>) -> Result<(), DriverError> {
        let id = &live.id;
        let delete = || {
            let read = || self.version(id);
            from_version(&WRITES, read, String::as_str, async |version| {
                K::delete(&self.client.sdk, id, &version).await
            })
        };
        let users = || self.client.users(K::shared(id));
        DELETIONS.delete_unused(delete, users).await
    }
}

impl<K: CommentOwned> TagStore<K::Properties> for Driver<K> {
    async fn tags(&self, live: &Live<K>, _: Option<&Address>) -> Result<Option<Tags>, DriverError> {
        Ok(Some(live.tags.known().cloned().unwrap_or_default()))
    }

    async fn tag(&self, live: &Live<K>, tags: &Tags) -> Result<(), DriverError> {
        let owner = recorded::owner(live, tags)?;
        self.write(&live.id, &live.properties, &owner).await
    }
}
