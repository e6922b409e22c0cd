//! A function in the SDK's types and in the model's.

use aws_sdk_cloudfront::types::{
    FunctionConfig as SdkConfig, FunctionSummary, KeyValueStoreAssociation as SdkAssociation,
    KeyValueStoreAssociations,
};
use engine::DriverError;
use model::types::cloudfront::{FunctionConfig, KeyValueStoreAssociation};

use crate::cloudfront::convert::{built, from_sdk, list, to_sdk};

pub(super) fn arn(summary: &FunctionSummary) -> String {
    let metadata = summary.function_metadata.as_ref();
    metadata
        .map(|metadata| metadata.function_arn.clone())
        .unwrap_or_default()
}

pub(super) fn config(of: Option<&SdkConfig>) -> Result<FunctionConfig<String>, DriverError> {
    let of =
        of.ok_or_else(|| DriverError::internal("CloudFront names no configuration of a function"))?;
    let stores = of
        .key_value_store_associations
        .iter()
        .flat_map(KeyValueStoreAssociations::items)
        .map(|of| KeyValueStoreAssociation {
            key_value_store_arn: of.key_value_store_arn.clone(),
        });
    Ok(FunctionConfig {
        comment: of.comment.clone(),
        key_value_store_associations: stores.collect(),
        runtime: from_sdk("function runtime", of.runtime.as_str())?,
    })
}

pub(super) fn sdk_config(of: &FunctionConfig<String>) -> Result<SdkConfig, DriverError> {
    let store = |of: &KeyValueStoreAssociation<String>| {
        built(
            SdkAssociation::builder()
                .key_value_store_arn(&of.key_value_store_arn)
                .build(),
        )
    };
    let stores = of.key_value_store_associations.iter().map(store);
    let stores = stores.collect::<Result<Vec<_>, _>>()?;
    built(
        SdkConfig::builder()
            .comment(&of.comment)
            .runtime(to_sdk(of.runtime)?)
            .key_value_store_associations(list!(KeyValueStoreAssociations, stores)?)
            .build(),
    )
}
