//! A distribution from the SDK's types.

use aws_sdk_cloudfront::types::{
    Aliases, CacheBehavior as SdkBehavior, CacheBehaviors, CustomErrorResponse as SdkErrorResponse,
    CustomErrorResponses, CustomHeaders, CustomOriginConfig as SdkCustomOrigin,
    DistributionConfig as SdkConfig, FunctionAssociation as SdkAssociation, FunctionAssociations,
    Method as SdkMethod, Origin as SdkOrigin, ViewerCertificate as SdkCertificate,
};
use engine::DriverError;
use model::types::cloudfront::{
    CacheBehavior, CustomErrorResponse, CustomOriginConfig, DefaultCacheBehavior,
    DistributionConfig, FunctionAssociation, GeoRestriction, Logging, Method, Origin,
    OriginCustomHeader, OriginShield, Restrictions, S3OriginConfig, ViewerCertificate,
};

use crate::cloudfront::convert::{from_sdk, text};

/// A behavior of either of CloudFront's two types, which have the same members.
macro_rules! behavior {
    ($of:expr) => {{
        let of = $of;
        let allowed = of.allowed_methods.as_ref();
        let cached = allowed.and_then(|of| of.cached_methods.as_ref());
        DefaultCacheBehavior {
            allowed_methods: allowed
                .map(|of| methods(&of.items))
                .transpose()?
                .unwrap_or_default(),
            cached_methods: cached
                .map(|of| methods(&of.items))
                .transpose()?
                .unwrap_or_default(),
            cache_policy_id: of.cache_policy_id.clone().unwrap_or_default(),
            compress: of.compress,
            function_associations: associations(of.function_associations.as_ref())?,
            origin_request_policy_id: text(of.origin_request_policy_id.as_deref()),
            response_headers_policy_id: text(of.response_headers_policy_id.as_deref()),
            target_origin_id: of.target_origin_id.clone(),
            viewer_protocol_policy: from_sdk(
                "viewer protocol policy",
                of.viewer_protocol_policy.as_str(),
            )?,
        }
    }};
}

/// The configuration, its comment with the note.
pub(super) fn config(of: &SdkConfig) -> Result<DistributionConfig<String>, DriverError> {
    let default = of.default_cache_behavior.as_ref();
    let default =
        default.ok_or_else(|| DriverError::internal("CloudFront names no default behavior"))?;
    let behaviors = of.cache_behaviors.iter().flat_map(CacheBehaviors::items);
    let behavior = |of: &SdkBehavior| {
        Ok(CacheBehavior {
            path_pattern: of.path_pattern.clone(),
            behavior: behavior!(of),
        })
    };
    let errors = of
        .custom_error_responses
        .iter()
        .flat_map(CustomErrorResponses::items);
    let origins = of.origins.iter().flat_map(|list| &list.items);
    Ok(DistributionConfig {
        aliases: of
            .aliases
            .iter()
            .flat_map(Aliases::items)
            .cloned()
            .collect(),
        cache_behaviors: behaviors
            .map(behavior)
            .collect::<Result<_, DriverError>>()?,
        comment: text(Some(&of.comment)),
        custom_error_responses: errors.map(error_response).collect::<Result<_, _>>()?,
        default_cache_behavior: behavior!(default),
        default_root_object: text(of.default_root_object()),
        enabled: of.enabled,
        http_version: of
            .http_version
            .as_ref()
            .map(|of| from_sdk("HTTP version", of.as_str()))
            .transpose()?,
        ipv6_enabled: of.is_ipv6_enabled,
        logging: of
            .logging
            .as_ref()
            .filter(|of| of.enabled)
            .map(|of| Logging {
                bucket: of.bucket.clone(),
                include_cookies: Some(of.include_cookies),
                prefix: text(Some(&of.prefix)),
            }),
        origins: origins.map(origin).collect::<Result<_, _>>()?,
        price_class: of
            .price_class
            .as_ref()
            .map(|of| from_sdk("price class", of.as_str()))
            .transpose()?,
        restrictions: restrictions(of)?,
        viewer_certificate: of
            .viewer_certificate
            .as_ref()
            .map(certificate)
            .transpose()?,
        web_acl_id: text(of.web_acl_id()),
    })
}

