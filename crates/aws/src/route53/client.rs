//! Route 53's client: zones are listed, their records read, and changed in batches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{Change, ChangeBatch, ChangeStatus, ResourceRecordSet, RrType};
use engine::{DriverError, ReadCache};

use super::companion::Companion;
use super::convert::incomplete;
use super::names::{canonical, zone_id};
use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::consistency::{Consistency, Error};
use crate::kit::wait::{WaitPolicy, until};

/// Route 53 completes one change of a zone before it accepts the next.
const CONSISTENCY: Consistency = Consistency {
    absent: &[Error::Code("NoSuchHostedZone")],
    passing: &[Error::Code("PriorRequestNotComplete")],
    policy: WaitPolicy {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(5),
        within: Duration::from_mins(3),
    },
};

/// A deletion passes once it names the current record.
pub(super) const DELETIONS: Consistency = Consistency {
    absent: &[Error::Code("NoSuchHostedZone")],
    passing: &[Error::Code("InvalidChangeBatch")],
    policy: WaitPolicy::seconds(10),
};

/// How long a change may take to reach every name server; mostly less than a minute.
const PROPAGATION: WaitPolicy = WaitPolicy {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(5),
    within: Duration::from_mins(15),
};

/// Route 53's client for an account.
#[derive(Clone, Debug)]
pub(crate) struct Route53Client {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl Route53Client {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The account's zones, ids and names, one call per page and cache.
    pub(super) async fn zones(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<BTreeMap<String, String>>, DriverError> {
        cache
            .once("route53:ListHostedZones", || async {
                let pages = self.sdk.list_hosted_zones().into_paginator().items().send();
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

    /// The name of a zone, or `None` if it does not exist.
    pub(crate) async fn name(&self, zone: &str) -> Result<Option<String>, DriverError> {
        let answer = self
            .sdk
            .get_hosted_zone()
            .id(zone)
            .send()
            .sent("route53:GetHostedZone")
            .await;
        let found = CONSISTENCY.found(answer)?;
        Ok(found.and_then(|answer| Some(canonical(answer.hosted_zone()?.name()))))
    }

    /// The name of a zone that must exist.
    ///
    /// # Errors
    /// [`DriverError::Invalid`] if it does not.
    pub(crate) async fn known_name(&self, zone: &str) -> Result<String, DriverError> {
        let missing = || DriverError::Invalid(format!("there is no hosted zone `{zone}`"));
        self.name(zone).await?.ok_or_else(missing)
    }

    /// The record of this name and type, as it is now.
    pub(crate) async fn record(
        &self,
        zone: &str,
        name: &str,
        record_type: &str,
    ) -> Result<Option<ResourceRecordSet>, DriverError> {
        let call = self
            .sdk
            .list_resource_record_sets()
            .hosted_zone_id(zone)
            .start_record_name(name)
            .start_record_type(RrType::from(record_type))
            .max_items(1)
            .send()
            .sent("route53:ListResourceRecordSets");
        let is_it = |record: &ResourceRecordSet| {
            canonical(record.name()) == canonical(name) && record.r#type().as_str() == record_type
        };
        let first = CONSISTENCY
            .found(Box::pin(call).await)?
            .and_then(|page| page.resource_record_sets.into_iter().next());
        Ok(first.filter(is_it))
    }

    /// The companion of a record, as it is now, and its own record.
    pub(crate) async fn companion(
        &self,
        zone: &str,
        of: &Companion,
        zone_name: &str,
    ) -> Result<Option<(Companion, ResourceRecordSet)>, DriverError> {
        let record = self.record(zone, &of.name, "TXT").await?;
        Ok(record.and_then(|record| Some((Companion::parse(&record, zone_name)?, record))))
    }

    /// The companions of a zone by their own names, one call per page and cache.
    pub(super) async fn companions(
        &self,
        zone: &str,
        zone_name: &str,
        cache: &ReadCache,
    ) -> Result<Arc<BTreeMap<String, Companion>>, DriverError> {
        let key = format!("route53:ListResourceRecordSets {zone}");
        let read = || self.list_companions(zone, zone_name);
        cache.once(key, read).await
    }

    /// Names are sorted by their labels from the last to the first, so companions follow each
    /// other.
    async fn list_companions(
        &self,
        zone: &str,
        zone_name: &str,
    ) -> Result<BTreeMap<String, Companion>, DriverError> {
        let first = Companion::first(zone_name);
        let mut companions = BTreeMap::new();
        let mut next = Some((first.clone(), None));
        while let Some((name, record_type)) = next {
            let page = self
                .sdk
                .list_resource_record_sets()
                .hosted_zone_id(zone)
                .start_record_name(name)
                .set_start_record_type(record_type)
                .send()
                .sent("route53:ListResourceRecordSets")
                .await;
            let Some(page) = CONSISTENCY.found(page)? else {
                break;
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

    /// Makes all changes or none, and waits until every name server has them.
    pub(crate) async fn change(&self, zone: &str, changes: Vec<Change>) -> Result<(), DriverError> {
        let batch = ChangeBatch::builder().set_changes(Some(changes)).build();
        let call = self
            .sdk
            .change_resource_record_sets()
            .hosted_zone_id(zone)
            .change_batch(batch.map_err(incomplete)?);
        let change = || call.clone().send().sent("route53:ChangeResourceRecordSets");
        let answer = CONSISTENCY.write(change).await?;
        match answer.change_info() {
            Some(info) if info.status() != &ChangeStatus::Insync => {
                let id = info.id().rsplit('/').next().unwrap_or_default();
                self.propagated(zone, id).await
            }
            _ => Ok(()),
        }
    }

    async fn propagated(&self, zone: &str, change: &str) -> Result<(), DriverError> {
        let condition = format!("all name servers of the zone {zone} to have the change");
        until(&condition, PROPAGATION, || async {
            let answer = self
                .sdk
                .get_change()
                .id(change)
                .send()
                .sent("route53:GetChange")
                .await?;
            let status = answer.change_info().map(|info| info.status().as_str());
            Ok(match status {
                Some("INSYNC") => Ok(()),
                status => Err(status.unwrap_or("none").to_owned()),
            })
        })
        .await
    }
}
