//! A response headers policy with its defaults filled in and its sets sorted.

use model::types::cloudfront::{Items, ResponseHeadersPolicyConfig, SecurityHeadersConfig};

use crate::cloudfront::convert::{none_if_empty, set};

pub(super) fn config(config: &mut ResponseHeadersPolicyConfig<String>) {
    none_if_empty(&mut config.comment);
    if let Some(cors) = &mut config.cors_config {
        set(&mut cors.access_control_allow_headers.items);
        set(&mut cors.access_control_allow_methods.items);
        set(&mut cors.access_control_allow_origins.items);
        none_if_no_items(&mut cors.access_control_expose_headers);
        if let Some(exposed) = &mut cors.access_control_expose_headers {
            set(&mut exposed.items);
        }
    }
    none_if_no_items(&mut config.custom_headers_config);
    if let Some(headers) = &mut config.custom_headers_config {
        headers.items.sort_by(|a, b| a.header.cmp(&b.header));
    }
    none_if_no_items(&mut config.remove_headers_config);
    if let Some(headers) = &mut config.remove_headers_config {
        headers.items.sort_by(|a, b| a.header.cmp(&b.header));
    }
    config.security_headers_config = config.security_headers_config.take().and_then(security);
    config.server_timing_headers_config = config
        .server_timing_headers_config
        .filter(|timing| timing.enabled);
}

fn none_if_no_items<T>(list: &mut Option<Items<T>>) {
    *list = list.take().filter(|list| !list.items.is_empty());
}

/// `None` if no header is set.
fn security(mut headers: SecurityHeadersConfig<String>) -> Option<SecurityHeadersConfig<String>> {
    if let Some(transport) = &mut headers.strict_transport_security {
        transport.include_subdomains.get_or_insert(false);
        transport.preload.get_or_insert(false);
    }
    if let Some(protection) = &mut headers.xss_protection {
        protection.mode_block.get_or_insert(false);
        none_if_empty(&mut protection.report_uri);
    }
    let is_set = headers.content_security_policy.is_some()
        || headers.content_type_options.is_some()
        || headers.frame_options.is_some()
        || headers.referrer_policy.is_some()
        || headers.strict_transport_security.is_some()
        || headers.xss_protection.is_some();
    is_set.then_some(headers)
}
