//! The limits of tables: emulators do not enforce all of them, and a change that is refused in the
//! middle of several leaves a table half changed.

use std::collections::BTreeSet;

use engine::DriverError;
use model::types::dynamodb::{
    AttributeType, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, ProjectionType,
    ProvisionedThroughput, Table,
};

use crate::kit::limits::{Checks, Limit};

const API: &str = "DynamoDB API reference, CreateTable";
const BACKUPS: &str = "DynamoDB API reference, PointInTimeRecoverySpecification";
const QUOTAS: &str = "DynamoDB developer guide, quotas: 20 indexes by default";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("TableName", 3, 255, API),
    Limit::characters("TableName", is_name_character, NAME_CHARACTERS, API),
    Limit::count("GlobalSecondaryIndexes", 0, 20, QUOTAS),
    Limit::length("GlobalSecondaryIndexes[].IndexName", 3, 255, API),
    Limit::characters(
        "GlobalSecondaryIndexes[].IndexName",
        is_name_character,
        NAME_CHARACTERS,
        API,
    ),
    Limit::range(
        "PointInTimeRecoverySpecification.RecoveryPeriodInDays",
        1,
        35,
        BACKUPS,
    ),
];

const NAME_CHARACTERS: &str = "letters, digits, _, . and -";

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

pub(super) fn check(table: &Table<String>, checks: &mut Checks) {
    check_key("", &table.key_schema, checks);
    check_capacity("", table.billing_mode, table.provisioned_throughput, checks);
    check_indexes(table, checks);
    check_definitions(table, checks);
    if let Some(expiry) = &table.time_to_live_specification {
        let property = "TimeToLiveSpecification.AttributeName";
        check_attribute_name(property, &expiry.attribute_name, checks);
    }
}

/// Checks that the types of the table's own key stay the same: they are part of a key that AWS
/// cannot change.
///
/// # Errors
/// [`DriverError::Invalid`] if one changes.
pub(super) fn check_change(
    live: &Table<String>,
    desired: &Table<String>,
) -> Result<(), DriverError> {
    let changes = |name: &&String| type_of(live, name.as_str()) != type_of(desired, name.as_str());
    let mut key = live
        .key_schema
        .iter()
        .map(|element| &element.attribute_name);
    key.find(changes).map_or(Ok(()), |name| {
        Err(DriverError::Invalid(format!(
            "the type of `{name}`, which is in the key of the table `{}`, cannot be changed: undo the change, or move \
             the data to a table under another name",
            live.table_name
        )))
    })
}

/// The type of an attribute, as a table defines it.
pub(super) fn type_of(table: &Table<String>, attribute: &str) -> Option<AttributeType> {
    let mut definitions = table.attribute_definitions.iter();
    definitions
        .find(|definition| definition.attribute_name == attribute)
        .map(|found| found.attribute_type)
}

/// Attribute names of keys and of expiry are counted in bytes of UTF-8.
fn check_attribute_name(property: &str, name: &str, checks: &mut Checks) {
    checks.require(
        (1..=255).contains(&name.len()),
        property,
        format!("has {} bytes; 1 to 255 are allowed", name.len()),
    );
}

fn check_key(at: &str, key: &[KeySchemaElement], checks: &mut Checks) {
    let types: Vec<KeyType> = key.iter().map(|element| element.key_type).collect();
    checks.require(
        matches!(types[..], [KeyType::Hash] | [KeyType::Hash, KeyType::Range]),
        &format!("{at}KeySchema"),
        "is not one HASH attribute and at most one RANGE attribute",
    );
    for (index, element) in key.iter().enumerate() {
        let property = format!("{at}KeySchema[{index}].AttributeName");
        check_attribute_name(&property, &element.attribute_name, checks);
    }
}

fn check_capacity(
    at: &str,
    mode: Option<BillingMode>,
    throughput: Option<ProvisionedThroughput>,
    checks: &mut Checks,
) {
    let problem = match (mode, throughput) {
        (Some(BillingMode::PayPerRequest), _) => return,
        (_, None) => "is absent, and the table is PROVISIONED",
        (_, Some(units)) if units.read_capacity_units < 1 || units.write_capacity_units < 1 => {
            "has less than 1 unit; at least 1 is needed"
        }
        _ => return,
    };
    checks.refuse(format!("{at}ProvisionedThroughput"), problem);
}

fn check_indexes(table: &Table<String>, checks: &mut Checks) {
    let mut names = BTreeSet::new();
    for (number, index) in table.global_secondary_indexes.iter().enumerate() {
        let at = format!("GlobalSecondaryIndexes[{number}].");
        checks.require(
            names.insert(&index.index_name),
            &format!("{at}IndexName"),
            format!("is `{}`, the name of another index", index.index_name),
        );
        check_key(&at, &index.key_schema, checks);
        check_capacity(
            &at,
            table.billing_mode,
            index.provisioned_throughput,
            checks,
        );
        check_projection(&at, index, checks);
    }
}

fn check_projection(at: &str, index: &GlobalSecondaryIndex, checks: &mut Checks) {
    let includes = index.projection.projection_type == ProjectionType::Include;
    checks.require(
        includes != index.projection.non_key_attributes.is_empty(),
        &format!("{at}Projection"),
        "has to name NonKeyAttributes if it is INCLUDE, and cannot otherwise",
    );
}

/// AWS requires that each key attribute is defined once, and nothing else.
fn check_definitions(table: &Table<String>, checks: &mut Checks) {
    let keys = table
        .global_secondary_indexes
        .iter()
        .map(|index| &index.key_schema)
        .chain([&table.key_schema]);
    let used: BTreeSet<&str> = keys
        .flatten()
        .map(|element| element.attribute_name.as_str())
        .collect();
    for name in &used {
        checks.require(
            type_of(table, name).is_some(),
            "AttributeDefinitions",
            format!("has no `{name}`, which is in a key"),
        );
    }
    checks.require(
        table.attribute_definitions.len() <= used.len(),
        "AttributeDefinitions",
        "has more than the attributes of the keys, each once",
    );
}
