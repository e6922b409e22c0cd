//! Records in the SDK's types and in ours.

use aws_sdk_route53::types::{
    AliasTarget as SdkAliasTarget, ResourceRecord, ResourceRecordSet, RrType,
};
use engine::DriverError;
use model::types::route53::{AliasTarget, RecordSet};

use super::Properties;
use crate::kit::policy_document::sort_set;
use crate::route53::names::{canonical, zone_id};
use crate::route53::zones::incomplete;

/// Names in one form, the answers sorted.
pub(super) fn normalise(record: &mut Properties) {
    record.hosted_zone_id = zone_id(&record.hosted_zone_id);
    record.name = canonical(&record.name);
    record.record_type = record.record_type.to_ascii_uppercase();
    if let Some(alias) = &mut record.alias_target {
        alias.hosted_zone_id = zone_id(&alias.hosted_zone_id);
        alias.dns_name = canonical(&alias.dns_name);
        alias.evaluate_target_health.get_or_insert(false);
    }
    sort_set(&mut record.resource_records);
}

pub(super) fn properties(zone: &str, record: &ResourceRecordSet) -> Properties {
    let mut properties = RecordSet {
        hosted_zone_id: zone.to_owned(),
        name: record.name().to_owned(),
        record_type: record.r#type().as_str().to_owned(),
        alias_target: record.alias_target().map(|alias| AliasTarget {
            dns_name: alias.dns_name().to_owned(),
            hosted_zone_id: alias.hosted_zone_id().to_owned(),
            evaluate_target_health: Some(alias.evaluate_target_health()),
        }),
        ttl: record.ttl().map(|seconds| seconds.to_string()),
        resource_records: record
            .resource_records()
            .iter()
            .map(|record| record.value().to_owned())
            .collect(),
    };
    normalise(&mut properties);
    properties
}

pub(super) fn record(properties: &Properties) -> Result<ResourceRecordSet, DriverError> {
    let alias = properties.alias_target.as_ref().map(|alias| {
        SdkAliasTarget::builder()
            .dns_name(&alias.dns_name)
            .hosted_zone_id(&alias.hosted_zone_id)
            .evaluate_target_health(alias.evaluate_target_health.unwrap_or_default())
            .build()
            .map_err(incomplete)
    });
    let values = properties.resource_records.iter();
    let values = values.map(|value| {
        ResourceRecord::builder()
            .value(value)
            .build()
            .map_err(incomplete)
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let invalid = |_| {
        DriverError::Invalid(format!(
            "the TTL of `{}` is no number of seconds",
            properties.name
        ))
    };
    let ttl = properties
        .ttl
        .as_ref()
        .map(|ttl| ttl.parse::<i64>().map_err(invalid))
        .transpose()?;
    ResourceRecordSet::builder()
        .name(&properties.name)
        .r#type(RrType::from(properties.record_type.as_str()))
        .set_alias_target(alias.transpose()?)
        .set_ttl(ttl)
        .set_resource_records((!values.is_empty()).then_some(values))
        .build()
        .map_err(incomplete)
}
