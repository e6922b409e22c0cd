//! `AWS::Route53::RecordSet`.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;

use std::fmt;

use aws_sdk_route53::types::ResourceRecordSet;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::route53::RecordSet;
use model::{Address, Owner, Tags};

pub(crate) use self::calls::CALLS as RECORD_CALLS;
use super::client::{DELETIONS, Route53Client};
use super::companion::Companion;
use super::convert::{create, remove, write};
use crate::Account;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership;
use crate::kit::recorded;
use crate::kit::tag_store::TagStore;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = RecordSet<String>;
type Live = TypedLive<Properties>;

/// Reads and writes records.
///
/// One call lists the zones, one per zone its companions, and one reads a record.
#[derive(Debug)]
pub(crate) struct RecordSets {
    client: Route53Client,
}

/// The identity of a record.
#[derive(Clone, Debug)]
struct RecordId {
    zone: String,
    name: String,
    record_type: String,
}

impl RecordId {
    fn of(record: &Properties) -> Self {
        Self {
            zone: record.hosted_zone_id.clone(),
            name: record.name.clone(),
            record_type: record.record_type.clone(),
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.zone, self.name, self.record_type)
    }
}

/// A record and its companion, as they are now.
struct Found {
    record: Option<ResourceRecordSet>,
    companion: Option<(Companion, ResourceRecordSet)>,
}

impl RecordSets {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: Route53Client::new(account),
        }
    }

    /// A record, one call per record and cache.
    async fn find(
        &self,
        id: &RecordId,
        cache: &ReadCache,
    ) -> Result<Option<Properties>, DriverError> {
        let found = cache.once(format!("route53:record {id}"), || async {
            let record = self
                .client
                .record(&id.zone, &id.name, &id.record_type)
                .await?;
            Ok(record.map(|record| convert::properties(&id.zone, &record)))
        });
        Ok(found.await?.as_ref().clone())
    }

    /// The tags of a record, by the companions of its zone.
    async fn find_tags(&self, id: &RecordId, cache: &ReadCache) -> Result<Tags, DriverError> {
        let zones = self.client.zones(cache).await?;
        let Some(zone) = zones.get(&id.zone) else {
            return Ok(Tags::new());
        };
        let Ok(companion) = Companion::of(&id.name, &id.record_type, zone) else {
            return Ok(Tags::new());
        };
        let companions = self.client.companions(&id.zone, zone, cache).await?;
        let companion = companions.get(&companion.name);
        Ok(companion.map(Companion::tags).unwrap_or_default())
    }

    /// The records of the system in one zone. A companion whose record was deleted outside Frontage
    /// is ignored.
    async fn in_zone(
        &self,
        zone: &str,
        zone_name: &str,
        cache: &ReadCache,
    ) -> Result<Vec<Live>, DriverError> {
        let companions = self.client.companions(zone, zone_name, cache).await?;
        let ours = |owner: &Owner| self.client.account.owns(owner);
        let owned = companions
            .values()
            .filter(|companion| companion.resource().is_some_and(ours));
        let live = try_join_all(owned.map(async |companion| {
            let id = RecordId {
                zone: zone.to_owned(),
                name: companion.of.clone(),
                record_type: companion.record_type.clone(),
            };
            let found = self.find(&id, cache).await?;
            Ok::<_, DriverError>(found.map(|properties| live(properties, companion.tags())))
        }));
        Ok(live.await?.into_iter().flatten().collect())
    }

    /// The companion of a record, and the name of its zone, which must exist.
    async fn companion_of(&self, id: &RecordId) -> Result<(Companion, String), DriverError> {
        let zone = self.client.known_name(&id.zone).await?;
        Ok((Companion::of(&id.name, &id.record_type, &zone)?, zone))
    }

    async fn current(
        &self,
        id: &RecordId,
        companion: &Companion,
        zone: &str,
    ) -> Result<Found, DriverError> {
        let (record, companion) = tokio::try_join!(
            self.client.record(&id.zone, &id.name, &id.record_type),
            self.client.companion(&id.zone, companion, zone),
        )?;
        Ok(Found { record, companion })
    }

    /// Creates the record and its companion. Either may exist: from an earlier attempt, or as the
    /// companion of a record that was deleted outside Frontage.
    async fn make(&self, desired: &Properties, owner: &Owner) -> Result<(), DriverError> {
        let id = RecordId::of(desired);
        let (companion, zone) = self.companion_of(&id).await?;
        let (record, said) = (
            convert::record(desired)?,
            companion.clone().naming(owner).record()?,
        );
        let batch = vec![create(record.clone())?, create(said.clone())?];
        let refused = match self.client.change(&id.zone, batch).await {
            Err(error) if error.is("InvalidChangeBatch") => error,
            created => return created,
        };
        let found = self.current(&id, &companion, &zone).await?;
        let before = found.companion.map(|(companion, _)| companion);
        if found.record.is_some() {
            let tags = before.as_ref().map(Companion::tags).unwrap_or_default();
            let foreign = DriverError::Invalid(format!(
                "the {} record `{}` exists and is not this system's; it is left untouched",
                id.record_type, id.name
            ));
            ownership::adopt(&tags, owner, foreign)?;
        } else if before.is_none_or(|companion| companion.owner.is_none()) {
            return Err(refused);
        }
        let batch = vec![write(record)?, write(said)?];
        self.client.change(&id.zone, batch).await
    }
}

