//! The attributes of a pool's users.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// An attribute of users.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SchemaAttribute {
    /// A standard attribute's name (`email`), or a custom one's without `custom:`, 1 to 20
    /// characters.
    pub name: String,
    /// `String`, `Number`, `DateTime` or `Boolean`; absent means a standard attribute's own, or
    /// `String`.
    pub attribute_data_type: Option<String>,
    /// Whether only administrators can write it; absent means no. AWS recommends a client's
    /// `WriteAttributes` instead.
    pub developer_only_attribute: Option<bool>,
    /// Whether it can be changed; absent means yes for a standard attribute and no for a custom
    /// one.
    pub mutable: Option<bool>,
    /// Whether a user must have it; absent means no. Not for custom ones.
    pub required: Option<bool>,
    /// Bounds of a number.
    pub number_attribute_constraints: Option<NumberAttributeConstraints>,
    /// Bounds of a text's length.
    pub string_attribute_constraints: Option<StringAttributeConstraints>,
}

/// Bounds of a number, in digits.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NumberAttributeConstraints {
    /// The maximum.
    pub max_value: Option<String>,
    /// The minimum.
    pub min_value: Option<String>,
}

/// Bounds of a text's length, in digits.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StringAttributeConstraints {
    /// The maximum, up to 2048.
    pub max_length: Option<String>,
    /// The minimum.
    pub min_length: Option<String>,
}
