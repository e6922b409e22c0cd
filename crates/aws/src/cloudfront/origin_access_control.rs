//! `AWS::CloudFront::OriginAccessControl`.

use async_trait::async_trait;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{
    OriginAccessControlConfig as SdkConfig, OriginAccessControlSummary,
};
use engine::DriverError;
use model::types::cloudfront::{OriginAccessControl, OriginAccessControlConfig};

use super::comment_owned::{self, Found};
use super::convert::{built, none_if_empty, ours, require, theirs};
use super::version;
use crate::failed;
use crate::kit::call::Call as _;

/// Origin access controls.
#[derive(Debug)]
pub(crate) struct Kind;

fn sdk(control: &OriginAccessControl) -> Result<SdkConfig, DriverError> {
    let config = &control.origin_access_control_config;
    let sdk = SdkConfig::builder()
        .name(&config.name)
        .set_description(config.description.clone())
        .signing_protocol(theirs(config.signing_protocol)?)
        .signing_behavior(theirs(config.signing_behavior)?)
        .origin_access_control_origin_type(theirs(config.origin_access_control_origin_type)?);
    built(sdk.build())
}

fn found(summary: OriginAccessControlSummary) -> Found<OriginAccessControl> {
    let properties = properties(&summary);
    Found {
        id: summary.id,
        name: summary.name,
        comment: Some(summary.description),
        properties,
    }
}

fn properties(summary: &OriginAccessControlSummary) -> Result<OriginAccessControl, DriverError> {
    let config = OriginAccessControlConfig {
        name: summary.name.clone(),
        description: None,
        origin_access_control_origin_type: ours(
            "origin type",
            summary.origin_access_control_origin_type.as_str(),
        )?,
        signing_behavior: ours("signing behavior", summary.signing_behavior.as_str())?,
        signing_protocol: ours("signing protocol", summary.signing_protocol.as_str())?,
    };
    Ok(OriginAccessControl {
        origin_access_control_config: config,
    })
}

#[async_trait]
impl comment_owned::CommentOwned for Kind {
    type Properties = OriginAccessControl;
    const COMMENT: usize = 256;
    const EXISTS: &'static str = "OriginAccessControlAlreadyExists";
    const IN_USE: &'static str = "OriginAccessControlInUse";
    const ABSENT: &'static str = "NoSuchOriginAccessControl";

    fn name(control: &OriginAccessControl) -> &str {
        &control.origin_access_control_config.name
    }

    fn comment(control: &mut OriginAccessControl) -> &mut Option<String> {
        &mut control.origin_access_control_config.description
    }

    fn normalise(control: &mut OriginAccessControl) {
        none_if_empty(&mut control.origin_access_control_config.description);
    }

    fn check(control: &OriginAccessControl) -> Result<(), DriverError> {
        let name = Self::name(control);
        require((1..=64).contains(&name.len()), || {
            format!("the origin access control `{name}` must have a name of 1 to 64 characters")
        })
    }

    async fn list(client: &Client) -> Result<Vec<Found<OriginAccessControl>>, DriverError> {
        let mut pages = client.list_origin_access_controls().into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("cloudfront:ListOriginAccessControls"))?;
            let items = page
                .origin_access_control_list
                .and_then(|list| list.items)
                .unwrap_or_default();
            all.extend(items.into_iter().map(found));
        }
        Ok(all)
    }

    async fn create(client: &Client, control: &OriginAccessControl) -> Result<String, DriverError> {
        let call = client
            .create_origin_access_control()
            .origin_access_control_config(sdk(control)?);
        let made = call
            .send()
            .sent("cloudfront:CreateOriginAccessControl")
            .await?;
        let id = made.origin_access_control.map(|control| control.id);
        id.ok_or_else(|| {
            DriverError::internal("CloudFront names no id of a new origin access control")
        })
    }

    async fn version(client: &Client, id: &str) -> Result<String, DriverError> {
        let answer = client.get_origin_access_control().id(id).send().await;
        version(
            answer
                .map_err(failed("cloudfront:GetOriginAccessControl"))?
                .e_tag,
        )
    }

    async fn update(
        client: &Client,
        id: &str,
        version: &str,
        control: &OriginAccessControl,
    ) -> Result<(), DriverError> {
        let call = client
            .update_origin_access_control()
            .id(id)
            .if_match(version);
        call.origin_access_control_config(sdk(control)?)
            .send()
            .done("cloudfront:UpdateOriginAccessControl")
            .await
    }

    async fn delete(client: &Client, id: &str, version: &str) -> Result<(), DriverError> {
        client
            .delete_origin_access_control()
            .id(id)
            .if_match(version)
            .send()
            .done("cloudfront:DeleteOriginAccessControl")
            .await
    }
}
