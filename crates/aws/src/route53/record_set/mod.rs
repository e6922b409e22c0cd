//! `AWS::Route53::RecordSet`.

mod convert;
mod limits;
#[cfg(test)]
mod tests;

use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use futures_util::future::try_join_all;
use model::types::route53::RecordSet;
use model::{ADDRESS_TAG, Address, Owner, SYSTEM_TAG, Tags};
use serde::Deserialize;

use super::companion::Companion;
use super::names::{canonical, zone_id};
use super::zones::{Zones, create, remove, write};
use crate::Account;
use crate::kit::limits::Checks;
use crate::kit::tagging::{self, is_same_resource};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry};

type Properties = RecordSet<String>;
type Live = TypedLive<Properties>;

/// Reads and writes records.
///
/// One call lists the zones, one each their companions, and one reads a record.
#[derive(Debug)]
pub(crate) struct RecordSets {
    zones: Zones,
}

/// What finds a record again.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    hosted_zone_id: String,
    name: String,
    #[serde(rename = "Type")]
    record_type: String,
}

impl Identity {
    fn of(properties: &Properties) -> Self {
        let RecordSet {
            hosted_zone_id,
            name,
            record_type,
            ..
        } = properties;
        Self {
            hosted_zone_id: hosted_zone_id.clone(),
            name: name.clone(),
            record_type: record_type.clone(),
        }
    }

    fn canonical(&self) -> Self {
        Self {
            hosted_zone_id: zone_id(&self.hosted_zone_id),
            name: canonical(&self.name),
            record_type: self.record_type.to_ascii_uppercase(),
        }
    }

    fn id(&self) -> String {
        format!("{}/{}/{}", self.hosted_zone_id, self.name, self.record_type)
    }
}

/// What is at a name now: the record, and its companion as it is and as it would be called.
struct Standing {
    record: Option<aws_sdk_route53::types::ResourceRecordSet>,
    companion: Option<(Companion, aws_sdk_route53::types::ResourceRecordSet)>,
}

impl RecordSets {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            zones: Zones::new(account),
        }
    }

    /// The record of this identity, one call in a reading.
    async fn find(
        &self,
        at: &Identity,
        cache: &ReadCache,
    ) -> Result<Option<Properties>, DriverError> {
        let found = cache.once(format!("route53:record {}", at.id()), || async {
            let record = self
                .zones
                .record(&at.hosted_zone_id, &at.name, &at.record_type)
                .await?;
            Ok(record.map(|record| convert::properties(&at.hosted_zone_id, &record)))
        });
        Ok(found.await?.as_ref().clone())
    }

    /// What the companions of its zone say of a record.
    async fn said(&self, at: &Identity, cache: &ReadCache) -> Result<Tags, DriverError> {
        let zones = self.zones.all(cache).await?;
        let Some(zone) = zones.get(&at.hosted_zone_id) else {
            return Ok(Tags::new());
        };
        let Ok(companion) = Companion::of(&at.name, &at.record_type, zone) else {
            return Ok(Tags::new());
        };
        let companions = self
            .zones
            .companions(&at.hosted_zone_id, zone, cache)
            .await?;
        Ok(companions
            .get(&companion.name)
            .map(|companion| companion.tags.clone())
            .unwrap_or_default())
    }

    /// The records of the system in one zone. A companion whose record somebody deleted says
    /// nothing.
    async fn in_zone(
        &self,
        zone: &str,
        zone_name: &str,
        cache: &ReadCache,
    ) -> Result<Vec<Live>, DriverError> {
        let companions = self.zones.companions(zone, zone_name, cache).await?;
        let ours = companions.values().filter(|companion| {
            let system = companion.tags.get(SYSTEM_TAG);
            system.is_some_and(|system| system == self.zones.account.system())
                && companion.certificate.is_none()
        });
        let live = try_join_all(ours.map(async |companion| {
            let at = Identity {
                hosted_zone_id: zone.to_owned(),
                name: companion.of.clone(),
                record_type: companion.record_type.clone(),
            };
            let found = self.find(&at, cache).await?;
            Ok::<_, DriverError>(found.map(|properties| live(properties, companion.tags.clone())))
        }));
        Ok(live.await?.into_iter().flatten().collect())
    }

    /// The companion of a record; an error if there is no such zone.
    async fn companion_of(&self, at: &Identity) -> Result<(Companion, String), DriverError> {
        let zone = self.zones.name(&at.hosted_zone_id).await?;
        let missing =
            || DriverError::Invalid(format!("there is no hosted zone `{}`", at.hosted_zone_id));
        let zone = zone.ok_or_else(missing)?;
        Ok((Companion::of(&at.name, &at.record_type, &zone)?, zone))
    }

    async fn standing(
        &self,
        at: &Identity,
        companion: &Companion,
        zone: &str,
    ) -> Result<Standing, DriverError> {
        let (record, companion) = tokio::try_join!(
            self.zones
                .record(&at.hosted_zone_id, &at.name, &at.record_type),
            self.zones.companion(&at.hosted_zone_id, companion, zone),
        )?;
        Ok(Standing { record, companion })
    }

    /// Makes the record and its companion. What is there already may be ours, of an earlier
    /// attempt, or the companion of a record that somebody deleted.
    async fn make(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let at = Identity::of(desired);
        let (companion, zone) = self.companion_of(&at).await?;
        let companion = companion.saying(tags);
        let (record, said) = (convert::record(desired)?, companion.record()?);
        let batch = vec![create(record.clone())?, create(said.clone())?];
        let error = match self.zones.change(&at.hosted_zone_id, batch).await {
            Err(error) if error.is("InvalidChangeBatch") => error,
            made => return made,
        };
        let standing = self.standing(&at, &companion, &zone).await?;
        let said_before = standing
            .companion
            .map(|(companion, _)| companion.tags)
            .unwrap_or_default();
        if standing.record.is_some() && !is_same_resource(&said_before, tags) {
            return Err(DriverError::Invalid(format!(
                "the {} record `{}` exists and is not this system's; it is left untouched",
                at.record_type, at.name
            )));
        }
        if standing.record.is_none() && said_before.is_empty() {
            return Err(error);
        }
        self.zones
            .change(&at.hosted_zone_id, vec![write(record)?, write(said)?])
            .await
    }
}

