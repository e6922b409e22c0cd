//! The attributes of users: Cognito answers with all of them, a description states only those that
//! differ from the default.

use aws_sdk_cognitoidentityprovider::types::{
    AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType,
    StringAttributeConstraintsType,
};
use engine::DriverError;
use model::types::cognito::{
    NumberAttributeConstraints, SchemaAttribute, StringAttributeConstraints,
};

/// The standard attributes that are text, with the bounds of their length. `identities` is for
/// other identity providers.
const TEXTS: &[(&str, &str, &str)] = &[
    ("sub", "1", "2048"),
    ("name", "0", "2048"),
    ("given_name", "0", "2048"),
    ("family_name", "0", "2048"),
    ("middle_name", "0", "2048"),
    ("nickname", "0", "2048"),
    ("preferred_username", "0", "2048"),
    ("profile", "0", "2048"),
    ("picture", "0", "2048"),
    ("website", "0", "2048"),
    ("email", "0", "2048"),
    ("gender", "0", "2048"),
    ("birthdate", "10", "10"),
    ("zoneinfo", "0", "2048"),
    ("locale", "0", "2048"),
    ("phone_number", "0", "2048"),
    ("address", "0", "2048"),
    ("identities", "0", "2048"),
];

/// Those that are not text.
const OTHERS: &[(&str, &str)] = &[
    ("email_verified", "Boolean"),
    ("phone_number_verified", "Boolean"),
    ("updated_at", "Number"),
];

/// Whether an attribute is a standard one.
pub(super) fn is_standard(name: &str) -> bool {
    TEXTS.iter().any(|(text, ..)| *text == name) || OTHERS.iter().any(|(other, _)| *other == name)
}

/// Fills in defaults, omits the attributes that equal theirs, and sorts.
pub(super) fn normalise(schema: &mut Vec<SchemaAttribute>) {
    schema.iter_mut().for_each(complete);
    schema.retain(|attribute| {
        attribute != &default_of(&attribute.name) || !is_standard(&attribute.name)
    });
    schema.sort_by(|one, other| one.name.cmp(&other.name));
}

/// Takes over the attributes that a pool has and the desired state does not state: Cognito cannot
/// remove one.
pub(super) fn leave(schema: &mut Vec<SchemaAttribute>, live: &[SchemaAttribute]) {
    let bare = |name: &str| {
        name.trim_start_matches("dev:")
            .trim_start_matches("custom:")
            .to_owned()
    };
    let stated: Vec<_> = schema.iter().map(|of| bare(&of.name)).collect();
    let others = live.iter().filter(|found| !stated.contains(&found.name));
    schema.extend(others.cloned());
}

fn complete(attribute: &mut SchemaAttribute) {
    if let Some(name) = attribute.name.strip_prefix("dev:") {
        attribute.name = name.to_owned();
        attribute.developer_only_attribute = Some(true);
    }
    if let Some(name) = attribute.name.strip_prefix("custom:") {
        attribute.name = name.to_owned();
    }
    let default = default_of(&attribute.name);
    attribute.attribute_data_type = attribute
        .attribute_data_type
        .take()
        .or(default.attribute_data_type);
    attribute.developer_only_attribute = attribute
        .developer_only_attribute
        .or(default.developer_only_attribute);
    attribute.mutable = attribute.mutable.or(default.mutable);
    attribute.required = attribute.required.or(default.required);
    complete_bounds(
        attribute,
        default.string_attribute_constraints,
        default.number_attribute_constraints,
    );
}

/// The bounds of a custom text are 0 and 2048 unless stated.
fn complete_bounds(
    attribute: &mut SchemaAttribute,
    lengths: Option<StringAttributeConstraints>,
    values: Option<NumberAttributeConstraints>,
) {
    let standard = is_standard(&attribute.name);
    let text = attribute.attribute_data_type.as_deref() == Some("String");
    let lengths = lengths.unwrap_or_default();
    let mut stated = attribute
        .string_attribute_constraints
        .take()
        .unwrap_or_default();
    stated.min_length = stated.min_length.or(lengths.min_length);
    stated.max_length = stated.max_length.or(lengths.max_length);
    let open = |bound: Option<&String>, value: &str| bound.is_none_or(|bound| bound == value);
    let unbounded =
        open(stated.min_length.as_ref(), "0") && open(stated.max_length.as_ref(), "2048");
    attribute.string_attribute_constraints =
        Some(stated).filter(|_| text && (standard || !unbounded));
    let mut stated = attribute
        .number_attribute_constraints
        .take()
        .unwrap_or_default();
    stated.min_value = stated
        .min_value
        .or(values.and_then(|values| values.min_value));
    attribute.number_attribute_constraints =
        Some(stated).filter(|stated| stated != &NumberAttributeConstraints::default());
}

