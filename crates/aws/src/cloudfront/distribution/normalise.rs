//! A distribution with all values filled in that CloudFront would fill in.
//!
//! A distribution is always written whole, with these values. They are CloudFront's own unless the
//! types name CloudFormation's or the service's default.

use model::types::cloudfront::{
    CustomOriginConfig, DefaultCacheBehavior, DistributionConfig, GeoRestrictionType, HttpVersion,
    IpAddressType, Method, Origin, PriceClass, SslProtocol, SslSupportMethod, ViewerCertificate,
};

use crate::cloudfront::convert::{none_if_empty, set};

pub(super) fn config(config: &mut DistributionConfig<String>) {
    set(&mut config.aliases);
    none_if_empty(&mut config.comment);
    none_if_empty(&mut config.default_root_object);
    none_if_empty(&mut config.web_acl_id);
    config.http_version.get_or_insert(HttpVersion::Http2);
    config.ipv6_enabled.get_or_insert(false);
    config.price_class.get_or_insert(PriceClass::All);
    for error in &mut config.custom_error_responses {
        error.error_caching_min_ttl.get_or_insert(10);
        none_if_empty(&mut error.response_page_path);
    }
    config
        .custom_error_responses
        .sort_by_key(|error| error.error_code);
    if let Some(logging) = &mut config.logging {
        logging.include_cookies.get_or_insert(false);
        none_if_empty(&mut logging.prefix);
    }
    if let Some(restrictions) = &mut config.restrictions {
        set(&mut restrictions.geo_restriction.locations);
    }
    config.restrictions = config
        .restrictions
        .take()
        .filter(|of| of.geo_restriction.restriction_type != GeoRestrictionType::None);
    config.viewer_certificate = config.viewer_certificate.take().and_then(certificate);
    config.origins.iter_mut().for_each(origin);
    config.origins.sort_by(|one, other| one.id.cmp(&other.id));
    behavior(&mut config.default_cache_behavior);
    config
        .cache_behaviors
        .iter_mut()
        .for_each(|of| behavior(&mut of.behavior));
}

/// `None` if it is that of `cloudfront.net`.
fn certificate(mut of: ViewerCertificate<String>) -> Option<ViewerCertificate<String>> {
    none_if_empty(&mut of.acm_certificate_arn);
    none_if_empty(&mut of.iam_certificate_id);
    if of.acm_certificate_arn.is_none() && of.iam_certificate_id.is_none() {
        return None;
    }
    of.cloud_front_default_certificate = None;
    of.minimum_protocol_version
        .get_or_insert_with(|| "TLSv1".to_owned());
    of.ssl_support_method
        .get_or_insert(SslSupportMethod::SniOnly);
    Some(of)
}

fn origin(of: &mut Origin<String>) {
    none_if_empty(&mut of.origin_path);
    none_if_empty(&mut of.origin_access_control_id);
    of.origin_custom_headers
        .sort_by(|one, other| one.header_name.cmp(&other.header_name));
    of.connection_attempts.get_or_insert(3);
    of.connection_timeout.get_or_insert(10);
    of.origin_shield = of
        .origin_shield
        .take()
        .filter(|shield| shield.enabled == Some(true));
    if let Some(bucket) = &mut of.s3_origin_config {
        none_if_empty(&mut bucket.origin_access_identity);
    }
    of.custom_origin_config.iter_mut().for_each(server);
}

fn server(of: &mut CustomOriginConfig) {
    of.http_port.get_or_insert(80);
    of.https_port.get_or_insert(443);
    of.ip_address_type.get_or_insert(IpAddressType::Ipv4);
    of.origin_keepalive_timeout.get_or_insert(5);
    of.origin_read_timeout.get_or_insert(30);
    if of.origin_ssl_protocols.is_empty() {
        of.origin_ssl_protocols.push(SslProtocol::Tls1_2);
    }
    set(&mut of.origin_ssl_protocols);
}

fn behavior(of: &mut DefaultCacheBehavior<String>) {
    for methods in [&mut of.allowed_methods, &mut of.cached_methods] {
        if methods.is_empty() {
            methods.extend([Method::Get, Method::Head]);
        }
        set(methods);
    }
    of.compress.get_or_insert(false);
    of.function_associations
        .sort_by_key(|association| association.event_type);
    none_if_empty(&mut of.origin_request_policy_id);
    none_if_empty(&mut of.response_headers_policy_id);
}
