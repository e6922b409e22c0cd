//! CloudWatch Logs in the system's account and Region.

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroup;
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// The errors of CloudWatch Logs. One passes: another change of the same group is under way.
pub(super) const LOGS: Consistency = Consistency {
    absent: &[Code("ResourceNotFoundException")],
    passing: &[Code("OperationAbortedException")],
    policy: WaitPolicy::seconds(60),
};

/// CloudWatch Logs in the system's account and Region.
#[derive(Debug)]
pub(super) struct LogsClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl LogsClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: Client::new(&account.config("logs")),
        }
    }

    /// The prefix of the groups that the system's functions write to.
    pub(super) fn prefix(&self) -> String {
        format!("/aws/lambda/{}-", self.account.system())
    }

    pub(super) fn arn(&self, name: &str) -> String {
        self.account.arn("logs", &format!("log-group:{name}"))
    }

    /// The groups of the system's functions, one call per run.
    pub(super) async fn of_functions(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<LogGroup>>, DriverError> {
        let prefix = self.prefix();
        cache
            .once(format!("logs:DescribeLogGroups {prefix}"), || {
                self.describe(&prefix)
            })
            .await
    }

    /// The groups whose names have a prefix, as they are now.
    pub(super) async fn describe(&self, prefix: &str) -> Result<Vec<LogGroup>, DriverError> {
        self.sdk
            .describe_log_groups()
            .log_group_name_prefix(prefix)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .sent("logs:DescribeLogGroups")
            .await
    }
}

/// The calls name a group by its ARN.
impl TagCalls for LogsClient {
    async fn tags(&self, arn: &str) -> Result<Tags, DriverError> {
        let call = self.sdk.list_tags_for_resource().resource_arn(arn).send();
        let tags = call.sent("logs:ListTagsForResource").await?.tags;
        Ok(tags.unwrap_or_default().into_iter().collect())
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        self.sdk
            .tag_resource()
            .resource_arn(arn)
            .set_tags(Some(tags.clone().into_iter().collect()))
            .send()
            .done("logs:TagResource")
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        self.sdk
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .done("logs:UntagResource")
            .await
    }
}
