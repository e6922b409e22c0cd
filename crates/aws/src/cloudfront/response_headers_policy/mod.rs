//! `AWS::CloudFront::ResponseHeadersPolicy`.

mod read;
mod write;

use async_trait::async_trait;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::ResponseHeadersPolicyType;
use engine::DriverError;
use model::types::cloudfront::{Items, ResponseHeadersPolicy, SecurityHeadersConfig};

use super::comment_owned::{self, Found};
use super::convert::{none_if_empty, require, require_name, set};
use super::version;
use crate::failed;
use crate::kit::call::Call as _;

type Properties = ResponseHeadersPolicy<String>;

/// Response headers policies.
#[derive(Debug)]
pub(crate) struct Kind;

fn none_if_no_items<T>(list: &mut Option<Items<T>>) {
    *list = list.take().filter(|list| !list.items.is_empty());
}

fn normalise_security(headers: &mut SecurityHeadersConfig<String>) {
    if let Some(transport) = &mut headers.strict_transport_security {
        transport.include_subdomains.get_or_insert(false);
        transport.preload.get_or_insert(false);
    }
    if let Some(protection) = &mut headers.xss_protection {
        protection.mode_block.get_or_insert(false);
        none_if_empty(&mut protection.report_uri);
    }
}

fn says_something(headers: &SecurityHeadersConfig<String>) -> bool {
    headers.content_security_policy.is_some()
        || headers.content_type_options.is_some()
        || headers.frame_options.is_some()
        || headers.referrer_policy.is_some()
        || headers.strict_transport_security.is_some()
        || headers.xss_protection.is_some()
}

#[async_trait]
impl comment_owned::CommentOwned for Kind {
    type Properties = Properties;
    const COMMENT: usize = 128;
    const EXISTS: &'static str = "ResponseHeadersPolicyAlreadyExists";
    const IN_USE: &'static str = "ResponseHeadersPolicyInUse";
    const ABSENT: &'static str = "NoSuchResponseHeadersPolicy";

    fn name(policy: &Properties) -> &str {
        &policy.response_headers_policy_config.name
    }

    fn comment(policy: &mut Properties) -> &mut Option<String> {
        &mut policy.response_headers_policy_config.comment
    }

    fn normalise(policy: &mut Properties) {
        let config = &mut policy.response_headers_policy_config;
        none_if_empty(&mut config.comment);
        if let Some(cors) = &mut config.cors_config {
            set(&mut cors.access_control_allow_headers.items);
            set(&mut cors.access_control_allow_methods.items);
            set(&mut cors.access_control_allow_origins.items);
            none_if_no_items(&mut cors.access_control_expose_headers);
            cors.access_control_expose_headers
                .iter_mut()
                .for_each(|headers| set(&mut headers.items));
        }
        none_if_no_items(&mut config.custom_headers_config);
        if let Some(headers) = &mut config.custom_headers_config {
            headers
                .items
                .sort_by(|one, other| one.header.cmp(&other.header));
        }
        none_if_no_items(&mut config.remove_headers_config);
        if let Some(headers) = &mut config.remove_headers_config {
            headers
                .items
                .sort_by(|one, other| one.header.cmp(&other.header));
        }
        config
            .security_headers_config
            .iter_mut()
            .for_each(normalise_security);
        config.security_headers_config =
            config.security_headers_config.take().filter(says_something);
        config.server_timing_headers_config = config
            .server_timing_headers_config
            .filter(|timing| timing.enabled);
    }

    fn check(policy: &Properties) -> Result<(), DriverError> {
        let config = &policy.response_headers_policy_config;
        require_name("response headers policy", &config.name, 128)?;
        let rate = config
            .server_timing_headers_config
            .and_then(|timing| timing.sampling_rate);
        require(
            rate.is_none_or(|rate| (0.0..=100.0).contains(&rate)),
            || {
                format!(
                    "the response headers policy `{}` must have a sampling rate of 0 to 100",
                    config.name
                )
            },
        )
    }

    async fn list(client: &Client) -> Result<Vec<Found<Properties>>, DriverError> {
        let mut all = Vec::new();
        let mut marker = None;
        loop {
            let call = client
                .list_response_headers_policies()
                .r#type(ResponseHeadersPolicyType::Custom);
            let page = call.set_marker(marker).send().await;
            let page = page.map_err(failed("cloudfront:ListResponseHeadersPolicies"))?;
            let Some(list) = page.response_headers_policy_list else {
                return Ok(all);
            };
            let policies = list
                .items
                .unwrap_or_default()
                .into_iter()
                .filter_map(|of| of.response_headers_policy);
            let found = |id: String, config| Some(read::found(id, config?));
            all.extend(
                policies
                    .filter_map(|policy| found(policy.id, policy.response_headers_policy_config)),
            );
            marker = list.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    async fn create(client: &Client, policy: &Properties) -> Result<String, DriverError> {
        let config = write::config(&policy.response_headers_policy_config)?;
        let made = client
            .create_response_headers_policy()
            .response_headers_policy_config(config)
            .send()
            .await;
        let made = made.map_err(failed("cloudfront:CreateResponseHeadersPolicy"))?;
        let id = made.response_headers_policy.map(|policy| policy.id);
        id.ok_or_else(|| {
            DriverError::internal("CloudFront names no id of a new response headers policy")
        })
    }

    async fn version(client: &Client, id: &str) -> Result<String, DriverError> {
        let answer = client.get_response_headers_policy().id(id).send().await;
        version(
            answer
                .map_err(failed("cloudfront:GetResponseHeadersPolicy"))?
                .e_tag,
        )
    }

    async fn update(
        client: &Client,
        id: &str,
        version: &str,
        policy: &Properties,
    ) -> Result<(), DriverError> {
        let config = write::config(&policy.response_headers_policy_config)?;
        let call = client
            .update_response_headers_policy()
            .id(id)
            .if_match(version);
        call.response_headers_policy_config(config)
            .send()
            .done("cloudfront:UpdateResponseHeadersPolicy")
            .await
    }

    async fn delete(client: &Client, id: &str, version: &str) -> Result<(), DriverError> {
        client
            .delete_response_headers_policy()
            .id(id)
            .if_match(version)
            .send()
            .done("cloudfront:DeleteResponseHeadersPolicy")
            .await
    }
}
