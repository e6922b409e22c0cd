//! Conversion of tables between the SDK's types and the model's, and their normal form.

use aws_sdk_dynamodb::types::{
    AttributeDefinition as SdkAttributeDefinition, GlobalSecondaryIndex as SdkIndex,
    GlobalSecondaryIndexDescription as IndexDescription, IndexStatus,
    KeySchemaElement as SdkKeySchemaElement, PointInTimeRecoveryDescription,
    PointInTimeRecoveryStatus, Projection as SdkProjection, ProvisionedThroughput as SdkThroughput,
    ProvisionedThroughputDescription, SseDescription, SseSpecification as SdkSse, SseStatus,
    SseType, StreamSpecification as SdkStream, TableDescription, TimeToLiveDescription,
    TimeToLiveStatus,
};
use engine::DriverError;
use model::types::dynamodb::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    PointInTimeRecoverySpecification, Projection, ProvisionedThroughput, SseSpecification,
    StreamSpecification, TableClass, TimeToLiveSpecification,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;

use super::Properties;
use crate::dynamodb::client::incomplete;

/// AWS's own KMS key for `DynamoDB`, used if encryption with KMS names no key.
pub(super) const MANAGED_KEY: &str = "alias/aws/dynamodb";

/// The default days of point-in-time recovery.
const RECOVERY_DAYS: i32 = 35;

/// The properties that `DescribeTable` returns; expiry and recovery take other calls.
pub(super) fn described(table: &TableDescription) -> Result<Properties, DriverError> {
    let billing_mode = match table
        .billing_mode_summary()
        .and_then(|summary| summary.billing_mode())
    {
        Some(mode) => model(mode.as_str())?,
        None => BillingMode::Provisioned,
    };
    let indexes = table.global_secondary_indexes().iter();
    let indexes = indexes.filter(|index| index.index_status() != Some(&IndexStatus::Deleting));
    Ok(Properties {
        table_name: table.table_name().unwrap_or_default().to_owned(),
        attribute_definitions: table
            .attribute_definitions()
            .iter()
            .map(definition)
            .collect::<Result<_, _>>()?,
        key_schema: key(table.key_schema())?,
        billing_mode: Some(billing_mode),
        provisioned_throughput: table.provisioned_throughput().and_then(throughput),
        global_secondary_indexes: indexes.map(index).collect::<Result<_, _>>()?,
        stream_specification: table
            .stream_specification()
            .map(stream)
            .transpose()?
            .flatten(),
        sse_specification: table.sse_description().and_then(encryption),
        point_in_time_recovery_specification: None,
        time_to_live_specification: None,
        deletion_protection_enabled: table.deletion_protection_enabled(),
        table_class: class(table)?,
    })
}

/// The model's value for an enum of the SDK: both serialise to AWS's own words.
fn model<T: DeserializeOwned>(word: &str) -> Result<T, DriverError> {
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(word)).map_err(|_| {
        DriverError::internal(format!(
            "AWS answers `{word}`, which Frontage does not know"
        ))
    })
}

/// The SDK's value for an enum of the model.
pub(super) fn sdk<T: for<'w> From<&'w str>>(word: &impl Serialize) -> Result<T, DriverError> {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(word)) => Ok(T::from(&word)),
        _ => Err(DriverError::internal("a word of AWS's does not serialise")),
    }
}

fn definition(definition: &SdkAttributeDefinition) -> Result<AttributeDefinition, DriverError> {
    Ok(AttributeDefinition {
        attribute_name: definition.attribute_name().to_owned(),
        attribute_type: model(definition.attribute_type().as_str())?,
    })
}

fn key(schema: &[SdkKeySchemaElement]) -> Result<Vec<KeySchemaElement>, DriverError> {
    let element = |element: &SdkKeySchemaElement| {
        let key_type = model(element.key_type().as_str())?;
        Ok(KeySchemaElement {
            attribute_name: element.attribute_name().to_owned(),
            key_type,
        })
    };
    schema.iter().map(element).collect()
}

