//! `EventBridge` Scheduler in the system's account and Region.

use std::sync::Arc;

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::operation::get_schedule_group::GetScheduleGroupOutput;
use aws_sdk_scheduler::types::Tag;
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// The code of what exists already, and of a change while another is under way. Source: the API
/// reference, `CreateScheduleGroup` and `DeleteScheduleGroup`.
pub(super) const CONFLICT: &str = "ConflictException";

/// The errors of Scheduler, apart from creations, where [`CONFLICT`] does not pass.
pub(super) const SCHEDULER: Consistency = Consistency {
    absent: &[Code("ResourceNotFoundException")],
    passing: &[Code(CONFLICT)],
    policy: WaitPolicy::seconds(60),
};

/// Scheduler in the system's account and Region.
#[derive(Debug)]
pub(super) struct SchedulerClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl SchedulerClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The ARN of a group, which follows from its name.
    pub(super) fn arn(&self, name: &str) -> String {
        let resource = format!("schedule-group/{name}");
        self.account.arn("scheduler", &resource)
    }

    /// The names of the groups that begin as the system's do, read once per run.
    pub(super) async fn groups(&self, cache: &ReadCache) -> Result<Arc<Vec<String>>, DriverError> {
        let prefix = format!("{}-", self.account.system());
        let list = || async {
            let groups = self.sdk.list_schedule_groups().name_prefix(&prefix);
            let groups = groups.into_paginator().items().send();
            let groups = groups.collect::<Result<Vec<_>, _>>();
            let groups = groups.sent("scheduler:ListScheduleGroups").await?;
            let names = groups.into_iter().filter_map(|group| group.name);
            Ok(names.collect())
        };
        cache.once("scheduler:ListScheduleGroups", list).await
    }

    /// A group, also one that is being deleted; `None` if it does not exist.
    pub(super) async fn group(
        &self,
        name: &str,
    ) -> Result<Option<GetScheduleGroupOutput>, DriverError> {
        let operation = "scheduler:GetScheduleGroup";
        let call = self.sdk.get_schedule_group().name(name).send();
        SCHEDULER.described(call.sent(operation).await, operation, |group| {
            group.arn.is_some().then_some(group)
        })
    }
}

/// Tags in the form of the calls.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let pairs = tags.iter();
    let tags = pairs.map(|(key, value)| Tag::builder().key(key).value(value).build());
    tags.collect::<Result<_, _>>()
        .map_err(|error| DriverError::internal(format!("a tag is incomplete ({error})")))
}

/// The calls name a group by its ARN.
impl TagCalls for SchedulerClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_tags_for_resource().resource_arn(arn).send();
        let found = SCHEDULER.found(call.sent("scheduler:ListTagsForResource").await)?;
        let tags = found.map(|found| found.tags.unwrap_or_default().into_iter());
        Ok(tags.map(|tags| tags.map(|tag| (tag.key, tag.value)).collect()))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self.sdk.tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(sdk_tags(tags)?));
        SCHEDULER
            .write(|| call.clone().send().done("scheduler:TagResource"))
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self.sdk.untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(keys.to_vec()));
        SCHEDULER
            .delete(|| call.clone().send().done("scheduler:UntagResource"))
            .await
    }
}
