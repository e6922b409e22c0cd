//! `AWS::Route53::HealthCheck`.
//!
//! AWS assigns its id, and its creation takes no tags. So the owner is recorded in both: in the
//! reference of the creation, which no later call changes and which a list shows, and in the tags, with
//! the rest of the record.

mod calls;
mod convert;
mod limits;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_sdk_route53::types::{HealthCheck as SdkHealthCheck, Tag, TagResourceType};
use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use model::types::route53::HealthCheck;
use model::{Address, FINGERPRINT_TAG, Owner, Tags};

use super::client::Route53Client;
use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::consistency::{Consistency, Error};
use crate::kit::gone::until_gone;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership::adopt;
use crate::kit::recorded;
use crate::kit::reference;
use crate::kit::tag_store::TagStore;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest, changes};
use crate::kit::wait::WaitPolicy;

type Properties = HealthCheck<String>;
type Live = TypedLive<Properties>;

/// The errors of health checks. Source: botocore's model `route53`.
const CHECKS: Consistency = Consistency {
    absent: &[Error::Code("NoSuchHealthCheck")],
    passing: &[Error::Code("PriorRequestNotComplete")],
    policy: WaitPolicy::seconds(30),
};

/// The most characters of a reference. Source: botocore's model `route53`, `HealthCheckNonce`.
const REFERENCE_LENGTH: usize = 64;

/// The most earlier checks of an address whose references are passed over. The longest names leave room
/// for as many.
const EARLIER: u32 = 99;

/// The tag that the console shows as the check's name.
const NAME_TAG: &str = "Name";

/// Reads and writes health checks.
///
/// One call lists those of the account, and each of the system's takes one more for its tags.
#[derive(Debug)]
pub(crate) struct HealthChecks {
    client: Route53Client,
}

