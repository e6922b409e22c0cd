//! The trait that each driver implements, in the types of its resource, and the adapter to the
//! engine, which sees JSON.
//!
//! The adapter does for every driver what none must forget: properties are normalised and checked
//! before a driver writes them, and normalised after it has read them.

use std::fmt::Debug;
use std::future::Future;

use async_trait::async_trait;
use engine::{
    Attributes, Changes, Comparison, DriverError, Finding, Holding, Live, LiveProperties, LiveTags,
    ReadCache, ReadRequest, Reader, Selection, Suspicion, Writer, diff, missing_tags,
};
use model::{Address, Attribute, Owner, Resource, ResourceType, Tags};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::calls::Calls;
use super::limits::{Checks, Limit};
use super::sensitive::{masked, masked_changes};
use super::tag_store::TagStore;
use super::tagging;
use crate::Account;

/// A live resource in its own types.
#[derive(Clone, Debug)]
pub(crate) struct TypedLive<P> {
    /// The physical id.
    pub(crate) id: String,
    /// The properties that were read.
    pub(crate) properties: P,
    /// The attributes that AWS assigned.
    pub(crate) attributes: Attributes,
    /// The tags, and how reliable they are.
    pub(crate) tags: LiveTags,
}

impl<P> TypedLive<P> {
    /// An attribute.
    ///
    /// # Errors
    /// [`DriverError::Internal`] if the driver did not set it.
    pub(crate) fn attribute(&self, attribute: Attribute<P>) -> Result<&str, DriverError> {
        let (id, name) = (&self.id, attribute.name);
        let value = self.attributes.get(name).map(String::as_str);
        value.ok_or_else(|| DriverError::internal(format!("`{id}` was read without its {name}")))
    }

    /// Attributes with their values. One without a value is left out.
    pub(crate) fn assigned<const N: usize>(
        values: [(Attribute<P>, impl Into<Option<String>>); N],
    ) -> Attributes {
        let values = values.into_iter();
        values
            .filter_map(|(attribute, value)| Some((attribute.name.to_owned(), value.into()?)))
            .collect()
    }
}

/// A request to find a resource, in its own types.
#[derive(Debug)]
pub(crate) struct TypedReadRequest<'r, P> {
    /// Its address.
    pub(crate) address: &'r Address,
    /// The fingerprint of its desired properties.
    pub(crate) fingerprint: &'r str,
    /// Its properties. Those of its identity are known; a string that is not known yet is
    /// [`engine::UNKNOWN`].
    pub(crate) properties: P,
}

