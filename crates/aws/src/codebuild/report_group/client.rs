//! The calls about report groups, which name them by their ARNs.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_codebuild::types::{ReportGroup, Tag};
use engine::{DriverError, ReadCache};
use futures_util::future::try_join_all;
use model::Tags;

use crate::Account;
use crate::account::Quirk;
use crate::codebuild::client::{CODEBUILD, CodeBuildClient, sdk_tags};
use crate::kit::call::Call as _;
use crate::kit::tag_store::TagCalls;

/// The most groups that `BatchGetReportGroups` describes. Source: botocore's model `codebuild`.
const BATCH: usize = 100;

/// Report groups in the system's account and Region.
#[derive(Debug)]
pub(super) struct GroupClient {
    pub(super) codebuild: CodeBuildClient,
}

impl GroupClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            codebuild: CodeBuildClient::new(account),
        }
    }

    pub(super) fn arn(&self, name: &str) -> String {
        let account = &self.codebuild.account;
        account.arn("codebuild", &format!("report-group/{name}"))
    }

    /// The groups whose names have the system's prefix, by their ARNs: in a run, one call per hundred
    /// groups of the account for their ARNs, and one per hundred of the system.
    pub(super) async fn of_system(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<BTreeMap<String, ReportGroup>>, DriverError> {
        cache
            .once("codebuild:ListReportGroups", || async {
                let arns = self.arns().await?;
                let batches = try_join_all(arns.chunks(BATCH).map(|arns| self.batch(arns)));
                let groups = batches.await?.into_iter().flatten();
                Ok(groups
                    .filter_map(|group| Some((group.arn.clone()?, group)))
                    .collect())
            })
            .await
    }

    async fn arns(&self) -> Result<Vec<String>, DriverError> {
        let begin = self.arn(&self.codebuild.prefix());
        let call = self.codebuild.sdk.list_report_groups();
        let pages = call.into_paginator().items().send();
        let arns = pages.collect::<Result<Vec<_>, _>>();
        let arns = arns.sent("codebuild:ListReportGroups").await;
        let mut arns = arns.map_err(|error| self.lacking(error))?;
        arns.retain(|arn| arn.starts_with(&begin));
        Ok(arns)
    }

    async fn batch(&self, arns: &[String]) -> Result<Vec<ReportGroup>, DriverError> {
        let call = self.codebuild.sdk.batch_get_report_groups();
        let call = call.set_report_group_arns(Some(arns.to_vec())).send();
        let found = call.sent("codebuild:BatchGetReportGroups").await;
        let found = found.map_err(|error| self.lacking(error))?;
        Ok(found.report_groups.unwrap_or_default())
    }

    /// The group of an ARN as it is now, or `None` if there is none.
    pub(super) async fn group(&self, arn: &str) -> Result<Option<ReportGroup>, DriverError> {
        let found = self.batch(&[arn.to_owned()]).await?;
        let mut found = found.into_iter();
        Ok(found.find(|group| group.arn() == Some(arn)))
    }

    /// The error of an emulator that has projects and no groups, as one of a service that it lacks.
    fn lacking(&self, error: DriverError) -> DriverError {
        let lacks = self.codebuild.account.may_have(Quirk::LacksReportGroups);
        match error {
            DriverError::Service {
                operation,
                code,
                message,
                ..
            } if lacks && code == "InvalidAction" => DriverError::Lacking {
                operation,
                answer: message,
            },
            error => error,
        }
    }

    /// Writes all tags of a group: there is no call for single ones.
    async fn set_tags(&self, arn: &str, tags: Vec<Tag>) -> Result<(), DriverError> {
        let call = self.codebuild.sdk.update_report_group().arn(arn);
        let call = call.set_tags(Some(tags));
        CODEBUILD
            .write(|| call.clone().send().done("codebuild:UpdateReportGroup"))
            .await
    }
}

/// The tags of a group.
pub(super) fn tags(group: &ReportGroup) -> Tags {
    let tags = group.tags().iter();
    tags.filter_map(|tag| Some((tag.key.clone()?, tag.value.clone()?)))
        .collect()
}

/// A write replaces all tags, so those that are there are read first.
impl TagCalls for GroupClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        Ok(self.group(arn).await?.as_ref().map(self::tags))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let mut all = self.tags(arn).await?;
        all.extend(tags.clone());
        self.set_tags(arn, sdk_tags(&all)).await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let mut all = self.tags(arn).await?;
        all.retain(|key, _| !keys.contains(key));
        self.set_tags(arn, sdk_tags(&all)).await
    }
}
