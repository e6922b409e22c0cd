//! Resolves deferred text, as far as its references are known.

use std::collections::BTreeMap;

use model::{Address, BOUND_TO_TAG, Expression, Node, Owner, Pseudo, Tags, Text, references};
use serde_json::Value;

use crate::live::Attributes;
use crate::secrets::Secrets;

/// The placeholder for a string that is known only after apply.
pub const UNKNOWN: &str = "(known after apply)";

/// The known values: the system's account and Region, the attributes of existing resources, and
/// secrets.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The account, the Region and the partition.
    pub pseudo: BTreeMap<Pseudo, String>,
    /// Attributes by address. A resource whose attributes are not known is absent.
    pub attributes: BTreeMap<Address, Attributes>,
    /// The secrets that properties refer to.
    pub secrets: Secrets,
    /// The system's id.
    pub id: SystemId,
}

/// The id of a system, which tells it from another one of its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SystemId {
    /// Not known, and not asked for.
    #[default]
    Unknown,
    /// That of the description, or of the system as it stands.
    Known(String),
    /// The one to begin with, unless the system stands already and has one.
    Proposed(String),
}

impl SystemId {
    /// The id.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        match self {
            Self::Unknown => None,
            Self::Known(id) | Self::Proposed(id) => Some(id),
        }
    }
}

impl Resolved {
    /// The text, if everything it refers to is known.
    #[must_use]
    pub fn text(&self, text: &Text) -> Option<String> {
        text.resolve(
            &|address, name| self.attributes.get(address)?.get(name).cloned(),
            &|name| self.pseudo.get(&name).cloned(),
            &|variable| self.secrets.get(variable).map(str::to_owned),
        )
    }

    /// The Region of the system.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.pseudo.get(&Pseudo::Region).map(String::as_str)
    }

    /// The owner to record of a desired resource.
    #[must_use]
    pub fn owner(&self, node: &Node) -> Owner {
        node.owner(self.id.get(), self.region())
    }

    /// The tags that a desired resource should carry, the owner's included.
    #[must_use]
    pub fn tags(&self, node: &Node) -> Tags {
        let mut tags = node.tags(self.id.get(), self.region());
        let bound_to = self.bound_to(node).filter(|(_, id)| id != UNKNOWN);
        tags.extend(bound_to.map(|(_, id)| (BOUND_TO_TAG.to_owned(), id)));
        tags
    }

    /// The resource that AWS binds a desired one to, if it refers to one, and its id; [`UNKNOWN`] as
    /// long as it does not exist.
    pub(super) fn bound_to(&self, node: &Node) -> Option<(Address, String)> {
        let (property, attribute) = node.resource_type.bound_to?;
        let referent = references(&node.properties[property]).into_iter().next()?;
        let id = Expression::Attribute(referent.clone(), attribute.to_owned());
        let id = self.text(&Text::Deferred(id));
        Some((referent, id.unwrap_or_else(|| UNKNOWN.to_owned())))
    }

    /// The properties with every deferred text resolved, or [`UNKNOWN`] in its place.
    #[must_use]
    pub fn resolve(&self, properties: &Value) -> Value {
        if let Some(expression) = Expression::from_json(properties) {
            return Value::String(
                self.text(&Text::Deferred(expression))
                    .unwrap_or_else(|| UNKNOWN.to_owned()),
            );
        }
        match properties {
            Value::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| (name.clone(), self.resolve(member)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// Whether any string in the value is not known yet.
#[must_use]
pub fn has_unknown(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(UNKNOWN),
        Value::Array(items) => items.iter().any(has_unknown),
        Value::Object(members) => members.values().any(has_unknown),
        _ => false,
    }
}
