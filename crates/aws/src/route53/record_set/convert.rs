//! A record in the SDK's types and in the model's.

use aws_sdk_route53::types::{AliasTarget as SdkAliasTarget, ResourceRecordSet, RrType};
use engine::DriverError;
use model::types::route53::{AliasTarget, RecordSet};

use super::Properties;
use crate::kit::policy_document::sort_set;
use crate::route53::convert::{incomplete, resource_record};
use crate::route53::names::{canonical, zone_id};

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
    let values = record.resource_records().iter();
    RecordSet {
        hosted_zone_id: zone.to_owned(),
        name: canonical(record.name()),
        record_type: record.r#type().as_str().to_owned(),
        alias_target: record.alias_target().map(|alias| AliasTarget {
            dns_name: alias.dns_name().to_owned(),
            hosted_zone_id: alias.hosted_zone_id().to_owned(),
            evaluate_target_health: Some(alias.evaluate_target_health()),
        }),
        ttl: record.ttl().map(|seconds| seconds.to_string()),
        resource_records: values.map(|record| record.value().to_owned()).collect(),
    }
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
    let values = values
        .map(|value| resource_record(value))
        .collect::<Result<Vec<_>, _>>()?;
    let ttl = properties.ttl.as_ref().map(|ttl| ttl.parse()).transpose();
    let name = &properties.name;
    ResourceRecordSet::builder()
        .name(name)
        .r#type(RrType::from(properties.record_type.as_str()))
        .set_alias_target(alias.transpose()?)
        .set_ttl(ttl.map_err(|_| {
            DriverError::Invalid(format!("the TTL of `{name}` is no number of seconds"))
        })?)
        .set_resource_records((!values.is_empty()).then_some(values))
        .build()
        .map_err(incomplete)
}
