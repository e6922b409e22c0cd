//! CloudWatch Logs in the system's account and Region.

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroup;
use engine::{DriverError, ReadCache};
use model::{StackName, Tags, physical_name};

use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::tag_store::TagCalls;
use crate::kit::tagging::Hints;
use crate::kit::wait::WaitPolicy;

/// The errors of CloudWatch Logs. One passes: another change of the same group is under way.
pub(super) const LOGS: Consistency = Consistency {
    absent: &[Code("ResourceNotFoundException")],
    passing: &[Code("OperationAbortedException")],
    policy: WaitPolicy::seconds(60),
};

/// The stacks that have functions, even if the tagging index shows nothing of them.
const WITH_FUNCTIONS: [&str; 2] = ["shell", "toggles"];

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
            sdk: account.client(),
        }
    }

    /// The prefix of the groups that the system's functions write to.
    pub(super) fn prefix(&self) -> String {
        format!("/aws/lambda/{}-", self.account.system())
    }

    /// Whether a group may be that of a function of the system: it has the name of a stack. A system
    /// `acme` so asks for no tags of `acme-web`'s groups, each of which would cost a call.
    pub(super) fn may_be_ours(&self, name: &str, hints: &Hints) -> bool {
        let of_stack = |stack: &StackName| {
            let function = physical_name(self.account.system(), stack, "");
            let function = function.trim_end_matches('-');
            let rest = name.strip_prefix("/aws/lambda/");
            rest.is_some_and(|rest| rest.starts_with(function))
        };
        let known = WITH_FUNCTIONS.map(StackName::new);
        !hints.are_known()
            || known
                .into_iter()
                .chain(hints.stacks())
                .any(|of| of_stack(&of))
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
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_tags_for_resource().resource_arn(arn).send();
        let answer = LOGS.found(call.sent("logs:ListTagsForResource").await)?;
        Ok(answer.map(|answer| answer.tags.into_iter().flatten().collect()))
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