/// When to search for orphans of a type that no selected stack contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrphanSearch {
    /// If the whole system is selected.
    WholeSystem,
    /// If the tagging index shows a resource of a service in the selected stacks.
    IfShown(&'static str),
    /// If both hold.
    WholeSystemIfShown(&'static str),
}

/// The code that reads and writes one resource type. See [`Reader`] and [`Writer`] for
/// what each method guarantees.
pub(crate) trait ResourceDriver: Debug + Send + Sync + 'static {
    /// The type's properties, resolved.
    type Properties: Resource + Clone + Debug + DeserializeOwned + PartialEq + Send + Sync;

    /// What its calls are, and what they act on.
    const CALLS: &'static [&'static [Calls]];

    /// When to search for orphans though no selected stack contains the type.
    const ORPHANS: OrphanSearch = OrphanSearch::WholeSystem;

    /// The limits of single properties that AWS enforces and emulators do not.
    const LIMITS: &'static [Limit] = &[];

    /// Fills in AWS's defaults and sorts what has no order. Must accept [`engine::UNKNOWN`] for any
    /// string.
    fn normalise(&self, properties: &mut Self::Properties);

    /// Takes over what `desired` does not state and an organisation or another tool may have set in
    /// `live`: a web ACL, access logs, a permissions boundary, more protection. It comes before
    /// [`Self::normalise`].
    fn leave(&self, _desired: &mut Self::Properties, _live: &Self::Properties) {}

    /// Adds what AWS would refuse beyond single properties' [`Self::LIMITS`]. The properties are
    /// normalised. Must accept [`engine::UNKNOWN`] for any string.
    fn check(&self, _properties: &Self::Properties, _checks: &mut Checks) {}

    /// Finds the resource.
    fn read(
        &self,
        request: TypedReadRequest<'_, Self::Properties>,
        cache: &ReadCache,
    ) -> impl Future<Output = Result<Option<TypedLive<Self::Properties>>, DriverError>> + Send;

    /// All resources of the type that may be the system's.
    fn list(
        &self,
        cache: &ReadCache,
    ) -> impl Future<Output = Result<Vec<TypedLive<Self::Properties>>, DriverError>> + Send;

    /// Those of [`Self::list`] that may be of the selected stacks: for a type of which each one that is listed
    /// costs calls, and whose list shows the stack.
    fn list_of(
        &self,
        _selection: &Selection,
        cache: &ReadCache,
    ) -> impl Future<Output = Result<Vec<TypedLive<Self::Properties>>, DriverError>> + Send {
        self.list(cache)
    }

    /// Where the tags of the type's resources are kept.
    fn tag_store(&self) -> impl TagStore<Self::Properties>;

    /// Reads the uncertain parts of a live resource again, by default its tags; `None` if it no
    /// longer exists. `address` is its address if that is known.
    fn confirm(
        &self,
        live: TypedLive<Self::Properties>,
        address: Option<&Address>,
    ) -> impl Future<Output = Result<Option<TypedLive<Self::Properties>>, DriverError>> + Send {
        async move {
            let tags = self.tag_store().tags(&live, address).await?;
            Ok(tags.map(|tags| TypedLive {
                tags: LiveTags::Read(tags),
                ..live
            }))
        }
    }

    /// Creates the resource. The properties are normalised and checked; `tags` include the owner's.
    fn create(
        &self,
        desired: Self::Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> impl Future<Output = Result<TypedLive<Self::Properties>, DriverError>> + Send;

    /// Changes the resource in place. The properties are normalised and checked. What AWS assigns
    /// anew is written to `live`; its properties stay as they were.
    fn update(
        &self,
        live: &mut TypedLive<Self::Properties>,
        desired: &Self::Properties,
        changes: &Changes,
    ) -> impl Future<Output = Result<(), DriverError>> + Send;

    /// Changes the resource in place and returns it as it is then.
    fn updated(
        &self,
        mut live: TypedLive<Self::Properties>,
        properties: Self::Properties,
        changes: &Changes,
    ) -> impl Future<Output = Result<TypedLive<Self::Properties>, DriverError>> + Send {
        async move {
            self.update(&mut live, &properties, changes).await?;
            Ok(TypedLive { properties, ..live })
        }
    }

    /// Goes on with a resource that an earlier call created, as desired now.
    fn resumed(
        &self,
        mut found: TypedLive<Self::Properties>,
        mut properties: Self::Properties,
        tags: &Tags,
    ) -> impl Future<Output = Result<TypedLive<Self::Properties>, DriverError>> + Send {
        async move {
            self.normalise(&mut found.properties);
            self.leave(&mut properties, &found.properties);
            self.normalise(&mut properties);
            let changes = changes(&found.properties, &properties)?;
            if !changes.is_empty() {
                self.update(&mut found, &properties, &changes).await?;
            }
            let known = found.tags.known().cloned().unwrap_or_default();
            let missing = missing_tags(&known, tags);
            if !missing.is_empty() {
                self.tag_store().tag(&found, &missing).await?;
            }
            Ok(TypedLive {
                properties,
                tags: LiveTags::Read(tags.clone()),
                ..found
            })
        }
    }

    /// As [`Reader::holding`].
    fn holding(
        &self,
        _live: &TypedLive<Self::Properties>,
    ) -> impl Future<Output = Result<Holding, DriverError>> + Send {
        async { Ok(Holding::unknown("its type is not counted")) }
    }

    /// Whether the resource is kept unless its data are to be deleted, as it holds this much.
    fn is_kept(&self, _holding: &Holding) -> bool {
        Self::Properties::TYPE.holds_data
    }

    /// As [`Reader::check_deletion`].
    fn check_deletion(
        &self,
        _live: &TypedLive<Self::Properties>,
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async { Ok(()) }
    }

    /// Deletes the resource.
    fn delete(
        &self,
        live: TypedLive<Self::Properties>,
    ) -> impl Future<Output = Result<(), DriverError>> + Send;

    /// AWS's remaining work on an up-to-date resource, if any, by its attributes.
    fn pending(&self, _attributes: &Attributes) -> Option<String> {
        None
    }

    /// Waits until nothing is pending.
    fn settle(
        &self,
        _live: TypedLive<Self::Properties>,
    ) -> impl Future<Output = Result<(), DriverError>> + Send {
        async { Ok(()) }
    }
}

