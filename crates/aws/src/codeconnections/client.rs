//! CodeConnections in the system's account and Region.

use std::sync::Arc;

use aws_sdk_codeconnections::Client;
use aws_sdk_codeconnections::config::retry::RetryConfig;
use aws_sdk_codeconnections::config::{Builder, Config};
use aws_sdk_codeconnections::types::{Connection, Tag};
use engine::{DriverError, ReadCache};
use model::Tags;

use crate::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::consistency::Consistency;
use crate::kit::consistency::Error::Code;
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

/// The errors of CodeConnections. `ResourceUnavailableException`: "Resource not found. Verify the ARN
/// for the host resource and try again", also while a host is being set up. Source: botocore's model
/// `codeconnections`.
pub(super) const CODECONNECTIONS: Consistency = Consistency {
    absent: &[Code("ResourceNotFoundException")],
    passing: &[Code("ResourceUnavailableException")],
    policy: WaitPolicy::seconds(30),
};

/// CodeConnections in the system's account and Region.
#[derive(Debug)]
pub(super) struct CodeConnectionsClient {
    pub(super) account: Account,
    pub(super) sdk: Client,
}

impl CodeConnectionsClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            sdk: account.client(),
        }
    }

    /// The account's connections as they are now.
    pub(super) async fn connections(&self) -> Result<Vec<Connection>, DriverError> {
        let mut connections = Vec::new();
        let mut pages = self.sdk.list_connections().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("codeconnections:ListConnections"))?;
            connections.extend(page.connections.unwrap_or_default());
        }
        Ok(connections)
    }

    /// As [`Self::connections`], read once per run.
    pub(super) async fn listed(
        &self,
        cache: &ReadCache,
    ) -> Result<Arc<Vec<Connection>>, DriverError> {
        cache
            .once("codeconnections:ListConnections", || self.connections())
            .await
    }
}

/// Sends a creation once: no name protects from creating a second one.
pub(super) fn once() -> Builder {
    Config::builder().retry_config(RetryConfig::disabled())
}

/// Tags in the form of the calls.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    let pairs = tags.iter();
    let tags = pairs.map(|(key, value)| Tag::builder().key(key).value(value).build());
    tags.collect::<Result<_, _>>()
        .map_err(|error| DriverError::internal(format!("a tag is incomplete ({error})")))
}

/// The calls name a connection by its ARN.
impl TagCalls for CodeConnectionsClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let call = self.sdk.list_tags_for_resource().resource_arn(arn).send();
        let answer = call.sent("codeconnections:ListTagsForResource").await;
        let found = CODECONNECTIONS.found(answer)?;
        let tags = found.map(|found| found.tags.unwrap_or_default().into_iter());
        Ok(tags.map(|tags| tags.map(|tag| (tag.key, tag.value)).collect()))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self.sdk.tag_resource().resource_arn(arn);
        let call = call.set_tags(Some(sdk_tags(tags)?)).send();
        call.done("codeconnections:TagResource").await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let call = self.sdk.untag_resource().resource_arn(arn);
        let call = call.set_tag_keys(Some(keys.to_vec())).send();
        call.done("codeconnections:UntagResource").await
    }
}
