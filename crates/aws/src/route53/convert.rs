//! Records and changes of them in the SDK's types.

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types::{Change, ChangeAction, ResourceRecord, ResourceRecordSet, RrType};
use engine::DriverError;

/// Creates or replaces a record.
pub(crate) fn write(record: ResourceRecordSet) -> Result<Change, DriverError> {
    change(ChangeAction::Upsert, record)
}

/// Creates a record that must not exist.
pub(super) fn create(record: ResourceRecordSet) -> Result<Change, DriverError> {
    change(ChangeAction::Create, record)
}

/// Deletes a record, which must match exactly.
pub(crate) fn remove(record: ResourceRecordSet) -> Result<Change, DriverError> {
    change(ChangeAction::Delete, record)
}

fn change(action: ChangeAction, record: ResourceRecordSet) -> Result<Change, DriverError> {
    Change::builder()
        .action(action)
        .resource_record_set(record)
        .build()
        .map_err(incomplete)
}

/// A record of one value.
pub(crate) fn simple_record(
    name: &str,
    record_type: RrType,
    ttl: i64,
    value: &str,
) -> Result<ResourceRecordSet, DriverError> {
    ResourceRecordSet::builder()
        .name(name)
        .r#type(record_type)
        .ttl(ttl)
        .resource_records(resource_record(value)?)
        .build()
        .map_err(incomplete)
}

/// One value of a record.
pub(super) fn resource_record(value: &str) -> Result<ResourceRecord, DriverError> {
    ResourceRecord::builder()
        .value(value)
        .build()
        .map_err(incomplete)
}

/// A member that Route 53 requires was not set.
#[allow(clippy::needless_pass_by_value)] // as `map_err` passes it
pub(super) fn incomplete(error: BuildError) -> DriverError {
    DriverError::internal(format!("a call to Route 53 is incomplete ({error})"))
}
