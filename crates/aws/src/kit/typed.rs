//! The trait that each driver implements, in the types of its resource; the engine sees JSON.

use async_trait::async_trait;
use engine::{
    Attributes, Changes, Driver, DriverError, Live, LiveTags, ReadCache, ReadRequest, Selection,
};
use model::{ADDRESS_TAG, Address, Resource, ResourceType, Tags};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A live resource in its own types.
#[derive(Clone, Debug)]
pub(crate) struct TypedLive<P> {
    /// The physical id.
    pub(crate) id: String,
    /// What was read.
    pub(crate) properties: P,
    /// What AWS makes up.
    pub(crate) attributes: Attributes,
    /// The tags, and how sure they are.
    pub(crate) tags: LiveTags,
}

impl<P> TypedLive<P> {
    /// An attribute.
    ///
    /// # Errors
    /// [`DriverError::Internal`] if the driver did not set it.
    pub(crate) fn attribute(&self, name: &str) -> Result<&str, DriverError> {
        let value = self.attributes.get(name).map(String::as_str);
        value.ok_or_else(|| {
            DriverError::internal(format!("`{}` was read without its {name}", self.id))
        })
    }
}

/// A resource that a driver is asked to find, in its own types.
#[derive(Debug)]
pub(crate) struct TypedReadRequest<'w, I, P> {
    /// Its address.
    pub(crate) address: &'w Address,
    /// Its identity.
    pub(crate) identity: I,
    /// All of its properties; strings that are not known yet are [`engine::UNKNOWN`].
    pub(crate) properties: P,
}

/// The code that reads and writes one resource type. See [`Driver`] for what each method
/// guarantees.
#[async_trait]
pub(crate) trait ResourceDriver: Send + Sync + 'static {
    /// The type's properties, resolved.
    type Properties: Resource + DeserializeOwned + Send + Sync;
    /// The type's identity properties, under their own names.
    type Identity: DeserializeOwned + Send + Sync;

    /// States AWS's defaults and sorts what has no order.
    fn normalise(&self, properties: &mut Self::Properties);

    /// Finds the resource.
    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Self::Identity, Self::Properties>,
        cache: &ReadCache,
    ) -> Result<Option<TypedLive<Self::Properties>>, DriverError>;

    /// Everything of the type that may be the system's.
    async fn list(
        &self,
        cache: &ReadCache,
    ) -> Result<Vec<TypedLive<Self::Properties>>, DriverError>;

    /// Whether there may be orphans of a type that the model does not have.
    async fn may_have_orphans(
        &self,
        selection: &Selection,
        _cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        Ok(selection.covers_whole_system())
    }

    /// The tags, from the resource's own service.
    async fn tags(&self, live: &TypedLive<Self::Properties>) -> Result<Tags, DriverError>;

    /// Reads again what is not sure of a live resource; none if it is gone. Unless a driver says
    /// otherwise, that is the tags.
    async fn confirm(
        &self,
        live: TypedLive<Self::Properties>,
    ) -> Result<Option<TypedLive<Self::Properties>>, DriverError> {
        let tags = self.tags(&live).await?;
        Ok(Some(TypedLive {
            tags: LiveTags::Read(tags),
            ..live
        }))
    }

    /// Creates the resource.
    async fn create(
        &self,
        properties: Self::Properties,
        tags: &Tags,
    ) -> Result<TypedLive<Self::Properties>, DriverError>;

    /// Changes the resource in place.
    async fn update(
        &self,
        live: TypedLive<Self::Properties>,
        properties: Self::Properties,
        changes: &Changes,
    ) -> Result<TypedLive<Self::Properties>, DriverError>;

    /// Sets and removes tags.
    async fn retag(
        &self,
        live: &TypedLive<Self::Properties>,
        set: &Tags,
        remove: &[String],
    ) -> Result<(), DriverError>;

    /// Deletes the resource.
    async fn delete(&self, live: TypedLive<Self::Properties>) -> Result<(), DriverError>;

    /// What AWS does yet with a resource that stands as it should, if anything, by its attributes.
    fn pending(&self, _attributes: &Attributes) -> Option<String> {
        None
    }

    /// Waits until nothing is pending.
    async fn settle(&self, _live: TypedLive<Self::Properties>) -> Result<(), DriverError> {
        Ok(())
    }
}

/// A typed driver as the engine sees it.
#[derive(Debug)]
pub(crate) struct Untyped<D>(pub(crate) D);

fn parse<T: DeserializeOwned>(value: &Value) -> Result<T, DriverError> {
    T::deserialize(value)
        .map_err(|error| DriverError::internal(format!("properties do not parse ({error})")))
}

fn print(value: &impl serde::Serialize) -> Result<Value, DriverError> {
    serde_json::to_value(value)
        .map_err(|error| DriverError::internal(format!("properties do not serialise ({error})")))
}

fn erase<P: Resource>(live: TypedLive<P>) -> Result<Live, DriverError> {
    let properties = print(&live.properties)?;
    Ok(Live {
        id: live.id,
        properties,
        attributes: live.attributes,
        tags: live.tags,
    })
}

fn typed<P: DeserializeOwned>(live: &Live) -> Result<TypedLive<P>, DriverError> {
    Ok(TypedLive {
        id: live.id.clone(),
        properties: parse(&live.properties)?,
        attributes: live.attributes.clone(),
        tags: live.tags.clone(),
    })
}

#[async_trait]
impl<D: ResourceDriver> Driver for Untyped<D> {
    fn resource_type(&self) -> &'static ResourceType {
        D::Properties::TYPE
    }

    fn normalise(&self, properties: Value) -> Result<Value, DriverError> {
        let mut typed: D::Properties = parse(&properties)?;
        self.0.normalise(&mut typed);
        print(&typed)
    }

    async fn read(
        &self,
        wanted: &ReadRequest,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let wanted = TypedReadRequest {
            address: &wanted.address,
            identity: parse(&wanted.identity)?,
            properties: parse(&wanted.properties)?,
        };
        self.0.read(wanted, cache).await?.map(erase).transpose()
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        self.0.list(cache).await?.into_iter().map(erase).collect()
    }

    async fn may_have_orphans(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        self.0.may_have_orphans(selection, cache).await
    }

    async fn confirm(
        &self,
        address: Option<&Address>,
        live: &Live,
    ) -> Result<Option<Live>, DriverError> {
        let mut live = typed(live)?;
        if let (LiveTags::Unread, Some(address)) = (&live.tags, address) {
            live.tags =
                LiveTags::Hinted(Tags::from([(ADDRESS_TAG.to_owned(), address.to_string())]));
        }
        self.0.confirm(live).await?.map(erase).transpose()
    }

    async fn create(&self, properties: &Value, tags: &Tags) -> Result<Live, DriverError> {
        erase(self.0.create(parse(properties)?, tags).await?)
    }

    async fn update(
        &self,
        live: &Live,
        properties: &Value,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        erase(
            self.0
                .update(typed(live)?, parse(properties)?, changes)
                .await?,
        )
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        self.0.retag(&typed(live)?, set, remove).await
    }

    async fn delete(&self, live: &Live) -> Result<(), DriverError> {
        self.0.delete(typed(live)?).await
    }

    fn pending(&self, live: &Live) -> Option<String> {
        self.0.pending(&live.attributes)
    }

    async fn settle(&self, live: &Live) -> Result<(), DriverError> {
        self.0.settle(typed(live)?).await
    }
}
