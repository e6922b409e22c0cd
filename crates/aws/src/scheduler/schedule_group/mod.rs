//! `AWS::Scheduler::ScheduleGroup`.

mod calls;
mod limits;
#[cfg(test)]
mod tests;

use aws_sdk_scheduler::types::ScheduleGroupState;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use model::types::scheduler::ScheduleGroup;
use model::{Owner, Tags};

use super::client::{CONFLICT, SCHEDULER, SchedulerClient, sdk_tags};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::gone::until_gone;
use crate::kit::limits::{Checks, Limit};
use crate::kit::ownership::adopt;
use crate::kit::tag_store::{OwnTags, TagCalls as _, TagStore};
use crate::kit::tagging;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, until};

type Live = TypedLive<ScheduleGroup>;

/// How long a group may be unknown after its creation.
const LAG: WaitPolicy = WaitPolicy::seconds(60);

/// How long a group and its schedules may take to be deleted: Terraform's provider waits as long.
/// Source: hashicorp/terraform-provider-aws, `aws_scheduler_schedule_group`, timeouts.
const DELETION: WaitPolicy = WaitPolicy::seconds(300);

/// How many schedules are deleted at once.
const CONCURRENT: usize = 10;

/// Reads and writes groups of schedules. The schedules in them are not described: AWS deletes them with
/// their group, which it answers for as `DELETING` until that is done. Source: the API reference,
/// `DeleteScheduleGroup`.
#[derive(Debug)]
pub(crate) struct ScheduleGroups {
    client: SchedulerClient,
}

impl ScheduleGroups {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            client: SchedulerClient::new(account),
        }
    }

    fn live(&self, name: &str, tags: LiveTags) -> Live {
        let arn = self.client.arn(name);
        TypedLive {
            id: name.to_owned(),
            properties: ScheduleGroup {
                name: name.to_owned(),
            },
            attributes: Live::assigned([
                (ScheduleGroup::ARN, arn),
                (ScheduleGroup::NAME, name.to_owned()),
            ]),
            tags,
        }
    }

    /// Whether a group exists and is not being deleted.
    async fn exists(&self, name: &str) -> Result<bool, DriverError> {
        let group = self.client.group(name).await?;
        Ok(group.is_some_and(|group| group.state != Some(ScheduleGroupState::Deleting)))
    }

    async fn find(&self, name: &str, cache: &ReadCache) -> Result<Option<Live>, DriverError> {
        if !self.exists(name).await? {
            return Ok(None);
        }
        let arn = self.client.arn(name);
        let hints = tagging::hints(&self.client.account, cache).await?;
        let tags = match hints.tags(&arn) {
            Some(tags) => Some(tags),
            None => self.client.known(&arn).await?.map(LiveTags::Read),
        };
        Ok(tags.map(|tags| self.live(name, tags)))
    }

    async fn make(&self, name: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self.client.sdk.create_schedule_group().name(name);
        let call = call.set_tags(Some(sdk_tags(tags)?));
        call.send().done("scheduler:CreateScheduleGroup").await
    }

    /// Goes on with the group that has the name: that of an earlier attempt, or one that is being
    /// deleted, whose name is free once it is gone.
    async fn resume(
        &self,
        name: &str,
        owner: &Owner,
        tags: &Tags,
        refused: DriverError,
    ) -> Result<(), DriverError> {
        if self.exists(name).await? {
            let arn = self.client.arn(name);
            adopt(&self.client.tags(&arn).await?, owner, refused)?;
            return self.client.tag(&arn, tags).await;
        }
        self.gone(name).await?;
        self.make(name, tags).await
    }

    /// Waits until a new group can be read and carries its tags.
    async fn owned(&self, name: &str, tags: &Tags) -> Result<(), DriverError> {
        let condition = format!("the schedule group `{name}` to carry this system's tags");
        let arn = self.client.arn(name);
        until(&condition, LAG, || async {
            if !self.exists(name).await? {
                return Ok(Err("it is not known".to_owned()));
            }
            let found = self.client.tags(&arn).await?;
            let mut expected = tags.iter();
            let same = expected.all(|(key, value)| found.get(key) == Some(value));
            Ok(same.then_some(()).ok_or_else(|| format!("{found:?}")))
        })
        .await
    }

    async fn empty(&self, name: &str) -> Result<(), DriverError> {
        let sdk = &self.client.sdk;
        let schedules = sdk.list_schedules().group_name(name);
        let schedules = schedules.into_paginator().items().send();
        let schedules = schedules.collect::<Result<Vec<_>, _>>();
        let schedules = SCHEDULER.or_empty(schedules.sent("scheduler:ListSchedules").await)?;
        let names: Vec<_> = schedules.into_iter().filter_map(|of| of.name).collect();
        let deletions = names.into_iter().map(|one| self.delete_one(name, one));
        let deletions = stream::iter(deletions).buffer_unordered(CONCURRENT);
        deletions.try_collect().await
    }

    async fn delete_one(&self, group: &str, name: String) -> Result<(), DriverError> {
        let call = self.client.sdk.delete_schedule().group_name(group);
        let call = call.name(name);
        SCHEDULER
            .delete(|| call.clone().send().done("scheduler:DeleteSchedule"))
            .await
    }

    async fn gone(&self, name: &str) -> Result<(), DriverError> {
        let what = format!("the schedule group `{name}` with its schedules");
        until_gone(&what, DELETION, || self.client.group(name)).await
    }
}

impl ResourceDriver for ScheduleGroups {
    type Properties = ScheduleGroup;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("scheduler");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, _: &mut ScheduleGroup) {}

    fn check(&self, group: &ScheduleGroup, checks: &mut Checks) {
        limits::check(group, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, ScheduleGroup>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(&request.properties.name, cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let names = self.client.groups(cache).await?;
        let found = try_join_all(names.iter().map(|name| self.find(name, cache))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    fn tag_store(&self) -> impl TagStore<ScheduleGroup> {
        OwnTags::by(&self.client, ScheduleGroup::ARN)
    }

    async fn create(
        &self,
        desired: ScheduleGroup,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let name = &desired.name;
        match self.make(name, tags).await {
            Err(error) if error.is(CONFLICT) => self.resume(name, owner, tags, error).await?,
            made => made?,
        }
        self.owned(name, tags).await?;
        Ok(self.live(name, LiveTags::Read(tags.clone())))
    }

    /// Nothing of a group can change but its tags.
    async fn update(
        &self,
        _: &mut Live,
        _: &ScheduleGroup,
        _: &Changes,
    ) -> Result<(), DriverError> {
        Ok(())
    }

    /// Its schedules first: AWS deletes them with the group, but they go on to fire until then.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        self.empty(&live.id).await?;
        let call = self.client.sdk.delete_schedule_group().name(&live.id);
        SCHEDULER
            .delete(|| call.clone().send().done("scheduler:DeleteScheduleGroup"))
            .await?;
        self.gone(&live.id).await
    }
}
