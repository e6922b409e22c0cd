//! A cache policy in the SDK's types and in the model's.

use aws_sdk_cloudfront::types::{
    CachePolicyConfig as SdkConfig, CachePolicyCookiesConfig, CachePolicyHeadersConfig,
    CachePolicyQueryStringsConfig, CookieNames, Headers,
    ParametersInCacheKeyAndForwardedToOrigin as SdkParameters, QueryStringNames,
};
use engine::DriverError;
use model::types::cloudfront::{
    CachePolicy, CachePolicyConfig, CookiesConfig, HeadersConfig,
    ParametersInCacheKeyAndForwardedToOrigin, QueryStringsConfig,
};

use crate::cloudfront::comment_owned::Found;
use crate::cloudfront::convert::{built, from_sdk, list, none_if_empty, set, to_sdk};

/// The seconds that CloudFront caches if neither the policy nor the origin specifies it.
const DAY: i64 = 86_400;
/// The most seconds that CloudFront caches if the policy does not specify it.
const YEAR: i64 = 31_536_000;

/// Fills in the defaults and sorts the sets.
pub(super) fn normalise(config: &mut CachePolicyConfig<String>) {
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

pub(super) fn sdk(policy: &CachePolicy<String>) -> Result<SdkConfig, DriverError> {
    let config = &policy.cache_policy_config;
    built(
        SdkConfig::builder()
            .name(&config.name)
            .set_comment(config.comment.clone())
            .set_default_ttl(config.default_ttl)
            .set_max_ttl(config.max_ttl)
            .min_ttl(config.min_ttl)
            .parameters_in_cache_key_and_forwarded_to_origin(sdk_parameters(
                &config.parameters_in_cache_key_and_forwarded_to_origin,
            )?)
            .build(),
    )
}

fn sdk_parameters(
    of: &ParametersInCacheKeyAndForwardedToOrigin,
) -> Result<SdkParameters, DriverError> {
    let names = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
    let (cookies, headers) = (&of.cookies_config, &of.headers_config);
    let queries = &of.query_strings_config;
    let cookie_names = names(&cookies.cookies).map(|names| list!(CookieNames, names));
    let header_names = names(&headers.headers).map(|names| list!(Headers, names));
    let query_names = names(&queries.query_strings).map(|names| list!(QueryStringNames, names));
    let cookies = CachePolicyCookiesConfig::builder()
        .cookie_behavior(to_sdk(cookies.cookie_behavior)?)
        .set_cookies(cookie_names.transpose()?)
        .build();
    let headers = CachePolicyHeadersConfig::builder()
        .header_behavior(to_sdk(headers.header_behavior)?)
        .set_headers(header_names.transpose()?)
        .build();
    let queries = CachePolicyQueryStringsConfig::builder()
        .query_string_behavior(to_sdk(queries.query_string_behavior)?)
        .set_query_strings(query_names.transpose()?)
        .build();
    built(
        SdkParameters::builder()
            .enable_accept_encoding_gzip(of.enable_accept_encoding_gzip)
            .set_enable_accept_encoding_brotli(of.enable_accept_encoding_brotli)
            .cookies_config(built(cookies)?)
            .headers_config(built(headers)?)
            .query_strings_config(built(queries)?)
            .build(),
    )
}

pub(super) fn found(id: String, config: SdkConfig) -> Found<CachePolicy<String>> {
    Found {
        id,
        name: config.name.clone(),
        comment: config.comment.clone(),
        properties: properties(config),
    }
}

fn properties(config: SdkConfig) -> Result<CachePolicy<String>, DriverError> {
    let parameters = config
        .parameters_in_cache_key_and_forwarded_to_origin
        .ok_or_else(|| DriverError::internal("CloudFront names no parameters of a cache policy"))?;
    Ok(CachePolicy {
        cache_policy_config: CachePolicyConfig {
            name: config.name,
            comment: config.comment,
            default_ttl: config.default_ttl,
            max_ttl: config.max_ttl,
            min_ttl: config.min_ttl,
            parameters_in_cache_key_and_forwarded_to_origin: parameters_of(parameters)?,
        },
    })
}

fn parameters_of(
    of: SdkParameters,
) -> Result<ParametersInCacheKeyAndForwardedToOrigin, DriverError> {
    let mut parameters = ParametersInCacheKeyAndForwardedToOrigin::path_alone();
    parameters.enable_accept_encoding_brotli = of.enable_accept_encoding_brotli;
    parameters.enable_accept_encoding_gzip = of.enable_accept_encoding_gzip;
    if let Some(of) = of.cookies_config {
        parameters.cookies_config = CookiesConfig {
            cookie_behavior: from_sdk("cookie behavior", of.cookie_behavior.as_str())?,
            cookies: of.cookies.and_then(|names| names.items).unwrap_or_default(),
        };
    }
    if let Some(of) = of.headers_config {
        parameters.headers_config = HeadersConfig {
            header_behavior: from_sdk("header behavior", of.header_behavior.as_str())?,
            headers: of.headers.and_then(|names| names.items).unwrap_or_default(),
        };
    }
    if let Some(of) = of.query_strings_config {
        let names = of.query_strings.and_then(|names| names.items);
        let behavior = of.query_string_behavior.as_str();
        parameters.query_strings_config = QueryStringsConfig {
            query_string_behavior: from_sdk("query string behavior", behavior)?,
            query_strings: names.unwrap_or_default(),
        };
    }
    Ok(parameters)
}
