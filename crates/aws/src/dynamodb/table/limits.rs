//! What AWS refuses of a table, checked before any call: emulators accept some of it, and a refused
//! change in the middle of several leaves a table half changed.

use std::collections::BTreeSet;

use engine::DriverError;
use model::types::dynamodb::{
    BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, ProjectionType,
    ProvisionedThroughput,
};

use super::Properties;

/// How many global secondary indexes a table has at most, by default.
const INDEXES: usize = 20;

/// Checks normalised properties.
pub(super) fn check(table: &Properties) -> Result<(), DriverError> {
    check_name("a table's name", &table.table_name)?;
    check_key(&table.table_name, &table.key_schema)?;
    check_capacity(
        &table.table_name,
        table.billing_mode,
        table.provisioned_throughput,
    )?;
    check_indexes(table)?;
    check_definitions(table)?;
    check_settings(table)
}

/// Checks that the types of the table's own key stay: they are part of a key that AWS cannot
/// change.
pub(super) fn check_change(live: &Properties, desired: &Properties) -> Result<(), DriverError> {
    let changed = live
        .key_schema
        .iter()
        .map(|element| &element.attribute_name)
        .find(|name| {
            let kind = |table: &Properties| {
                let mut definitions = table.attribute_definitions.iter();
                definitions
                    .find(|definition| definition.attribute_name == **name)
                    .map(|found| found.attribute_type)
            };
            kind(live) != kind(desired)
        });
    changed.map_or(Ok(()), |name| {
        refuse(format!(
            "the type of `{name}`, which is in the key of the table `{}`, cannot be changed: undo the change, or move \
             the data to a table under another name",
            live.table_name
        ))
    })
}

fn refuse(message: String) -> Result<(), DriverError> {
    Err(DriverError::Invalid(message))
}

fn check_name(what: &str, name: &str) -> Result<(), DriverError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if (3..=255).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    refuse(format!(
        "{what} has 3 to 255 of letters, digits and `_.-`; `{name}` has not"
    ))
}

fn check_key(of: &str, key: &[KeySchemaElement]) -> Result<(), DriverError> {
    let types: Vec<KeyType> = key.iter().map(|element| element.key_type).collect();
    if !matches!(types[..], [KeyType::Hash] | [KeyType::Hash, KeyType::Range]) {
        return refuse(format!(
            "the key of `{of}` is not one HASH attribute and at most one RANGE attribute"
        ));
    }
    if let Some(name) = key
        .iter()
        .map(|element| &element.attribute_name)
        .find(|name| !(1..=255).contains(&name.len()))
    {
        return refuse(format!(
            "the name of a key attribute has 1 to 255 bytes; `{name}` of `{of}` has not"
        ));
    }
    Ok(())
}

fn check_capacity(
    of: &str,
    mode: Option<BillingMode>,
    throughput: Option<ProvisionedThroughput>,
) -> Result<(), DriverError> {
    match (mode, throughput) {
        (Some(BillingMode::PayPerRequest), _) => Ok(()),
        (_, None) => refuse(format!(
            "`{of}` is PROVISIONED and has no ProvisionedThroughput"
        )),
        (_, Some(units)) if units.read_capacity_units < 1 || units.write_capacity_units < 1 => {
            refuse(format!(
                "`{of}` is PROVISIONED: its capacity units are 1 at least"
            ))
        }
        _ => Ok(()),
    }
}

fn check_indexes(table: &Properties) -> Result<(), DriverError> {
    let indexes = &table.global_secondary_indexes;
    let names: BTreeSet<&str> = indexes
        .iter()
        .map(|index| index.index_name.as_str())
        .collect();
    if names.len() < indexes.len() {
        return refuse(format!(
            "two indexes of the table `{}` have one name",
            table.table_name
        ));
    }
    if indexes.len() > INDEXES {
        return refuse(format!(
            "the table `{}` has more than {INDEXES} indexes",
            table.table_name
        ));
    }
    indexes
        .iter()
        .try_for_each(|index| check_index(index, table.billing_mode))
}

fn check_index(index: &GlobalSecondaryIndex, mode: Option<BillingMode>) -> Result<(), DriverError> {
    let name = &index.index_name;
    check_name("an index's name", name)?;
    check_key(name, &index.key_schema)?;
    check_capacity(name, mode, index.provisioned_throughput)?;
    let includes = index.projection.projection_type == ProjectionType::Include;
    if includes == index.projection.non_key_attributes.is_empty() {
        return refuse(format!(
            "the index `{name}` names NonKeyAttributes if and only if its projection is INCLUDE"
        ));
    }
    Ok(())
}

/// AWS wants each key attribute defined once, and nothing else.
fn check_definitions(table: &Properties) -> Result<(), DriverError> {
    let keys = table
        .global_secondary_indexes
        .iter()
        .map(|index| &index.key_schema)
        .chain([&table.key_schema]);
    let used: BTreeSet<&str> = keys
        .flatten()
        .map(|element| element.attribute_name.as_str())
        .collect();
    let defined: Vec<&str> = table
        .attribute_definitions
        .iter()
        .map(|definition| definition.attribute_name.as_str())
        .collect();
    if let Some(name) = used.iter().find(|name| !defined.contains(name)) {
        return refuse(format!(
            "`{name}` is in a key of `{}` and not in AttributeDefinitions",
            table.table_name
        ));
    }
    if defined.len() > used.len() {
        return refuse(format!(
            "AttributeDefinitions of `{}` has more than the attributes of its keys, each once",
            table.table_name
        ));
    }
    Ok(())
}

fn check_settings(table: &Properties) -> Result<(), DriverError> {
    let name = &table.table_name;
    let days = table
        .point_in_time_recovery_specification
        .and_then(|recovery| recovery.recovery_period_in_days);
    if days.is_some_and(|days| !(1..=35).contains(&days)) {
        return refuse(format!(
            "the recovery period of `{name}` is not 1 to 35 days"
        ));
    }
    let expiry = table.time_to_live_specification.as_ref();
    if expiry.is_some_and(|expiry| !(1..=255).contains(&expiry.attribute_name.len())) {
        return refuse(format!(
            "the name of the attribute that holds the expiry of `{name}` has not 1 to 255 bytes"
        ));
    }
    Ok(())
}
