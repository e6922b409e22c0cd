//! What is done with zones: they are listed, their records read, and changed in batches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, ChangeStatus, ResourceRecordSet, RrType,
};
use engine::{DriverError, ReadCache};

use super::companion::Companion;
use super::names::{canonical, zone_id};
use crate::Account;
use crate::account::error::failed;
use crate::kit::wait::{WaitPolicy, retry, until};

/// How long Route 53 may work on a change of a zone before it takes the next.
const BUSY: WaitPolicy = WaitPolicy {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(5),
    within: Duration::from_mins(3),
};

/// How long a change may take to be at every name server; mostly less than a minute.
const PROPAGATION: WaitPolicy = WaitPolicy {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(5),
    within: Duration::from_mins(15),
};

/// The account's zones.
#[derive(Clone, Debug)]
pub(crate) struct Zones {
    pub(super) account: Account,
    client: Client,
}

/// Makes a record, or makes it as it should be.
pub(crate) fn write(record: ResourceRecordSet) -> Result<Change, DriverError> {
    change(ChangeAction::Upsert, record)
}

/// Makes a record that must not be there yet.
pub(super) fn create(record: ResourceRecordSet) -> Result<Change, DriverError> {
    change(ChangeAction::Create, record)
}

/// Deletes a record. It must be exactly as it is.
pub(crate) fn remove(record: ResourceRecordSet) -> Result<Change, DriverError> {
    change(ChangeAction::Delete, record)
}

fn change(action: ChangeAction, record: ResourceRecordSet) -> Result<Change, DriverError> {
    Change::builder()
        .action(action)
        .resource_record_set(record)
        .build()
        .map_err(incomplete)
}

/// A member that Route 53 needs was not set.
#[allow(clippy::needless_pass_by_value)] // as `map_err` passes it
pub(crate) fn incomplete(error: aws_sdk_route53::error::BuildError) -> DriverError {
    DriverError::internal(format!("a call to Route 53 is incomplete ({error})"))
}

impl Zones {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: Client::new(&account.config("route53")),
        }
    }

    /// The account's zones, ids and names, one call (a page) in a reading.
    pub(super) async fn all(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<BTreeMap<String, String>>, DriverError> {
        cache
            .once("route53:ListHostedZones", || async {
                let pages = self
                    .client
                    .list_hosted_zones()
                    .into_paginator()
                    .items()
                    .send();
                let zones = pages
                    .collect::<Result<Vec<_>, _>>()
                    .await
                    .map_err(failed("route53:ListHostedZones"))?;
                Ok(zones
                    .iter()
                    .map(|zone| (zone_id(zone.id()), canonical(zone.name())))
                    .collect())
            })
            .await
    }

    /// The name of a zone; none if there is no such zone.
    pub(crate) async fn name(&self, zone: &str) -> Result<Option<String>, DriverError> {
        match self
            .client
            .get_hosted_zone()
            .id(zone)
            .send()
            .await
            .map_err(failed("route53:GetHostedZone"))
        {
            Ok(answer) => Ok(answer.hosted_zone().map(|zone| canonical(zone.name()))),
            Err(error) if error.is("NoSuchHostedZone") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The record of this name and type, as it is now.
    pub(crate) async fn record(
        &self,
        zone: &str,
        name: &str,
        record_type: &str,
    ) -> Result<Option<ResourceRecordSet>, DriverError> {
        let call = self
            .client
            .list_resource_record_sets()
            .hosted_zone_id(zone)
            .start_record_name(name)
            .start_record_type(RrType::from(record_type))
            .max_items(1);
        let page = match call
            .send()
            .await
            .map_err(failed("route53:ListResourceRecordSets"))
        {
            Err(error) if error.is("NoSuchHostedZone") => return Ok(None),
            page => page?,
        };
        let is_it = |record: &ResourceRecordSet| {
            canonical(record.name()) == canonical(name) && record.r#type().as_str() == record_type
        };
        Ok(page.resource_record_sets.into_iter().next().filter(is_it))
    }

    /// The companion of a record, as it is now, and the record that it is.
    pub(crate) async fn companion(
        &self,
        zone: &str,
        of: &Companion,
        zone_name: &str,
    ) -> Result<Option<(Companion, ResourceRecordSet)>, DriverError> {
        let record = self.record(zone, &of.name, "TXT").await?;
        Ok(record.and_then(|record| Some((Companion::parse(&record, zone_name)?, record))))
    }

    /// The companions of a zone by the names that they have, one call (a page) in a reading.
    pub(super) async fn companions(
        &self,
        zone: &str,
        zone_name: &str,
        cache: &ReadCache,
    ) -> Result<Arc<BTreeMap<String, Companion>>, DriverError> {
        let read = || self.list_companions(zone, zone_name);
        cache
            .once(format!("route53:ListResourceRecordSets {zone}"), read)
            .await
    }

    /// Names are sorted by their labels from the last to the first, so companions stand together.
    async fn list_companions(
        &self,
        zone: &str,
        zone_name: &str,
    ) -> Result<BTreeMap<String, Companion>, DriverError> {
        let first = Companion::first(zone_name);
        let mut companions = BTreeMap::new();
        let mut next = Some((first.clone(), None));
        while let Some((name, record_type)) = next {
            let call = self
                .client
                .list_resource_record_sets()
                .hosted_zone_id(zone)
                .start_record_name(name);
            let page = match call.set_start_record_type(record_type).send().await {
                Ok(page) => page,
                Err(error) => match failed("route53:ListResourceRecordSets")(error) {
                    error if error.is("NoSuchHostedZone") => break,
                    error => return Err(error),
                },
            };
            let found = page
                .resource_record_sets()
                .iter()
                .filter_map(|record| Companion::parse(record, zone_name));
            companions.extend(found.map(|companion| (companion.name.clone(), companion)));
            let more = page
                .next_record_name()
                .filter(|name| page.is_truncated() && canonical(name).ends_with(&first));
            next = more.map(|name| (name.to_owned(), page.next_record_type().cloned()));
        }
        Ok(companions)
    }

    /// Makes changes all or none, and waits until every name server has them.
    pub(crate) async fn change(&self, zone: &str, changes: Vec<Change>) -> Result<(), DriverError> {
        let batch = ChangeBatch::builder()
            .set_changes(Some(changes))
            .build()
            .map_err(incomplete)?;
        let call = self
            .client
            .change_resource_record_sets()
            .hosted_zone_id(zone)
            .change_batch(batch);
        let change = || async {
            call.clone()
                .send()
                .await
                .map_err(failed("route53:ChangeResourceRecordSets"))
        };
        let busy = |error: &DriverError| error.is("PriorRequestNotComplete");
        let answer = retry(BUSY, busy, change).await?;
        let Some(info) = answer.change_info() else {
            return Ok(());
        };
        if info.status() == &ChangeStatus::Insync {
            return Ok(());
        }
        let id = info.id().rsplit('/').next().unwrap_or_default();
        until(
            &format!("all name servers of the zone {zone} to have the change"),
            PROPAGATION,
            || async {
                let answer = self
                    .client
                    .get_change()
                    .id(id)
                    .send()
                    .await
                    .map_err(failed("route53:GetChange"))?;
                let status = answer
                    .change_info()
                    .map_or("none", |info| info.status().as_str());
                Ok(if status == "INSYNC" {
                    Ok(())
                } else {
                    Err(status.to_owned())
                })
            },
        )
        .await
    }
}
