//! Conversion between Cognito's shape of a style and the model's.

use aws_sdk_cognitoidentityprovider::types::{
    AssetCategoryType, AssetExtensionType, AssetType, ColorSchemeModeType, ManagedLoginBrandingType,
};
use aws_smithy_types::Blob;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use engine::DriverError;
use model::types::cognito::{Asset, ManagedLoginBranding};

use super::{Properties, document};
use crate::cognito::client::whole;

pub(super) fn assets(desired: &Properties) -> Result<Option<Vec<AssetType>>, DriverError> {
    let assets = desired.assets.iter().map(|asset| {
        let bytes = asset
            .bytes
            .as_ref()
            .map(|bytes| BASE64.decode(bytes).map(Blob::new))
            .transpose();
        let bytes = bytes
            .map_err(|_| DriverError::Invalid(format!("the {} is not base64", asset.category)))?;
        whole(
            AssetType::builder()
                .category(AssetCategoryType::from(asset.category.as_str()))
                .color_mode(ColorSchemeModeType::from(asset.color_mode.as_str()))
                .extension(AssetExtensionType::from(asset.extension.as_str()))
                .set_bytes(bytes)
                .set_resource_id(asset.resource_id.clone())
                .build(),
        )
    });
    let assets = assets.collect::<Result<Vec<_>, _>>()?;
    Ok((!assets.is_empty()).then_some(assets))
}

pub(super) fn properties(
    pool_id: &str,
    client_id: &str,
    style: &ManagedLoginBrandingType,
) -> Properties {
    let asset = |asset: &AssetType| Asset {
        category: asset.category().as_str().to_owned(),
        color_mode: asset.color_mode().as_str().to_owned(),
        extension: asset.extension().as_str().to_owned(),
        bytes: asset.bytes().map(|bytes| BASE64.encode(bytes.as_ref())),
        resource_id: asset.resource_id().map(str::to_owned),
    };
    ManagedLoginBranding {
        user_pool_id: pool_id.to_owned(),
        client_id: client_id.to_owned(),
        use_cognito_provided_values: Some(style.use_cognito_provided_values),
        settings: style.settings().map(document::to_json),
        assets: style.assets().iter().map(asset).collect(),
    }
}

/// An image is stated by its bytes or by its id, and Cognito answers with both.
pub(super) fn as_stated(live: &mut [Asset], desired: &[Asset]) {
    for asset in live {
        let key = (&asset.category, &asset.color_mode);
        let mut desired = desired.iter();
        let Some(desired) = desired.find(|desired| (&desired.category, &desired.color_mode) == key)
        else {
            continue;
        };
        if desired.resource_id.is_none() {
            asset.resource_id = None;
        } else if desired.bytes.is_none() {
            asset.bytes = None;
        }
    }
}