/// On demand AWS returns 0/0, which is no throughput.
fn throughput(live: &ProvisionedThroughputDescription) -> Option<ProvisionedThroughput> {
    let read_capacity_units = live.read_capacity_units().filter(|units| *units > 0)?;
    let write_capacity_units = live.write_capacity_units().filter(|units| *units > 0)?;
    Some(ProvisionedThroughput {
        read_capacity_units,
        write_capacity_units,
    })
}

fn index(live: &IndexDescription) -> Result<GlobalSecondaryIndex, DriverError> {
    let projection = live.projection();
    let projection_type = projection.and_then(SdkProjection::projection_type);
    Ok(GlobalSecondaryIndex {
        index_name: live.index_name().unwrap_or_default().to_owned(),
        key_schema: key(live.key_schema())?,
        projection: Projection {
            projection_type: model(
                projection_type.map_or("ALL", |projection| projection.as_str()),
            )?,
            non_key_attributes: projection
                .map(SdkProjection::non_key_attributes)
                .unwrap_or_default()
                .to_vec(),
        },
        provisioned_throughput: live.provisioned_throughput().and_then(throughput),
    })
}

fn stream(live: &SdkStream) -> Result<Option<StreamSpecification>, DriverError> {
    let view = live.stream_view_type().filter(|_| live.stream_enabled());
    view.map(|view| {
        Ok(StreamSpecification {
            stream_view_type: model(view.as_str())?,
        })
    })
    .transpose()
}

/// A table under a key that `DynamoDB` owns has no description, or a disabled one.
fn encryption(live: &SseDescription) -> Option<SseSpecification<String>> {
    let on = matches!(
        live.status()?,
        SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating
    );
    on.then(|| SseSpecification {
        sse_enabled: true,
        kms_master_key_id: live.kms_master_key_arn().map(str::to_owned),
    })
}

fn class(table: &TableDescription) -> Result<Option<TableClass>, DriverError> {
    let class = table
        .table_class_summary()
        .and_then(|summary| summary.table_class());
    class.map(|class| model(class.as_str())).transpose()
}

/// Expiry that is on, or is being turned on.
pub(super) fn expiry(live: &TimeToLiveDescription) -> Option<TimeToLiveSpecification> {
    let on = matches!(
        live.time_to_live_status()?,
        TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling
    );
    let attribute_name = live.attribute_name().filter(|_| on)?.to_owned();
    Some(TimeToLiveSpecification {
        attribute_name,
        enabled: true,
    })
}

/// Recovery as it is. The period is absent on endpoints that do not know it.
pub(super) fn recovery(live: &PointInTimeRecoveryDescription) -> PointInTimeRecoverySpecification {
    let on = live.point_in_time_recovery_status() == Some(&PointInTimeRecoveryStatus::Enabled);
    PointInTimeRecoverySpecification {
        point_in_time_recovery_enabled: on,
        recovery_period_in_days: live.recovery_period_in_days().filter(|_| on),
    }
}

/// The types of the attributes in these keys. AWS refuses definitions that no key uses.
pub(super) fn sdk_definitions<'k>(
    definitions: &[AttributeDefinition],
    keys: impl IntoIterator<Item = &'k Vec<KeySchemaElement>>,
) -> Result<Vec<SdkAttributeDefinition>, DriverError> {
    let used: Vec<&str> = keys
        .into_iter()
        .flatten()
        .map(|element| element.attribute_name.as_str())
        .collect();
    let definitions = definitions
        .iter()
        .filter(|definition| used.contains(&definition.attribute_name.as_str()));
    let definition = |definition: &AttributeDefinition| {
        let kind = sdk(&definition.attribute_type)?;
        let builder = SdkAttributeDefinition::builder()
            .attribute_name(&definition.attribute_name)
            .attribute_type(kind);
        builder.build().map_err(incomplete)
    };
    definitions.map(definition).collect()
}

pub(super) fn sdk_key(
    schema: &[KeySchemaElement],
) -> Result<Vec<SdkKeySchemaElement>, DriverError> {
    let element = |element: &KeySchemaElement| {
        let builder = SdkKeySchemaElement::builder().attribute_name(&element.attribute_name);
        builder
            .key_type(sdk(&element.key_type)?)
            .build()
            .map_err(incomplete)
    };
    schema.iter().map(element).collect()
}