/// The changes from a found resource to the desired one, both normalised.
pub(crate) fn changes<P: Resource + PartialEq>(
    found: &P,
    desired: &P,
) -> Result<Changes, DriverError> {
    if found == desired {
        return Ok(Changes::default());
    }
    Ok(diff(P::TYPE, &print(found)?, &print(desired)?))
}

/// A typed driver in the form that the engine uses.
#[derive(Debug)]
pub(crate) struct Untyped<D> {
    driver: D,
    account: Account,
}

impl<D: ResourceDriver> Untyped<D> {
    /// A driver for an account.
    pub(crate) fn new(account: &Account, driver: impl FnOnce(&Account) -> D) -> Self {
        Self {
            driver: driver(account),
            account: account.clone(),
        }
    }

    fn untyped(&self, mut live: TypedLive<D::Properties>) -> Live {
        self.driver.normalise(&mut live.properties);
        Live {
            id: live.id,
            properties: LiveProperties::new(live.properties),
            attributes: live.attributes,
            tags: live.tags,
        }
    }

    /// Desired properties, normalised.
    pub(super) fn desired(&self, properties: &Value) -> Result<D::Properties, DriverError> {
        let mut desired = parse(properties)?;
        self.driver.normalise(&mut desired);
        Ok(desired)
    }

    fn findings(&self, desired: &D::Properties) -> Result<Vec<Finding>, DriverError> {
        let mut checks = Checks::default();
        checks.limits(D::LIMITS, &print(desired)?);
        self.driver.check(desired, &mut checks);
        Ok(checks.into_findings())
    }

    /// Desired properties, normalised, with what is left as it is in `live`.
    fn desired_of(
        &self,
        live: &D::Properties,
        properties: &Value,
    ) -> Result<D::Properties, DriverError> {
        let mut desired = parse(properties)?;
        self.driver.leave(&mut desired, live);
        self.driver.normalise(&mut desired);
        Ok(desired)
    }

    /// Desired properties to write, which are checked.
    ///
    /// The plan has checked what it knew; the rest is checked here.
    fn writable(&self, desired: D::Properties) -> Result<D::Properties, DriverError> {
        match self.findings(&desired)?.first() {
            Some(finding) => Err(DriverError::Invalid(finding.to_string())),
            None => Ok(desired),
        }
    }
}

fn parse<T: DeserializeOwned>(value: &Value) -> Result<T, DriverError> {
    T::deserialize(value)
        .map_err(|error| DriverError::internal(format!("properties do not parse ({error})")))
}

fn print(value: &impl Serialize) -> Result<Value, DriverError> {
    serde_json::to_value(value)
        .map_err(|error| DriverError::internal(format!("properties do not serialise ({error})")))
}

fn typed<P: Clone + 'static>(live: &Live) -> Result<TypedLive<P>, DriverError> {
    Ok(TypedLive {
        id: live.id.clone(),
        properties: live.properties.typed::<P>()?.clone(),
        attributes: live.attributes.clone(),
        tags: live.tags.clone(),
    })
}

