//! `AWS::CloudFront::CachePolicy`.

mod calls;
mod convert;
mod limits;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::CachePolicyType;
use engine::DriverError;
use model::Attribute;
use model::types::cloudfront::CachePolicy;

use super::client::all_pages;
use super::comment_owned::{CommentOwned, Driver, Found};
use super::shared::Shared;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};

/// Reads and writes cache policies.
pub(crate) type CachePolicies = Driver<Kind>;

/// Cache policies.
#[derive(Debug)]
pub(crate) struct Kind;

impl CommentOwned for Kind {
    type Properties = CachePolicy<String>;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS];
    const ID: Attribute<CachePolicy<String>> = CachePolicy::ID;
    const COMMENT: usize = limits::COMMENT;
    const EXISTS: &'static str = "CachePolicyAlreadyExists";
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn name(policy: &CachePolicy<String>) -> &str {
        &policy.cache_policy_config.name
    }

    fn comment(policy: &mut CachePolicy<String>) -> &mut Option<String> {
        &mut policy.cache_policy_config.comment
    }

    fn normalise(policy: &mut CachePolicy<String>) {
        convert::normalise(&mut policy.cache_policy_config);
    }

    fn check(policy: &CachePolicy<String>, checks: &mut Checks) {
        limits::check(&policy.cache_policy_config, checks);
    }

    fn shared(id: &str) -> Shared<'_> {
        Shared::CachePolicy(id)
    }

    async fn list(sdk: &Client) -> Result<Vec<Found<CachePolicy<String>>>, DriverError> {
        all_pages(|marker| async {
            let page = sdk
                .list_cache_policies()
                .r#type(CachePolicyType::Custom)
                .set_marker(marker)
                .send()
                .sent("cloudfront:ListCachePolicies")
                .await?;
            let (items, next) = page
                .cache_policy_list
                .map(|list| (list.items.unwrap_or_default(), list.next_marker))
                .unwrap_or_default();
            let policies = items.into_iter().filter_map(|summary| summary.cache_policy);
            let found = policies
                .filter_map(|of| Some(convert::found(of.id, of.cache_policy_config?)))
                .collect();
            Ok((found, next))
        })
        .await
    }

    async fn create(
        sdk: &Client,
        policy: &CachePolicy<String>,
    ) -> Result<Option<String>, DriverError> {
        let created = sdk
            .create_cache_policy()
            .cache_policy_config(convert::sdk(policy)?)
            .send()
            .sent("cloudfront:CreateCachePolicy")
            .await?;
        Ok(created.cache_policy.map(|created| created.id))
    }

    async fn version(sdk: &Client, id: &str) -> Result<Option<String>, DriverError> {
        let answer = sdk
            .get_cache_policy()
            .id(id)
            .send()
            .sent("cloudfront:GetCachePolicy")
            .await?;
        Ok(answer.e_tag)
    }

    async fn update(
        sdk: &Client,
        id: &str,
        version: &str,
        policy: &CachePolicy<String>,
    ) -> Result<(), DriverError> {
        sdk.update_cache_policy()
            .id(id)
            .if_match(version)
            .cache_policy_config(convert::sdk(policy)?)
            .send()
            .done("cloudfront:UpdateCachePolicy")
            .await
    }

    async fn delete(sdk: &Client, id: &str, version: &str) -> Result<(), DriverError> {
        sdk.delete_cache_policy()
            .id(id)
            .if_match(version)
            .send()
            .done("cloudfront:DeleteCachePolicy")
            .await
    }
}
