//! A distribution's origins in the SDK's types, each over the live one of its id.

use aws_sdk_cloudfront::types::{
    CustomHeaders, CustomOriginConfig as SdkServer, Origin as SdkOrigin,
    OriginCustomHeader as SdkHeader, OriginShield as SdkShield, OriginSslProtocols, Origins,
    S3OriginConfig as SdkBucket,
};
use engine::DriverError;
use model::types::cloudfront::{CustomOriginConfig, Origin, OriginCustomHeader, S3OriginConfig};

use crate::cloudfront::convert::{all_to_sdk, built, list, to_sdk};

pub(super) fn overlay(
    live: Option<Origins>,
    of: &[Origin<String>],
) -> Result<Origins, DriverError> {
    let live = live.map(|list| list.items).unwrap_or_default();
    let over_live = |of: &Origin<String>| {
        let bare = || {
            built(
                SdkOrigin::builder()
                    .id(&of.id)
                    .domain_name(&of.domain_name)
                    .build(),
            )
        };
        let found = live.iter().find(|live| live.id == of.id).cloned();
        origin(found.map_or_else(bare, Ok)?, of)
    };
    let items = of.iter().map(over_live).collect::<Result<Vec<_>, _>>()?;
    list!(required Origins, items)
}

fn origin(live: SdkOrigin, of: &Origin<String>) -> Result<SdkOrigin, DriverError> {
    let mut sdk = live;
    sdk.domain_name.clone_from(&of.domain_name);
    sdk.origin_path = Some(of.origin_path.clone().unwrap_or_default());
    sdk.custom_headers = Some(headers(&of.origin_custom_headers)?);
    sdk.s3_origin_config = of
        .s3_origin_config
        .as_ref()
        .map(|of| bucket(sdk.s3_origin_config.take(), of));
    sdk.custom_origin_config = of
        .custom_origin_config
        .as_ref()
        .map(|of| server(sdk.custom_origin_config.take(), of))
        .transpose()?;
    sdk.vpc_origin_config = None;
    sdk.origin_access_control_id = Some(of.origin_access_control_id.clone().unwrap_or_default());
    sdk.connection_attempts = of.connection_attempts;
    sdk.connection_timeout = of.connection_timeout;
    let shield = of.origin_shield.as_ref();
    sdk.origin_shield = Some(built(
        SdkShield::builder()
            .enabled(shield.is_some())
            .set_origin_shield_region(shield.and_then(|of| of.origin_shield_region.clone()))
            .build(),
    )?);
    Ok(sdk)
}

fn headers(of: &[OriginCustomHeader<String>]) -> Result<CustomHeaders, DriverError> {
    let header = |of: &OriginCustomHeader<String>| {
        built(
            SdkHeader::builder()
                .header_name(&of.header_name)
                .header_value(&of.header_value)
                .build(),
        )
    };
    let items = of.iter().map(header).collect::<Result<Vec<_>, _>>()?;
    list!(CustomHeaders, items)
}

/// Without an identity CloudFront requires an empty one, even with an access control.
fn bucket(live: Option<SdkBucket>, of: &S3OriginConfig<String>) -> SdkBucket {
    let mut sdk = live.unwrap_or_else(|| SdkBucket::builder().origin_access_identity("").build());
    sdk.origin_access_identity = of.origin_access_identity.clone().unwrap_or_default();
    sdk
}

fn server(live: Option<SdkServer>, of: &CustomOriginConfig) -> Result<SdkServer, DriverError> {
    let (http, https) = (of.http_port.unwrap_or(80), of.https_port.unwrap_or(443));
    let bare = || {
        built(
            SdkServer::builder()
                .http_port(http)
                .https_port(https)
                .origin_protocol_policy(to_sdk(of.origin_protocol_policy)?)
                .build(),
        )
    };
    let mut sdk = live.map_or_else(bare, Ok)?;
    (sdk.http_port, sdk.https_port) = (http, https);
    sdk.origin_protocol_policy = to_sdk(of.origin_protocol_policy)?;
    sdk.origin_ssl_protocols = Some(list!(
        required OriginSslProtocols,
        all_to_sdk(&of.origin_ssl_protocols)?
    )?);
    sdk.origin_read_timeout = of.origin_read_timeout;
    sdk.origin_keepalive_timeout = of.origin_keepalive_timeout;
    sdk.ip_address_type = of.ip_address_type.map(to_sdk).transpose()?;
    Ok(sdk)
}