fn live(properties: Properties, tags: Tags) -> Live {
    let attributes = Attributes::from([("Name".to_owned(), properties.name.clone())]);
    TypedLive {
        id: Identity::of(&properties).id(),
        properties,
        attributes,
        tags: LiveTags::Read(tags),
    }
}

impl ResourceDriver for RecordSets {
    type Properties = Properties;
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");

    fn normalise(&self, record: &mut Properties) {
        convert::normalise(record);
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(limits::check(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let at = request.properties.canonical();
        let (found, tags) = tokio::try_join!(self.find(&at, cache), self.said(&at, cache))?;
        Ok(found.map(|properties| live(properties, tags)))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let zones = self.zones.all(cache).await?;
        let lists = try_join_all(
            zones
                .iter()
                .map(|(zone, name)| self.in_zone(zone, name, cache)),
        )
        .await?;
        Ok(lists.into_iter().flatten().collect())
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        let at = Identity::of(&live.properties);
        let (companion, zone) = self.companion_of(&at).await?;
        let found = self
            .zones
            .companion(&at.hosted_zone_id, &companion, &zone)
            .await?;
        Ok(found
            .map(|(companion, _)| companion.tags)
            .unwrap_or_default())
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        self.make(&desired, tags).await?;
        Ok(live(desired, tags.clone()))
    }

    async fn update(
        &self,
        live: Live,
        desired: Properties,
        _: &Changes,
    ) -> Result<Live, DriverError> {
        self.zones
            .change(
                &desired.hosted_zone_id,
                vec![write(convert::record(&desired)?)?],
            )
            .await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let at = Identity::of(&live.properties);
        let (companion, _) = self.companion_of(&at).await?;
        let mut tags = live.tags.known().cloned().unwrap_or_default();
        tags.extend(tags.clone());
        if !tags.contains_key(ADDRESS_TAG) {
            return Err(DriverError::internal("a record has no address"));
        }
        self.zones
            .change(
                &at.hosted_zone_id,
                vec![write(companion.saying(&tags).record()?)?],
            )
            .await
    }

    /// Route 53 deletes exactly what it is told, so what is there is read first, and again if it
    /// was changed since.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let at = Identity::of(&live.properties);
        let Some(zone) = self.zones.name(&at.hosted_zone_id).await? else {
            return Ok(());
        };
        let companion = Companion::of(&at.name, &at.record_type, &zone)?;
        let changed = |error: &DriverError| error.is("InvalidChangeBatch");
        retry(WaitPolicy::seconds(10), changed, || async {
            let standing = self.standing(&at, &companion, &zone).await?;
            let records = standing
                .record
                .into_iter()
                .chain(standing.companion.map(|(_, record)| record));
            let batch = records.map(remove).collect::<Result<Vec<_>, _>>()?;
            if batch.is_empty() {
                Ok(())
            } else {
                self.zones.change(&at.hosted_zone_id, batch).await
            }
        })
        .await
    }
}