fn live(properties: Properties, tags: Tags) -> Live {
    TypedLive {
        id: RecordId::of(&properties).to_string(),
        attributes: Live::assigned([(RecordSet::NAME, properties.name.clone())]),
        properties,
        tags: LiveTags::Read(tags),
    }
}

impl ResourceDriver for RecordSets {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, record: &mut Properties) {
        convert::normalise(record);
    }

    fn check(&self, record: &Properties, checks: &mut Checks) {
        limits::check(record, checks);
    }

    async fn read(
        &self,
        mut request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        convert::normalise(&mut request.properties);
        let id = RecordId::of(&request.properties);
        let (found, tags) = tokio::try_join!(self.find(&id, cache), self.find_tags(&id, cache))?;
        Ok(found.map(|properties| live(properties, tags)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let zones = self.client.zones(cache).await?;
        let zones = zones
            .iter()
            .map(|(zone, name)| self.in_zone(zone, name, cache));
        Ok(try_join_all(zones).await?.into_iter().flatten().collect())
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
        self.make(&desired, owner).await?;
        Ok(live(desired, tags.clone()))
    }

    async fn update(
        &self,
        _: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let batch = vec![write(convert::record(desired)?)?];
        self.client.change(&desired.hosted_zone_id, batch).await
    }

    /// Route 53 deletes a record only if the request matches it exactly, so the record is read
    /// first, and again if it was changed since.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let id = RecordId::of(&live.properties);
        let Some(zone) = self.client.name(&id.zone).await? else {
            return Ok(());
        };
        let companion = Companion::of(&id.name, &id.record_type, &zone)?;
        DELETIONS
            .delete(|| async {
                let found = self.current(&id, &companion, &zone).await?;
                let companion = found.companion.map(|(_, record)| record);
                let records = found.record.into_iter().chain(companion);
                let batch = records.map(remove).collect::<Result<Vec<_>, _>>()?;
                if batch.is_empty() {
                    return Ok(());
                }
                self.client.change(&id.zone, batch).await
            })
            .await
    }
}

impl TagStore<Properties> for RecordSets {
    async fn tags(&self, live: &Live, _: Option<&Address>) -> Result<Option<Tags>, DriverError> {
        let id = RecordId::of(&live.properties);
        let (companion, zone) = self.companion_of(&id).await?;
        let found = self.client.companion(&id.zone, &companion, &zone).await?;
        let tags = found.map(|(companion, _)| companion.tags());
        Ok(Some(tags.unwrap_or_default()))
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let id = RecordId::of(&live.properties);
        let owner = recorded::owner(live, tags)?;
        let (companion, _) = self.companion_of(&id).await?;
        let batch = vec![write(companion.naming(&owner).record()?)?];
        self.client.change(&id.zone, batch).await
    }
}