impl HealthChecks {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: Route53Client::new(account),
        }
    }

    /// The checks of the account whose references name the system, in whatever Region, as they are now.
    async fn listed(&self) -> Result<Vec<SdkHealthCheck>, DriverError> {
        let mut found = Vec::new();
        let pages = self.client.sdk.list_health_checks().into_paginator();
        let mut checks = pages.items().send();
        while let Some(check) = checks.next().await {
            let check = check.map_err(failed("route53:ListHealthChecks"))?;
            let named = reference::parse(check.caller_reference());
            if named.is_some_and(|(owner, _)| owner.system == self.client.account.system()) {
                found.push(check);
            }
        }
        Ok(found)
    }

    /// As [`Self::listed`], read once per run.
    async fn listed_once(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<SdkHealthCheck>>, DriverError> {
        cache
            .once("route53:ListHealthChecks", || self.listed())
            .await
    }

    /// The check of the system in this Region at an address. Of several, the one that was created
    /// first: a creation that a list showed late leaves another, which is reported as an orphan.
    fn at<'c>(
        &self,
        checks: &'c [SdkHealthCheck],
        address: &Address,
    ) -> Option<&'c SdkHealthCheck> {
        let here = checks.iter().filter_map(|check| {
            let (owner, earlier) = reference::parse(check.caller_reference())?;
            let is_it = owner.address == *address && self.client.account.owns(&owner);
            is_it.then_some((earlier, check))
        });
        let first = here.min_by_key(|(earlier, check)| (*earlier, check.id()));
        first.map(|(_, check)| check)
    }

    async fn get(&self, id: &str) -> Result<Option<SdkHealthCheck>, DriverError> {
        let operation = "route53:GetHealthCheck";
        let call = self.client.sdk.get_health_check().health_check_id(id);
        CHECKS.described(call.send().sent(operation).await, operation, |answer| {
            answer.health_check
        })
    }

    /// The tags of a check, completed from its reference; `None` if it does not exist.
    async fn tags(&self, id: &str, reference: &str) -> Result<Option<Tags>, DriverError> {
        let operation = "route53:ListTagsForResource";
        let call = self.client.sdk.list_tags_for_resource();
        let call = call
            .resource_type(TagResourceType::Healthcheck)
            .resource_id(id)
            .send();
        let set = CHECKS.described(call.sent(operation).await, operation, |answer| {
            answer.resource_tag_set
        })?;
        Ok(set.map(|set| completed(pairs(set.tags()), reference)))
    }

    /// A check with its tags; `None` if it was deleted after it was listed.
    async fn live(&self, check: &SdkHealthCheck) -> Result<Option<Live>, DriverError> {
        let tags = self.tags(check.id(), check.caller_reference()).await?;
        tags.map(|tags| live(check, tags)).transpose()
    }

    /// Creates a check, or finds the one of the same reference and settings that an earlier call created,
    /// as Route 53 answers then. The reference of a deleted check stays taken for some days: then
    /// the next one is used.
    async fn make(
        &self,
        desired: &Properties,
        owner: &Owner,
    ) -> Result<SdkHealthCheck, DriverError> {
        let operation = "route53:CreateHealthCheck";
        let config = convert::create(desired)?;
        let mut earlier = 0;
        loop {
            let reference = fitting(owner, earlier)?;
            let call = self.client.sdk.create_health_check();
            let call = call
                .caller_reference(reference)
                .health_check_config(config.clone());
            let answer = match call.send().sent(operation).await {
                Err(error) if error.is("HealthCheckAlreadyExists") && earlier < EARLIER => {
                    earlier += 1;
                    continue;
                }
                answer => answer?,
            };
            return answer.health_check.ok_or_else(|| {
                DriverError::internal("Route 53 answers a creation with no health check")
            });
        }
    }

    /// Goes on with the check that an earlier attempt created.
    async fn resume(
        &self,
        found: Live,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let refused = DriverError::Invalid(format!(
            "the health check {} of `{}` exists already and is not this resource",
            found.id, owner.address
        ));
        let recorded = found.tags.known().cloned().unwrap_or_default();
        adopt(&recorded, owner, refused.clone())?;
        let mut current = found.properties.clone();
        convert::normalise(&mut current);
        if changes(&current, &desired)?.force_replacement() {
            return Err(refused);
        }
        self.resumed(found, desired, tags).await
    }

    async fn set_tags(&self, id: &str, tags: &Tags) -> Result<(), DriverError> {
        let tags = tags.iter();
        let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build());
        let call = self.client.sdk.change_tags_for_resource();
        let call = call
            .resource_type(TagResourceType::Healthcheck)
            .resource_id(id)
            .set_add_tags(Some(tags.collect()));
        CHECKS
            .write(|| call.clone().send().done("route53:ChangeTagsForResource"))
            .await
    }
}

/// The reference of a creation.
///
/// # Errors
/// [`DriverError::Invalid`] if it is longer than Route 53 allows.
fn fitting(owner: &Owner, earlier: u32) -> Result<String, DriverError> {
    let reference = reference::write(owner, earlier);
    if reference.len() > REFERENCE_LENGTH {
        return Err(DriverError::Invalid(format!(
            "the reference `{reference}` of a health check has more than {REFERENCE_LENGTH} characters"
        )));
    }
    Ok(reference)
}

/// Tags with what they lack of the owner that the reference names: a check whose creation was cut off
/// has none.
fn completed(mut tags: Tags, reference: &str) -> Tags {
    let named = reference::parse(reference).map(|(owner, _)| owner.tags());
    for (key, value) in named.unwrap_or_default() {
        if key != FINGERPRINT_TAG {
            tags.entry(key).or_insert(value);
        }
    }
    tags
}

fn pairs(tags: &[Tag]) -> Tags {
    let pairs = tags.iter().filter_map(|tag| {
        let value = tag.value().unwrap_or_default();
        Some((tag.key()?.to_owned(), value.to_owned()))
    });
    pairs.collect()
}