#[async_trait]
impl<D: ResourceDriver> Reader for Untyped<D> {
    fn resource_type(&self) -> &'static ResourceType {
        D::Properties::TYPE
    }

    fn normalise(&self, desired: &Value) -> Result<Value, DriverError> {
        Ok(masked::<D::Properties>(print(&self.desired(desired)?)?))
    }

    fn check(&self, desired: &Value) -> Result<Vec<Finding>, DriverError> {
        self.findings(&self.desired(desired)?)
    }

    fn compare(&self, live: &Live, desired: &Value) -> Result<Comparison, DriverError> {
        let live: &D::Properties = live.properties.typed()?;
        let mut stated = parse(desired)?;
        let mut desired = D::Properties::clone(&stated);
        self.driver.leave(&mut desired, live);
        let leaves = desired != stated;
        self.driver.normalise(&mut desired);
        let left = if leaves {
            self.driver.normalise(&mut stated);
            self::changes(&desired, &stated)?
        } else {
            Changes::default()
        };
        Ok(Comparison {
            changes: masked_changes::<D::Properties>(self::changes(live, &desired)?),
            left: masked_changes::<D::Properties>(left),
        })
    }

    async fn read(
        &self,
        request: &ReadRequest,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let request = TypedReadRequest {
            address: &request.address,
            fingerprint: &request.fingerprint,
            properties: parse(&request.properties)?,
        };
        let live = self.driver.read(request, cache).await?;
        Ok(live.map(|live| self.untyped(live)))
    }

    async fn list(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<Vec<Live>, DriverError> {
        let listed = self.driver.list_of(selection, cache).await?;
        Ok(listed.into_iter().map(|live| self.untyped(live)).collect())
    }

    /// Where the index cannot be read, what it might show is possible.
    async fn suspicion(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<Suspicion, DriverError> {
        let whole = selection.covers_whole_system();
        let service = match D::ORPHANS {
            OrphanSearch::WholeSystem => return Ok(Suspicion::possible_if(whole)),
            OrphanSearch::WholeSystemIfShown(_) if !whole => return Ok(Suspicion::None),
            OrphanSearch::IfShown(service) | OrphanSearch::WholeSystemIfShown(service) => service,
        };
        let hints = tagging::hints(&self.account, cache).await?;
        Ok(if !hints.are_known() {
            Suspicion::Possible
        } else if hints.shows(service, selection) {
            Suspicion::Founded
        } else {
            Suspicion::None
        })
    }

    async fn confirm(
        &self,
        address: Option<&Address>,
        live: &Live,
    ) -> Result<Option<Live>, DriverError> {
        let live = self.driver.confirm(typed(live)?, address).await?;
        Ok(live.map(|live| self.untyped(live)))
    }

    async fn holding(&self, live: &Live) -> Result<Holding, DriverError> {
        self.driver.holding(&typed(live)?).await
    }

    fn is_kept(&self, _: &Live, holding: &Holding) -> bool {
        self.driver.is_kept(holding)
    }

    async fn check_deletion(&self, live: &Live) -> Result<(), DriverError> {
        self.driver.check_deletion(&typed(live)?).await
    }

    fn pending(&self, live: &Live) -> Option<String> {
        self.driver.pending(&live.attributes)
    }

    async fn settle(&self, live: &Live) -> Result<(), DriverError> {
        self.driver.settle(typed(live)?).await
    }
}

#[async_trait]
impl<D: ResourceDriver> Writer for Untyped<D> {
    async fn create(
        &self,
        properties: &Value,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let desired = self.writable(self.desired(properties)?)?;
        let live = self.driver.create(desired, owner, tags).await?;
        Ok(self.untyped(live))
    }

    async fn update(
        &self,
        live: &Live,
        properties: &Value,
        changes: &Changes,
    ) -> Result<Live, DriverError> {
        let desired = self.desired_of(live.properties.typed()?, properties)?;
        let desired = self.writable(desired)?;
        let live = self.driver.updated(typed(live)?, desired, changes).await?;
        Ok(self.untyped(live))
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        let (live, store) = (typed(live)?, self.driver.tag_store());
        if !remove.is_empty() {
            store.untag(&live, remove).await?;
        }
        if !set.is_empty() {
            store.tag(&live, set).await?;
        }
        Ok(())
    }

    async fn delete(&self, live: &Live) -> Result<(), DriverError> {
        self.driver.delete(typed(live)?).await
    }
}