fn methods(of: &[SdkMethod]) -> Result<Vec<Method>, DriverError> {
    of.iter()
        .map(|method| from_sdk("method", method.as_str()))
        .collect()
}

fn associations(
    of: Option<&FunctionAssociations>,
) -> Result<Vec<FunctionAssociation<String>>, DriverError> {
    let association = |of: &SdkAssociation| {
        let event_type = from_sdk("event", of.event_type.as_str())?;
        Ok(FunctionAssociation {
            event_type,
            function_arn: of.function_arn.clone(),
        })
    };
    of.into_iter()
        .flat_map(FunctionAssociations::items)
        .map(association)
        .collect()
}

fn restrictions(of: &SdkConfig) -> Result<Option<Restrictions>, DriverError> {
    let Some(of) = of
        .restrictions
        .as_ref()
        .and_then(|of| of.geo_restriction.as_ref())
    else {
        return Ok(None);
    };
    let restriction_type = from_sdk("restriction", of.restriction_type.as_str())?;
    Ok(Some(Restrictions {
        geo_restriction: GeoRestriction {
            restriction_type,
            locations: of.items().to_vec(),
        },
    }))
}

fn certificate(of: &SdkCertificate) -> Result<ViewerCertificate<String>, DriverError> {
    let support = of.ssl_support_method.as_ref();
    Ok(ViewerCertificate {
        acm_certificate_arn: text(of.acm_certificate_arn()),
        cloud_front_default_certificate: of.cloud_front_default_certificate,
        iam_certificate_id: text(of.iam_certificate_id()),
        minimum_protocol_version: of
            .minimum_protocol_version
            .as_ref()
            .map(|of| of.as_str().to_owned()),
        ssl_support_method: support
            .map(|of| from_sdk("way to tell names apart", of.as_str()))
            .transpose()?,
    })
}

fn error_response(of: &SdkErrorResponse) -> Result<CustomErrorResponse, DriverError> {
    let code = text(of.response_code()).map(|code| code.parse());
    Ok(CustomErrorResponse {
        error_code: of.error_code,
        error_caching_min_ttl: of.error_caching_min_ttl,
        response_code: code
            .transpose()
            .map_err(|_| DriverError::internal("CloudFront's status is no number"))?,
        response_page_path: text(of.response_page_path()),
    })
}

fn origin(of: &SdkOrigin) -> Result<Origin<String>, DriverError> {
    let headers = of.custom_headers.iter().flat_map(CustomHeaders::items);
    let headers = headers.map(|of| OriginCustomHeader {
        header_name: of.header_name.clone(),
        header_value: of.header_value.clone(),
    });
    let bucket = of.s3_origin_config.as_ref();
    Ok(Origin {
        id: of.id.clone(),
        domain_name: of.domain_name.clone(),
        origin_path: text(of.origin_path()),
        origin_custom_headers: headers.collect(),
        s3_origin_config: bucket.map(|of| S3OriginConfig {
            origin_access_identity: text(Some(&of.origin_access_identity)),
        }),
        custom_origin_config: of.custom_origin_config.as_ref().map(server).transpose()?,
        origin_access_control_id: text(of.origin_access_control_id()),
        connection_attempts: of.connection_attempts,
        connection_timeout: of.connection_timeout,
        origin_shield: of.origin_shield.as_ref().map(|of| OriginShield {
            enabled: Some(of.enabled),
            origin_shield_region: of.origin_shield_region.clone(),
        }),
    })
}

fn server(of: &SdkCustomOrigin) -> Result<CustomOriginConfig, DriverError> {
    let protocols = of.origin_ssl_protocols.iter().flat_map(|list| &list.items);
    let addresses = of.ip_address_type.as_ref();
    Ok(CustomOriginConfig {
        http_port: Some(of.http_port),
        https_port: Some(of.https_port),
        ip_address_type: addresses
            .map(|of| from_sdk("IP address type", of.as_str()))
            .transpose()?,
        origin_keepalive_timeout: of.origin_keepalive_timeout,
        origin_protocol_policy: from_sdk(
            "origin protocol policy",
            of.origin_protocol_policy.as_str(),
        )?,
        origin_read_timeout: of.origin_read_timeout,
        origin_ssl_protocols: protocols
            .map(|of| from_sdk("TLS version", of.as_str()))
            .collect::<Result<_, _>>()?,
    })
}
