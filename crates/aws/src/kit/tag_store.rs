//! Where the tags of a type's resources are kept, and how they are read and written.

use std::future::Future;

use engine::DriverError;
use model::{Address, Attribute, Tags};

use super::typed::TypedLive;

/// Where a type's tags are kept: at the resource itself ([`OwnTags`]), or, for a resource that AWS
/// cannot tag, at another one.
pub(crate) trait TagStore<P>: Send + Sync {
    /// The tags of a resource, from its own service; `None` if it no longer exists. `address` is its
    /// address if that is known.
    fn tags(
        &self,
        live: &TypedLive<P>,
        address: Option<&Address>,
    ) -> impl Future<Output = Result<Option<Tags>, DriverError>> + Send;

    /// Sets tags; there is at least one. Tags that are not named stay.
    fn tag(
        &self,
        live: &TypedLive<P>,
        tags: &Tags,
    ) -> impl Future<Output = Result<(), DriverError>> + Send;

    /// Removes tags; there is at least one. By default nothing: a record elsewhere contains only
    /// the owner.
    fn untag(
        &self,
        _live: &TypedLive<P>,
        _keys: &[String],
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async { Ok(()) }
    }
}

/// A service's calls for the tags of one resource. `name` is how they name it: its ARN, its id or
/// its URL.
pub(crate) trait TagCalls: Send + Sync {
    /// The tags; `None` if the resource does not exist.
    fn known(&self, name: &str) -> impl Future<Output = Result<Option<Tags>, DriverError>> + Send;

    /// The tags; none if the resource does not exist.
    fn tags(&self, name: &str) -> impl Future<Output = Result<Tags, DriverError>> + Send {
        async move { Ok(self.known(name).await?.unwrap_or_default()) }
    }

    /// Sets tags. Tags that are not named stay, so several drivers may write at once.
    fn tag(&self, name: &str, tags: &Tags) -> impl Future<Output = Result<(), DriverError>> + Send;

    /// Removes tags.
    fn untag(
        &self,
        name: &str,
        keys: &[String],
    ) -> impl Future<Output = Result<(), DriverError>> + Send;
}

/// The tags that a resource itself has.
pub(crate) struct OwnTags<'d, C, P> {
    calls: &'d C,
    name: Option<Attribute<P>>,
}

impl<'d, C, P> OwnTags<'d, C, P> {
    /// The tags of a resource that the calls name by an attribute.
    pub(crate) fn by(calls: &'d C, name: Attribute<P>) -> Self {
        let name = Some(name);
        Self { calls, name }
    }

    /// The tags of a resource that the calls name by its physical id.
    pub(crate) fn by_id(calls: &'d C) -> Self {
        Self { calls, name: None }
    }

    fn name<'l>(&self, live: &'l TypedLive<P>) -> Result<&'l str, DriverError> {
        self.name.map_or(Ok(&live.id), |name| live.attribute(name))
    }
}

impl<C: TagCalls, P: Send + Sync> TagStore<P> for OwnTags<'_, C, P> {
    async fn tags(
        &self,
        live: &TypedLive<P>,
        _: Option<&Address>,
    ) -> Result<Option<Tags>, DriverError> {
        self.calls.known(self.name(live)?).await
    }

    async fn tag(&self, live: &TypedLive<P>, tags: &Tags) -> Result<(), DriverError> {
        self.calls.tag(self.name(live)?, tags).await
    }

    async fn untag(&self, live: &TypedLive<P>, keys: &[String]) -> Result<(), DriverError> {
        self.calls.untag(self.name(live)?, keys).await
    }
}

impl<S: TagStore<P>, P: Send + Sync> TagStore<P> for &S {
    async fn tags(
        &self,
        live: &TypedLive<P>,
        address: Option<&Address>,
    ) -> Result<Option<Tags>, DriverError> {
        S::tags(self, live, address).await
    }

    async fn tag(&self, live: &TypedLive<P>, tags: &Tags) -> Result<(), DriverError> {
        S::tag(self, live, tags).await
    }

    async fn untag(&self, live: &TypedLive<P>, keys: &[String]) -> Result<(), DriverError> {
        S::untag(self, live, keys).await
    }
}
