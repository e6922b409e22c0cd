//! The distribution.

use model::types::cloudfront::{
    CustomErrorResponse, DefaultCacheBehavior, Distribution, DistributionConfig, EventType,
    Function, FunctionAssociation, FunctionConfig, FunctionRuntime, GeoRestriction,
    GeoRestrictionType, HttpVersion, Logging, Method, Origin, Restrictions, S3OriginConfig,
    SslSupportMethod, ViewerCertificate, ViewerProtocolPolicy,
};
use model::types::s3::Bucket;
use model::{Handle, StackBuilder, Text};

use super::{Backends, SiteParts};
use crate::description::{AccessLogs, Countries, Delivery};

/// The name of the bucket among the origins.
const ORIGIN: &str = "bucket";

/// Every path is a page of a single-page application, such as `/profile/ada.lovelace`, but for the files
/// of a release and those beside `index.html`.
const REWRITE: &str = "\
function handler(event) {
  var request = event.request;
  var isFile = /^\\/(\\.well-known|assets|releases|shared)\\/.|^\\/[^\\/]+\\.[^\\/]+$/.test(request.uri);
  if (!isFile) request.uri = '/index.html';
  return request;
}
";

/// Adds the function that shows `index.html` for the paths of a single-page application.
pub(crate) fn rewrite_paths(stack: &mut StackBuilder<'_>) -> Handle<Function> {
    let function = Function {
        name: stack.account_wide_name("rewrite-paths"),
        auto_publish: Some(true),
        function_code: Text::from(REWRITE),
        function_config: FunctionConfig {
            comment: "Shows index.html for every path that is not a file".to_owned(),
            key_value_store_associations: Vec::new(),
            runtime: FunctionRuntime::CloudfrontJs2_0,
        },
    };
    stack.add("rewrite-paths", function)
}

pub(super) fn add(
    stack: &mut StackBuilder<'_>,
    bucket: &Handle<Bucket>,
    certificate: Option<Text>,
    parts: &SiteParts<'_>,
) -> Handle<Distribution> {
    let own = Origin {
        id: ORIGIN.to_owned(),
        domain_name: bucket.regional_domain_name(),
        s3_origin_config: Some(S3OriginConfig {
            origin_access_identity: None,
        }),
        origin_access_control_id: Some(parts.edge.access_control.id()),
        ..Origin::default()
    };
    let backends = parts.backends.iter();
    let config = DistributionConfig {
        comment: Some(parts.comment.clone()),
        enabled: true,
        aliases: parts
            .domain
            .iter()
            .flat_map(|domain| domain.names())
            .map(Text::from)
            .collect(),
        viewer_certificate: Some(viewer_certificate(certificate, parts.delivery)),
        origins: [own]
            .into_iter()
            .chain(backends.clone().flat_map(Backends::origins))
            .collect(),
        cache_behaviors: backends.flat_map(Backends::behaviors).collect(),
        default_cache_behavior: behavior(parts),
        custom_error_responses: [403, 404].map(asked_again).to_vec(),
        default_root_object: None,
        http_version: Some(HttpVersion::Http2And3),
        ipv6_enabled: Some(true),
        price_class: parts.delivery.price_class,
        web_acl_id: parts.delivery.web_acl.clone().map(Text::Known),
        logging: parts.delivery.access_logs.as_ref().map(logging),
        restrictions: parts.delivery.countries.as_ref().map(restrictions),
    };
    stack.add(
        "distribution",
        Distribution {
            distribution_config: config,
        },
    )
}

fn behavior(parts: &SiteParts<'_>) -> DefaultCacheBehavior {
    let rewrite = parts.rewrite.iter().map(|function| FunctionAssociation {
        event_type: EventType::ViewerRequest,
        function_arn: function.arn(),
    });
    DefaultCacheBehavior {
        allowed_methods: vec![Method::Get, Method::Head, Method::Options],
        cached_methods: vec![Method::Get, Method::Head],
        cache_policy_id: parts.edge.cache_policy.id(),
        compress: Some(true),
        function_associations: rewrite.collect(),
        origin_request_policy_id: None,
        response_headers_policy_id: Some(parts.headers.id()),
        target_origin_id: ORIGIN.to_owned(),
        viewer_protocol_policy: ViewerProtocolPolicy::RedirectToHttps,
    }
}

/// A file that was missing may be published at any moment.
fn asked_again(error_code: i32) -> CustomErrorResponse {
    CustomErrorResponse {
        error_code,
        error_caching_min_ttl: Some(0),
        response_code: None,
        response_page_path: None,
    }
}

/// CloudFront names a bucket of logs by its global domain. Source: `LoggingConfig` in the CloudFront
/// API reference.
fn logging(logs: &AccessLogs) -> Logging {
    Logging {
        bucket: Text::from(format!("{}.s3.amazonaws.com", logs.bucket)),
        include_cookies: Some(false),
        prefix: logs.prefix.clone(),
    }
}

fn restrictions(countries: &Countries) -> Restrictions {
    let (restriction_type, locations) = match countries {
        Countries::Allow(only) => (GeoRestrictionType::Whitelist, only.clone()),
        Countries::Deny(none) if none.is_empty() => (GeoRestrictionType::None, Vec::new()),
        Countries::Deny(these) => (GeoRestrictionType::Blacklist, these.clone()),
    };
    Restrictions {
        geo_restriction: GeoRestriction {
            restriction_type,
            locations,
        },
    }
}

fn viewer_certificate(certificate: Option<Text>, delivery: &Delivery) -> ViewerCertificate {
    match certificate {
        Some(certificate) => ViewerCertificate {
            acm_certificate_arn: Some(certificate),
            minimum_protocol_version: Some(delivery.minimum_tls.to_owned()),
            ssl_support_method: Some(SslSupportMethod::SniOnly),
            ..ViewerCertificate::default()
        },
        None => ViewerCertificate {
            cloud_front_default_certificate: Some(true),
            ..ViewerCertificate::default()
        },
    }
}
