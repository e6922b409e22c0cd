//! What Route 53 refuses and emulators take. Source: the API reference of `ResourceRecordSet`.

use aws_sdk_route53::types::RrType;
use engine::DriverError;

use super::Properties;

/// The longest time that a resolver may keep an answer, in seconds.
const LONGEST: u32 = 2_147_483_647;

/// Whether Route 53 takes the record.
///
/// # Errors
/// [`DriverError::Invalid`] with what it would not take.
pub(super) fn check(record: &Properties) -> Result<(), DriverError> {
    let invalid = |what: &str| {
        Err(DriverError::Invalid(format!(
            "the {} record `{}` {what}",
            record.record_type, record.name
        )))
    };
    if !RrType::values().contains(&record.record_type.as_str()) {
        return invalid("has a type that Route 53 does not have");
    }
    if record.name.len() > 255
        || record
            .name
            .split('.')
            .any(|label| label.is_empty() || label.len() > 63)
    {
        return invalid("has a name that is no domain name");
    }
    if record.alias_target.is_some() {
        if record.ttl.is_some() || !record.resource_records.is_empty() {
            return invalid("is an alias, which has no TTL and no records");
        }
        return Ok(());
    }
    if record.resource_records.is_empty() {
        return invalid("has neither records nor an alias");
    }
    if !record
        .ttl
        .as_ref()
        .is_some_and(|ttl| ttl.parse::<u32>().is_ok_and(|seconds| seconds <= LONGEST))
    {
        return invalid("needs a TTL of 0 to 2,147,483,647 seconds");
    }
    Ok(())
}
