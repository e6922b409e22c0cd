//! An origin access control in the SDK's types and in the model's.

use aws_sdk_cloudfront::types::{
    OriginAccessControlConfig as SdkConfig, OriginAccessControlSummary,
};
use engine::DriverError;
use model::types::cloudfront::{OriginAccessControl, OriginAccessControlConfig};

use crate::cloudfront::comment_owned::Found;
use crate::cloudfront::convert::{built, from_sdk, to_sdk};

pub(super) fn sdk(control: &OriginAccessControl<String>) -> Result<SdkConfig, DriverError> {
    let config = &control.origin_access_control_config;
    built(
        SdkConfig::builder()
            .name(&config.name)
            .set_description(config.description.clone())
            .signing_protocol(to_sdk(config.signing_protocol)?)
            .signing_behavior(to_sdk(config.signing_behavior)?)
            .origin_access_control_origin_type(to_sdk(config.origin_access_control_origin_type)?)
            .build(),
    )
}

pub(super) fn found(summary: OriginAccessControlSummary) -> Found<OriginAccessControl<String>> {
    let properties = properties(&summary);
    Found {
        id: summary.id,
        name: summary.name,
        comment: Some(summary.description),
        properties,
    }
}

fn properties(
    summary: &OriginAccessControlSummary,
) -> Result<OriginAccessControl<String>, DriverError> {
    let origin_type = summary.origin_access_control_origin_type.as_str();
    Ok(OriginAccessControl {
        origin_access_control_config: OriginAccessControlConfig {
            name: summary.name.clone(),
            description: None,
            origin_access_control_origin_type: from_sdk("origin type", origin_type)?,
            signing_behavior: from_sdk("signing behavior", summary.signing_behavior.as_str())?,
            signing_protocol: from_sdk("signing protocol", summary.signing_protocol.as_str())?,
        },
    })
}
