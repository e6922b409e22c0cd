//! `AWS::CloudFront::OriginAccessControl`.

mod calls;
mod convert;
mod limits;

use aws_sdk_cloudfront::Client;
use engine::DriverError;
use model::Attribute;
use model::types::cloudfront::OriginAccessControl;

use super::comment_owned::{CommentOwned, Driver, Found};
use super::convert::none_if_empty;
use super::shared::Shared;
use crate::failed;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::Limit;

/// Reads and writes origin access controls.
pub(crate) type OriginAccessControls = Driver<Kind>;

/// Origin access controls.
#[derive(Debug)]
pub(crate) struct Kind;

impl CommentOwned for Kind {
    type Properties = OriginAccessControl<String>;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ID: Attribute<OriginAccessControl<String>> = OriginAccessControl::ID;
    const COMMENT: usize = limits::COMMENT;
    const EXISTS: &'static str = "OriginAccessControlAlreadyExists";
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn name(control: &OriginAccessControl<String>) -> &str {
        &control.origin_access_control_config.name
    }

    fn comment(control: &mut OriginAccessControl<String>) -> &mut Option<String> {
        &mut control.origin_access_control_config.description
    }

    fn normalise(control: &mut OriginAccessControl<String>) {
        none_if_empty(&mut control.origin_access_control_config.description);
    }

    fn shared(id: &str) -> Shared<'_> {
        Shared::OriginAccessControl(id)
    }

    async fn list(sdk: &Client) -> Result<Vec<Found<OriginAccessControl<String>>>, DriverError> {
        let mut pages = sdk.list_origin_access_controls().into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("cloudfront:ListOriginAccessControls"))?;
            let items = page
                .origin_access_control_list
                .and_then(|list| list.items)
                .unwrap_or_default();
            all.extend(items.into_iter().map(convert::found));
        }
        Ok(all)
    }

    async fn create(
        sdk: &Client,
        control: &OriginAccessControl<String>,
    ) -> Result<Option<String>, DriverError> {
        let created = sdk
            .create_origin_access_control()
            .origin_access_control_config(convert::sdk(control)?)
            .send()
            .sent("cloudfront:CreateOriginAccessControl")
            .await?;
        Ok(created.origin_access_control.map(|created| created.id))
    }

    async fn version(sdk: &Client, id: &str) -> Result<Option<String>, DriverError> {
        let answer = sdk
            .get_origin_access_control()
            .id(id)
            .send()
            .sent("cloudfront:GetOriginAccessControl")
            .await?;
        Ok(answer.e_tag)
    }

    async fn update(
        sdk: &Client,
        id: &str,
        version: &str,
        control: &OriginAccessControl<String>,
    ) -> Result<(), DriverError> {
        sdk.update_origin_access_control()
            .id(id)
            .if_match(version)
            .origin_access_control_config(convert::sdk(control)?)
            .send()
            .done("cloudfront:UpdateOriginAccessControl")
            .await
    }

    async fn delete(sdk: &Client, id: &str, version: &str) -> Result<(), DriverError> {
        sdk.delete_origin_access_control()
            .id(id)
            .if_match(version)
            .send()
            .done("cloudfront:DeleteOriginAccessControl")
            .await
    }
}
