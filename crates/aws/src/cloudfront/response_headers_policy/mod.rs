//! `AWS::CloudFront::ResponseHeadersPolicy`.

mod calls;
mod convert;
mod limits;
mod normalise;
mod write;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::ResponseHeadersPolicyType;
use engine::DriverError;
use model::Attribute;
use model::types::cloudfront::ResponseHeadersPolicy;

use super::client::all_pages;
use super::comment_owned::{CommentOwned, Driver, Found};
use super::shared::Shared;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};

type Properties = ResponseHeadersPolicy<String>;

/// Reads and writes response headers policies.
pub(crate) type ResponseHeadersPolicies = Driver<Kind>;

/// Response headers policies.
#[derive(Debug)]
pub(crate) struct Kind;

impl CommentOwned for Kind {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ID: Attribute<Properties> = ResponseHeadersPolicy::ID;
    const COMMENT: usize = limits::COMMENT;
    const EXISTS: &'static str = "ResponseHeadersPolicyAlreadyExists";
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn name(policy: &Properties) -> &str {
        &policy.response_headers_policy_config.name
    }

    fn comment(policy: &mut Properties) -> &mut Option<String> {
        &mut policy.response_headers_policy_config.comment
    }

    fn normalise(policy: &mut Properties) {
        normalise::config(&mut policy.response_headers_policy_config);
    }

    fn check(policy: &Properties, checks: &mut Checks) {
        limits::check(&policy.response_headers_policy_config, checks);
    }

    fn shared(id: &str) -> Shared<'_> {
        Shared::ResponseHeadersPolicy(id)
    }

    async fn list(sdk: &Client) -> Result<Vec<Found<Properties>>, DriverError> {
        all_pages(|marker| async {
            let page = sdk
                .list_response_headers_policies()
                .r#type(ResponseHeadersPolicyType::Custom)
                .set_marker(marker)
                .send()
                .sent("cloudfront:ListResponseHeadersPolicies")
                .await?;
            let (items, next) = page
                .response_headers_policy_list
                .map(|list| (list.items.unwrap_or_default(), list.next_marker))
                .unwrap_or_default();
            let policies = items
                .into_iter()
                .filter_map(|summary| summary.response_headers_policy);
            let found = policies
                .filter_map(|of| Some(convert::found(of.id, of.response_headers_policy_config?)))
                .collect();
            Ok((found, next))
        })
        .await
    }

    async fn create(sdk: &Client, policy: &Properties) -> Result<Option<String>, DriverError> {
        let created = sdk
            .create_response_headers_policy()
            .response_headers_policy_config(write::config(&policy.response_headers_policy_config)?)
            .send()
            .sent("cloudfront:CreateResponseHeadersPolicy")
            .await?;
        Ok(created.response_headers_policy.map(|created| created.id))
    }

    async fn version(sdk: &Client, id: &str) -> Result<Option<String>, DriverError> {
        let answer = sdk
            .get_response_headers_policy()
            .id(id)
            .send()
            .sent("cloudfront:GetResponseHeadersPolicy")
            .await?;
        Ok(answer.e_tag)
    }

    async fn update(
        sdk: &Client,
        id: &str,
        version: &str,
        policy: &Properties,
    ) -> Result<(), DriverError> {
        sdk.update_response_headers_policy()
            .id(id)
            .if_match(version)
            .response_headers_policy_config(write::config(&policy.response_headers_policy_config)?)
            .send()
            .done("cloudfront:UpdateResponseHeadersPolicy")
            .await
    }

    async fn delete(sdk: &Client, id: &str, version: &str) -> Result<(), DriverError> {
        sdk.delete_response_headers_policy()
            .id(id)
            .if_match(version)
            .send()
            .done("cloudfront:DeleteResponseHeadersPolicy")
            .await
    }
}