pub(super) fn sdk_projection(projection: &Projection) -> Result<SdkProjection, DriverError> {
    let names = Some(projection.non_key_attributes.clone()).filter(|names| !names.is_empty());
    let kind = sdk(&projection.projection_type)?;
    Ok(SdkProjection::builder()
        .projection_type(kind)
        .set_non_key_attributes(names)
        .build())
}

pub(super) fn sdk_throughput(
    throughput: ProvisionedThroughput,
) -> Result<SdkThroughput, DriverError> {
    let builder = SdkThroughput::builder().read_capacity_units(throughput.read_capacity_units);
    builder
        .write_capacity_units(throughput.write_capacity_units)
        .build()
        .map_err(incomplete)
}

pub(super) fn sdk_index(index: &GlobalSecondaryIndex) -> Result<SdkIndex, DriverError> {
    let builder = SdkIndex::builder()
        .index_name(&index.index_name)
        .set_key_schema(Some(sdk_key(&index.key_schema)?))
        .projection(sdk_projection(&index.projection)?)
        .set_provisioned_throughput(
            index
                .provisioned_throughput
                .map(sdk_throughput)
                .transpose()?,
        );
    builder.build().map_err(incomplete)
}

/// A stream with this view, or none.
pub(super) fn sdk_stream(stream: Option<StreamSpecification>) -> Result<SdkStream, DriverError> {
    let view = stream
        .map(|stream| sdk(&stream.stream_view_type))
        .transpose()?;
    let builder = SdkStream::builder()
        .stream_enabled(view.is_some())
        .set_stream_view_type(view);
    builder.build().map_err(incomplete)
}

/// AWS does not accept the name of its own key, only no name.
pub(super) fn sdk_encryption(sse: &SseSpecification<String>) -> SdkSse {
    let key = sse
        .kms_master_key_id
        .clone()
        .filter(|key| sse.sse_enabled && key != MANAGED_KEY);
    SdkSse::builder()
        .enabled(sse.sse_enabled)
        .set_sse_type(sse.sse_enabled.then_some(SseType::Kms))
        .set_kms_master_key_id(key)
        .build()
}

/// Fills in AWS's defaults, except the name of a key, and sorts sets.
pub(super) fn normalise_table(table: &mut Properties) {
    table.attribute_definitions.sort();
    table
        .key_schema
        .sort_by_key(|element| element.key_type == KeyType::Range);
    let mode = *table.billing_mode.get_or_insert(BillingMode::Provisioned);
    table
        .global_secondary_indexes
        .sort_by(|one, other| one.index_name.cmp(&other.index_name));
    for index in &mut table.global_secondary_indexes {
        index
            .key_schema
            .sort_by_key(|element| element.key_type == KeyType::Range);
        index.projection.non_key_attributes.sort();
        index.provisioned_throughput = index
            .provisioned_throughput
            .filter(|_| mode == BillingMode::Provisioned);
    }
    table.provisioned_throughput = table
        .provisioned_throughput
        .filter(|_| mode == BillingMode::Provisioned);
    let off = SseSpecification {
        sse_enabled: false,
        kms_master_key_id: None,
    };
    table.sse_specification = Some(
        table
            .sse_specification
            .take()
            .filter(|sse| sse.sse_enabled)
            .unwrap_or(off),
    );
    table.point_in_time_recovery_specification = Some(normalise_recovery(
        table.point_in_time_recovery_specification,
    ));
    table.time_to_live_specification = table
        .time_to_live_specification
        .take()
        .filter(|expiry| expiry.enabled);
    table.deletion_protection_enabled.get_or_insert(false);
    table.table_class.get_or_insert(TableClass::Standard);
}

pub(super) fn normalise_recovery(
    recovery: Option<PointInTimeRecoverySpecification>,
) -> PointInTimeRecoverySpecification {
    let on = recovery.filter(|recovery| recovery.point_in_time_recovery_enabled);
    let days = on.map(|recovery| recovery.recovery_period_in_days.unwrap_or(RECOVERY_DAYS));
    PointInTimeRecoverySpecification {
        point_in_time_recovery_enabled: on.is_some(),
        recovery_period_in_days: days,
    }
}
