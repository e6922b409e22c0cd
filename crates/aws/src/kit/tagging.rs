//! The tagging API's index: one call that lists what carries the system's tags.
//!
//! It lags, omits roles and shows deleted resources, so it is a hint: it says where to look for
//! orphans, and replaces reading a resource's tags only as long as there is nothing to do. Before
//! anything is written, tags are read from the resource's own service. If the index cannot be read,
//! each service is asked instead, which is slower and finds the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_resourcegroupstagging::types::TagFilter;
use engine::{DriverError, LiveTags, ReadCache, Selection};
use model::{ADDRESS_TAG, Address, Owner, REGION_TAG, SYSTEM_TAG, StackName, Tags};

use crate::Account;
use crate::account::error::failed;

/// The resources of the system in the index, by ARN; `None` if the index cannot be read.
#[derive(Debug, Default)]
pub(crate) struct Hints(Option<BTreeMap<String, Tags>>);

impl Hints {
    /// Whether the index could be read. If not, [`Self::names`] is empty.
    pub(crate) fn are_known(&self) -> bool {
        self.0.is_some()
    }

    fn all(&self) -> impl Iterator<Item = (&String, &Tags)> {
        self.0.iter().flatten()
    }

    /// The tags that the index shows for a resource, if it shows the resource at all.
    pub(crate) fn tags(&self, arn: &str) -> Option<LiveTags> {
        self.0.as_ref()?.get(arn).cloned().map(LiveTags::Hinted)
    }

    /// Whether the index shows a resource of a service in the selected stacks: `s3` for a site,
    /// `cognito-idp` for an identity stack.
    ///
    /// Buckets and user pools are the last of a stack to be deleted, and the index of a Region
    /// shows them, unlike distributions, for example.
    pub(crate) fn shows(&self, service: &str, selection: &Selection) -> bool {
        let at = |tags: &Tags| {
            tags.get(ADDRESS_TAG)
                .and_then(|address| address.parse::<Address>().ok())
        };
        self.all().any(|(arn, tags)| {
            arn.split(':').nth(2) == Some(service)
                && at(tags).is_some_and(|address| selection.contains(address.stack()))
        })
    }

    /// Whether the index shows a resource of a service.
    pub(crate) fn has(&self, service: &str) -> bool {
        self.all()
            .any(|(arn, _)| arn.split(':').nth(2) == Some(service))
    }

    /// The rest of the ARNs with this prefix of what the index shows at an address.
    pub(crate) fn at<'h>(
        &'h self,
        address: &'h Address,
        arn_prefix: &'h str,
    ) -> impl Iterator<Item = &'h str> {
        let at = move |tags: &Tags| {
            tags.get(ADDRESS_TAG)
                .is_some_and(|found| *found == address.to_string())
        };
        self.all()
            .filter(move |(_, tags)| at(tags))
            .filter_map(move |(arn, _)| arn.strip_prefix(arn_prefix))
    }

    /// The stacks of the system that the index shows.
    pub(crate) fn stacks(&self) -> impl Iterator<Item = StackName> {
        self.all().filter_map(|(_, tags)| {
            let address = tags.get(ADDRESS_TAG)?.parse::<Address>().ok()?;
            Some(address.stack().clone())
        })
    }

    /// The rest of the ARNs with this prefix: the names of resources that may be the system's.
    pub(crate) fn names<'h>(&'h self, arn_prefix: &'h str) -> impl Iterator<Item = &'h str> {
        self.all()
            .filter_map(move |(arn, _)| arn.strip_prefix(arn_prefix))
    }
}

/// The index, read once per reading.
pub(crate) async fn hints(account: &Account, cache: &ReadCache) -> Result<Arc<Hints>, DriverError> {
    cache
        .once("tag:GetResources", || async {
            let index = read_index(account).await;
            if let Err(error) = &index {
                tracing::warn!(%error, "the tagging index is not used");
            }
            Ok(Hints(index.ok()))
        })
        .await
}

/// The index of a Region. That of another one than the system's shows what the system of this Region has
/// there: one more call, and no warning if it is denied, since most systems have nothing there.
pub(crate) async fn hints_in(
    account: &Account,
    region: &str,
    cache: &ReadCache,
) -> Result<Arc<Hints>, DriverError> {
    if region == account.region() {
        return hints(account, cache).await;
    }
    let of_system = TagFilter::builder()
        .key(SYSTEM_TAG)
        .values(account.system());
    let of_region = TagFilter::builder()
        .key(REGION_TAG)
        .values(account.region());
    let filters = [of_system.build(), of_region.build()];
    let read = || async {
        let index = filtered(account, region, &filters).await;
        if let Err(error) = &index {
            tracing::debug!(%error, region, "the tagging index is not used");
        }
        Ok(Hints(index.ok()))
    };
    cache.once(format!("tag:GetResources {region}"), read).await
}

/// The stacks of the account's system that the index shows in the Region. It lags by minutes.
pub async fn stacks(account: &Account) -> Result<BTreeSet<StackName>, DriverError> {
    let hints = Hints(Some(read_index(account).await?));
    Ok(hints.stacks().collect())
}

/// A system of the Region that is not the account's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherSystem {
    /// Its name.
    pub name: String,
    /// Its id, if its resources record one.
    pub id: Option<String>,
    /// Its stacks.
    pub stacks: BTreeSet<StackName>,
}

/// The other systems that the index shows in the Region; none if it cannot be read.
pub async fn other_systems(account: &Account) -> Vec<OtherSystem> {
    let every = TagFilter::builder().key(SYSTEM_TAG).build();
    let found = filtered(account, account.region(), &[every]).await;
    let found = found.unwrap_or_else(|error| {
        tracing::warn!(%error, "the tagging index is not used");
        BTreeMap::new()
    });
    let mut systems = BTreeMap::<String, OtherSystem>::new();
    for tags in found.into_values() {
        let owner = Owner::recorded_in(&tags).filter(|owner| owner.system != account.system());
        let Some(owner) = owner else { continue };
        let system = systems.entry(owner.system.clone()).or_default();
        system.stacks.insert(owner.address.stack().clone());
        system.name = owner.system;
        system.id = owner.id.or(system.id.take());
    }
    systems.into_values().collect()
}

async fn read_index(account: &Account) -> Result<BTreeMap<String, Tags>, DriverError> {
    let ours = TagFilter::builder()
        .key(SYSTEM_TAG)
        .values(account.system());
    filtered(account, account.region(), &[ours.build()]).await
}

/// What the index of a Region shows with all of some tags.
async fn filtered(
    account: &Account,
    region: &str,
    filters: &[TagFilter],
) -> Result<BTreeMap<String, Tags>, DriverError> {
    let client: aws_sdk_resourcegroupstagging::Client = account.client_in(region);
    let mut pages = client
        .get_resources()
        .set_tag_filters(Some(filters.to_vec()))
        .into_paginator()
        .items()
        .send();
    let mut hints = BTreeMap::new();
    while let Some(resource) = pages.next().await {
        let resource = resource.map_err(failed("tag:GetResources"))?;
        let tags = resource
            .tags()
            .iter()
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect();
        hints.insert(resource.resource_arn().unwrap_or_default().to_owned(), tags);
    }
    Ok(hints)
}
