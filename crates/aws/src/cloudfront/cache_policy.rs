//! `AWS::CloudFront::CachePolicy`.

use async_trait::async_trait;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{
    CachePolicyConfig as SdkConfig, CachePolicyCookiesConfig, CachePolicyHeadersConfig,
    CachePolicyQueryStringsConfig, CachePolicyType, CookieNames, Headers,
    ParametersInCacheKeyAndForwardedToOrigin as SdkParameters, QueryStringNames,
};
use engine::DriverError;
use model::types::cloudfront::{
    CachePolicy, CachePolicyConfig, CookieBehavior, CookiesConfig, HeaderBehavior, HeadersConfig,
    ParametersInCacheKeyAndForwardedToOrigin, QueryStringBehavior, QueryStringsConfig,
};

use super::comment_owned::{self, Found};
use super::convert::{built, none_if_empty, ours, quantity, require, require_name, set, theirs};
use super::version;
use crate::failed;
use crate::kit::call::Call as _;

/// Seconds that CloudFront caches where neither the policy nor the origin says.
const DAY: i64 = 86_400;
/// The most seconds that CloudFront caches where the policy does not say.
const YEAR: i64 = 31_536_000;

/// Cache policies.
#[derive(Debug)]
pub(crate) struct Kind;

fn sdk(policy: &CachePolicy) -> Result<SdkConfig, DriverError> {
    let config = &policy.cache_policy_config;
    let sdk = SdkConfig::builder()
        .name(&config.name)
        .set_comment(config.comment.clone())
        .set_default_ttl(config.default_ttl)
        .set_max_ttl(config.max_ttl)
        .min_ttl(config.min_ttl)
        .parameters_in_cache_key_and_forwarded_to_origin(sdk_parameters(
            &config.parameters_in_cache_key_and_forwarded_to_origin,
        )?);
    built(sdk.build())
}

fn sdk_parameters(
    of: &ParametersInCacheKeyAndForwardedToOrigin,
) -> Result<SdkParameters, DriverError> {
    let (cookies, headers, queries) = (
        &of.cookies_config,
        &of.headers_config,
        &of.query_strings_config,
    );
    let names = |names: &Vec<String>| (!names.is_empty()).then(|| names.clone());
    let cookie_names = names(&cookies.cookies).map(|names| {
        built(
            CookieNames::builder()
                .quantity(quantity(&names))
                .set_items(Some(names))
                .build(),
        )
    });
    let header_names = names(&headers.headers).map(|names| {
        built(
            Headers::builder()
                .quantity(quantity(&names))
                .set_items(Some(names))
                .build(),
        )
    });
    let query_names = names(&queries.query_strings).map(|names| {
        built(
            QueryStringNames::builder()
                .quantity(quantity(&names))
                .set_items(Some(names))
                .build(),
        )
    });
    let cookies = CachePolicyCookiesConfig::builder()
        .cookie_behavior(theirs(cookies.cookie_behavior)?)
        .set_cookies(cookie_names.transpose()?);
    let headers = CachePolicyHeadersConfig::builder()
        .header_behavior(theirs(headers.header_behavior)?)
        .set_headers(header_names.transpose()?);
    let queries = CachePolicyQueryStringsConfig::builder()
        .query_string_behavior(theirs(queries.query_string_behavior)?)
        .set_query_strings(query_names.transpose()?);
    let sdk = SdkParameters::builder()
        .enable_accept_encoding_gzip(of.enable_accept_encoding_gzip)
        .set_enable_accept_encoding_brotli(of.enable_accept_encoding_brotli)
        .cookies_config(built(cookies.build())?)
        .headers_config(built(headers.build())?)
        .query_strings_config(built(queries.build())?);
    built(sdk.build())
}

fn found(id: String, config: SdkConfig) -> Found<CachePolicy> {
    Found {
        id,
        name: config.name.clone(),
        comment: config.comment.clone(),
        properties: properties(config),
    }
}

fn properties(config: SdkConfig) -> Result<CachePolicy, DriverError> {
    let parameters = config.parameters_in_cache_key_and_forwarded_to_origin;
    let missing = || DriverError::internal("CloudFront names no parameters of a cache policy");
    let config = CachePolicyConfig {
        name: config.name,
        comment: config.comment,
        default_ttl: config.default_ttl,
        max_ttl: config.max_ttl,
        min_ttl: config.min_ttl,
        parameters_in_cache_key_and_forwarded_to_origin: parameters_of(
            parameters.ok_or_else(missing)?,
        )?,
    };
    Ok(CachePolicy {
        cache_policy_config: config,
    })
}