/// An attribute of which only the name is stated.
fn default_of(name: &str) -> SchemaAttribute {
    let bounds = TEXTS.iter().find(|(text, ..)| *text == name);
    let other = OTHERS.iter().find(|(other, _)| *other == name);
    SchemaAttribute {
        name: name.to_owned(),
        attribute_data_type: Some(other.map_or("String", |(_, of)| of).to_owned()),
        developer_only_attribute: Some(false),
        mutable: Some(is_standard(name) && name != "sub"),
        required: Some(name == "sub"),
        number_attribute_constraints: (name == "updated_at").then(|| NumberAttributeConstraints {
            min_value: Some("0".to_owned()),
            max_value: None,
        }),
        string_attribute_constraints: bounds.map(|(_, least, most)| StringAttributeConstraints {
            min_length: Some((*least).to_owned()),
            max_length: Some((*most).to_owned()),
        }),
    }
}

/// The desired custom attributes that do not exist.
///
/// # Errors
/// [`DriverError::Invalid`] if a standard attribute would have to change.
pub(super) fn added(
    live: &[SchemaAttribute],
    desired: &[SchemaAttribute],
) -> Result<Vec<SchemaAttribute>, DriverError> {
    let added: Vec<_> = desired
        .iter()
        .filter(|attribute| !live.contains(attribute))
        .cloned()
        .collect();
    match added.iter().find(|attribute| is_standard(&attribute.name)) {
        None => Ok(added),
        Some(standard) => Err(DriverError::Invalid(format!(
            "the standard attribute `{}` of a user pool can be set only when the pool is created",
            standard.name
        ))),
    }
}

pub(super) fn read(attribute: &SchemaAttributeType) -> SchemaAttribute {
    SchemaAttribute {
        name: attribute.name().unwrap_or_default().to_owned(),
        attribute_data_type: attribute
            .attribute_data_type()
            .map(|of| of.as_str().to_owned()),
        developer_only_attribute: attribute.developer_only_attribute(),
        mutable: attribute.mutable(),
        required: attribute.required(),
        number_attribute_constraints: attribute.number_attribute_constraints().map(|bounds| {
            NumberAttributeConstraints {
                max_value: bounds.max_value.clone(),
                min_value: bounds.min_value.clone(),
            }
        }),
        string_attribute_constraints: attribute.string_attribute_constraints().map(|bounds| {
            StringAttributeConstraints {
                max_length: bounds.max_length.clone(),
                min_length: bounds.min_length.clone(),
            }
        }),
    }
}

pub(super) fn write(attribute: &SchemaAttribute) -> SchemaAttributeType {
    let numbers = attribute
        .number_attribute_constraints
        .as_ref()
        .map(|bounds| {
            NumberAttributeConstraintsType::builder()
                .set_max_value(bounds.max_value.clone())
                .set_min_value(bounds.min_value.clone())
                .build()
        });
    let lengths = attribute
        .string_attribute_constraints
        .as_ref()
        .map(|bounds| {
            StringAttributeConstraintsType::builder()
                .set_max_length(bounds.max_length.clone())
                .set_min_length(bounds.min_length.clone())
                .build()
        });
    SchemaAttributeType::builder()
        .name(&attribute.name)
        .set_attribute_data_type(
            attribute
                .attribute_data_type
                .as_deref()
                .map(AttributeDataType::from),
        )
        .set_developer_only_attribute(attribute.developer_only_attribute)
        .set_mutable(attribute.mutable)
        .set_required(attribute.required)
        .set_number_attribute_constraints(numbers)
        .set_string_attribute_constraints(lengths)
        .build()
}