/// # Errors
/// [`DriverError::Internal`] if the answer lacks the settings.
fn live(check: &SdkHealthCheck, tags: Tags) -> Result<Live, DriverError> {
    let id = check.id();
    let lacking = || DriverError::internal(format!("`{id}` was read without its settings"));
    let config = check.health_check_config().ok_or_else(lacking)?;
    Ok(TypedLive {
        id: id.to_owned(),
        properties: convert::properties(config),
        attributes: Live::assigned([
            (HealthCheck::ID, id.to_owned()),
            (HealthCheck::REFERENCE, check.caller_reference().to_owned()),
        ]),
        tags: LiveTags::Read(tags),
    })
}

/// The tags that record an owner, and the name unless it is set.
fn record(owner: &Owner, found: Option<&Tags>) -> Tags {
    let mut tags = owner.tags();
    if found.is_none_or(|found| !found.contains_key(NAME_TAG)) {
        let name = format!("{} {}", owner.system, owner.address);
        tags.insert(NAME_TAG.to_owned(), name);
    }
    tags
}

impl ResourceDriver for HealthChecks {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    /// Each is of a site, whose bucket is deleted after it. The stack that may have had one is searched
    /// also if it is selected by itself.
    const ORPHANS: OrphanSearch = OrphanSearch::WholeSystemIfShown("s3");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, check: &mut Properties) {
        convert::normalise(check);
    }

    fn check(&self, check: &Properties, checks: &mut Checks) {
        limits::check(check, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let checks = self.listed_once(cache).await?;
        match self.at(&checks, request.address) {
            Some(check) => self.live(check).await,
            None => Ok(None),
        }
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let checks = self.listed_once(cache).await?;
        let live = checks.iter().map(|check| self.live(check));
        Ok(try_join_all(live).await?.into_iter().flatten().collect())
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
        let checks = self.listed().await?;
        if let Some(check) = self.at(&checks, &owner.address)
            && let Some(found) = self.live(check).await?
        {
            return self.resume(found, desired, owner, tags).await;
        }
        let made = self.make(&desired, owner).await?;
        self.set_tags(made.id(), &record(owner, None)).await?;
        Ok(Live {
            properties: desired,
            ..live(&made, tags.clone())?
        })
    }

    /// Without the version that Route 53 compares if a call names one: only what differs from the
    /// description is written, whoever changed it, and a call whose answer was lost can be sent again.
    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        changes: &Changes,
    ) -> Result<(), DriverError> {
        let call = self.client.sdk.update_health_check();
        let call = convert::update(call.health_check_id(&live.id), desired, changes);
        CHECKS
            .write(|| call.clone().send().done("route53:UpdateHealthCheck"))
            .await
    }

    /// Records of others may refer to it: Route 53 deletes it all the same.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let id = &live.id;
        let call = self.client.sdk.delete_health_check().health_check_id(id);
        CHECKS
            .delete(|| call.clone().send().done("route53:DeleteHealthCheck"))
            .await?;
        until_gone(&format!("the health check {id}"), CHECKS.policy, || {
            self.get(id)
        })
        .await
    }
}

/// A check has Frontage's own tags and its name: it can have ten.
impl TagStore<Properties> for HealthChecks {
    async fn tags(&self, live: &Live, _: Option<&Address>) -> Result<Option<Tags>, DriverError> {
        self.tags(&live.id, live.attribute(HealthCheck::REFERENCE)?)
            .await
    }

    /// The whole record: what is known of it may come from the reference.
    async fn tag(&self, live: &Live, tags: &Tags) -> Result<(), DriverError> {
        let owner = recorded::owner(live, tags)?;
        let record = record(&owner, live.tags.known());
        self.set_tags(&live.id, &record).await
    }

    async fn untag(&self, live: &Live, keys: &[String]) -> Result<(), DriverError> {
        let call = self.client.sdk.change_tags_for_resource();
        let call = call
            .resource_type(TagResourceType::Healthcheck)
            .resource_id(&live.id)
            .set_remove_tag_keys(Some(keys.to_vec()));
        CHECKS
            .delete(|| call.clone().send().done("route53:ChangeTagsForResource"))
            .await
    }
}