fn parameters_of(
    of: SdkParameters,
) -> Result<ParametersInCacheKeyAndForwardedToOrigin, DriverError> {
    let cookies = of.cookies_config.map(|cookies| {
        let names = cookies
            .cookies
            .and_then(|names| names.items)
            .unwrap_or_default();
        ours("cookie behavior", cookies.cookie_behavior.as_str()).map(|cookie_behavior| {
            CookiesConfig {
                cookie_behavior,
                cookies: names,
            }
        })
    });
    let headers = of.headers_config.map(|headers| {
        let names = headers
            .headers
            .and_then(|names| names.items)
            .unwrap_or_default();
        ours("header behavior", headers.header_behavior.as_str()).map(|header_behavior| {
            HeadersConfig {
                header_behavior,
                headers: names,
            }
        })
    });
    let queries = of.query_strings_config.map(|queries| {
        let names = queries
            .query_strings
            .and_then(|names| names.items)
            .unwrap_or_default();
        ours(
            "query string behavior",
            queries.query_string_behavior.as_str(),
        )
        .map(|query_string_behavior| QueryStringsConfig {
            query_string_behavior,
            query_strings: names,
        })
    });
    let nothing = ParametersInCacheKeyAndForwardedToOrigin::path_alone();
    Ok(ParametersInCacheKeyAndForwardedToOrigin {
        cookies_config: cookies.transpose()?.unwrap_or(nothing.cookies_config),
        enable_accept_encoding_brotli: of.enable_accept_encoding_brotli,
        enable_accept_encoding_gzip: of.enable_accept_encoding_gzip,
        headers_config: headers.transpose()?.unwrap_or(nothing.headers_config),
        query_strings_config: queries.transpose()?.unwrap_or(nothing.query_strings_config),
    })
}

/// Without caching there is no key, and CloudFront refuses whatever would be in it.
fn keys_nothing(of: &ParametersInCacheKeyAndForwardedToOrigin) -> bool {
    !of.enable_accept_encoding_gzip
        && of.enable_accept_encoding_brotli != Some(true)
        && of.cookies_config.cookie_behavior == CookieBehavior::None
        && of.headers_config.header_behavior == HeaderBehavior::None
        && of.query_strings_config.query_string_behavior == QueryStringBehavior::None
}

#[async_trait]
impl comment_owned::CommentOwned for Kind {
    type Properties = CachePolicy;
    const COMMENT: usize = 128;
    const EXISTS: &'static str = "CachePolicyAlreadyExists";
    const IN_USE: &'static str = "CachePolicyInUse";
    const ABSENT: &'static str = "NoSuchCachePolicy";

    fn name(policy: &CachePolicy) -> &str {
        &policy.cache_policy_config.name
    }

    fn comment(policy: &mut CachePolicy) -> &mut Option<String> {
        &mut policy.cache_policy_config.comment
    }

    fn normalise(policy: &mut CachePolicy) {
        let config = &mut policy.cache_policy_config;
        none_if_empty(&mut config.comment);
        let default = *config.default_ttl.get_or_insert(DAY.max(config.min_ttl));
        config.max_ttl.get_or_insert(YEAR.max(default));
        let parameters = &mut config.parameters_in_cache_key_and_forwarded_to_origin;
        parameters
            .enable_accept_encoding_brotli
            .get_or_insert(false);
        set(&mut parameters.cookies_config.cookies);
        set(&mut parameters.headers_config.headers);
        set(&mut parameters.query_strings_config.query_strings);
    }

    fn check(policy: &CachePolicy) -> Result<(), DriverError> {
        let config = &policy.cache_policy_config;
        require_name("cache policy", &config.name, 128)?;
        let (least, default, most) = (config.min_ttl, config.default_ttl, config.max_ttl);
        require(
            0 <= least && Some(least) <= default && default <= most,
            || {
                format!(
                    "the cache policy `{}` must have 0 ≤ MinTTL ≤ DefaultTTL ≤ MaxTTL",
                    config.name
                )
            },
        )?;
        require(
            most != Some(0)
                || keys_nothing(&config.parameters_in_cache_key_and_forwarded_to_origin),
            || {
                format!(
                    "the cache policy `{}` caches nothing, so nothing can be in its key",
                    config.name
                )
            },
        )
    }

    async fn list(client: &Client) -> Result<Vec<Found<CachePolicy>>, DriverError> {
        let mut all = Vec::new();
        let mut marker = None;
        loop {
            let call = client
                .list_cache_policies()
                .r#type(CachePolicyType::Custom)
                .set_marker(marker);
            let page = call.send().sent("cloudfront:ListCachePolicies").await?;
            let Some(list) = page.cache_policy_list else {
                return Ok(all);
            };
            let policies = list
                .items
                .unwrap_or_default()
                .into_iter()
                .filter_map(|summary| summary.cache_policy);
            all.extend(
                policies.filter_map(|policy| Some(found(policy.id, policy.cache_policy_config?))),
            );
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    async fn create(client: &Client, policy: &CachePolicy) -> Result<String, DriverError> {
        let call = client
            .create_cache_policy()
            .cache_policy_config(sdk(policy)?);
        let made = call.send().sent("cloudfront:CreateCachePolicy").await?;
        let id = made.cache_policy.map(|policy| policy.id);
        id.ok_or_else(|| DriverError::internal("CloudFront names no id of a new cache policy"))
    }

    async fn version(client: &Client, id: &str) -> Result<String, DriverError> {
        let answer = client.get_cache_policy().id(id).send().await;
        version(answer.map_err(failed("cloudfront:GetCachePolicy"))?.e_tag)
    }

    async fn update(
        client: &Client,
        id: &str,
        version: &str,
        policy: &CachePolicy,
    ) -> Result<(), DriverError> {
        client
            .update_cache_policy()
            .id(id)
            .if_match(version)
            .cache_policy_config(sdk(policy)?)
            .send()
            .done("cloudfront:UpdateCachePolicy")
            .await
    }

    async fn delete(client: &Client, id: &str, version: &str) -> Result<(), DriverError> {
        client
            .delete_cache_policy()
            .id(id)
            .if_match(version)
            .send()
            .done("cloudfront:DeleteCachePolicy")
            .await
    }
}
