//! The differences between two normalised sets of properties, and their consequences.

use model::{
    ADDRESS_TAG, BOUND_TO_TAG, FINGERPRINT_TAG, ID_TAG, IgnoredTags, KEYS_TAG, REGION_TAG,
    ResourceType, SYSTEM_TAG, Tags, is_removable,
};
use serde_json::Value;

use crate::resolve::UNKNOWN;

/// One property that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The property's path: `Environment.Variables.TABLE`, `Policies[0].PolicyName`, `Tags.team`.
    pub path: String,
    /// The live value: null if there is none, masked if it is a secret.
    pub old: Value,
    /// The desired value; null if there is none, `(known after apply)` if it depends on a step of
    /// this plan, masked if it is a secret.
    pub new: Value,
    /// Whether AWS can make the change only by replacing the resource.
    pub forces_replacement: bool,
}

/// A live resource compared with its desired state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The properties that differ.
    pub changes: Changes,
    /// The properties that are left as they are, since the description does not state them and
    /// others may set them. Their desired values are what an empty account would get.
    pub left: Changes,
}

impl From<Changes> for Comparison {
    /// Nothing is left.
    fn from(changes: Changes) -> Self {
        Self {
            changes,
            ..Self::default()
        }
    }
}

/// The properties of one resource that differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes(pub Vec<Change>);

impl Changes {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a property, or anything in it, differs.
    #[must_use]
    pub fn affects(&self, property: &str) -> bool {
        self.0.iter().any(|change| within(&change.path, property))
    }

    /// The paths of the properties that force a replacement.
    #[must_use]
    pub fn forcing(&self) -> Vec<String> {
        let forcing = self.0.iter().filter(|change| change.forces_replacement);
        forcing.map(|change| change.path.clone()).collect()
    }

    /// Whether any change forces a replacement.
    #[must_use]
    pub fn force_replacement(&self) -> bool {
        self.0.iter().any(|change| change.forces_replacement)
    }
}

/// The changes from `live` to `desired`, both normalised.
#[must_use]
pub fn diff(resource_type: &ResourceType, live: &Value, desired: &Value) -> Changes {
    let mut changes = Vec::new();
    compare("", live, desired, &mut |path, old, new| {
        let forces_replacement =
            resource_type
                .create_only
                .iter()
                .any(|property| match property.strip_suffix("[]") {
                    Some(list) => within(&path, list) && !only_adds(old, new),
                    None => within(&path, property),
                });
        changes.push(Change {
            path,
            old: old.clone(),
            new: new.clone(),
            forces_replacement,
        });
    });
    Changes(changes)
}

/// The tags that a resource lacks, or has with another value.
#[must_use]
pub fn missing_tags(live: &Tags, desired: &Tags) -> Tags {
    desired
        .iter()
        .filter(|(key, value)| live.get(*key) != Some(value))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

/// The tags to set and the keys to remove. Tags that others set or that are left to them stay, and
/// so do the records of a resource's children.
#[must_use]
pub(crate) fn diff_tags(live: &Tags, desired: &Tags, ignored: &IgnoredTags) -> (Tags, Vec<String>) {
    let remove = live
        .keys()
        .filter(|key| !desired.contains_key(*key) && is_removable(key, live, ignored))
        .cloned()
        .collect();
    (missing_tags(live, desired), remove)
}

/// Whether any tag is to be set or removed.
#[must_use]
pub(crate) fn tags_differ(live: &Tags, desired: &Tags, ignored: &IgnoredTags) -> bool {
    diff_tags(live, desired, ignored) != (Tags::new(), Vec::new())
}

/// The tag changes to show: the user's own tags, not Frontage's records.
#[must_use]
pub(super) fn tag_changes(live: &Tags, desired: &Tags, ignored: &IgnoredTags) -> Vec<Change> {
    let (set, remove) = diff_tags(live, desired, ignored);
    let record = [
        SYSTEM_TAG,
        ID_TAG,
        REGION_TAG,
        ADDRESS_TAG,
        BOUND_TO_TAG,
        FINGERPRINT_TAG,
        KEYS_TAG,
    ];
    let change = |key: &String, new: Value| Change {
        path: format!("Tags.{key}"),
        old: live
            .get(key)
            .map_or(Value::Null, |value| Value::from(value.as_str())),
        new,
        forces_replacement: false,
    };
    set.iter()
        .map(|(key, value)| change(key, Value::from(value.as_str())))
        .chain(remove.iter().map(|key| change(key, Value::Null)))
        .filter(|change| {
            !record
                .iter()
                .any(|key| change.path == format!("Tags.{key}"))
        })
        .collect()
}

fn within(path: &str, property: &str) -> bool {
    path.strip_prefix(property)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether a list only gains members.
fn only_adds(old: &Value, new: &Value) -> bool {
    let Some(new) = new.as_array() else {
        return false;
    };
    old.is_null()
        || old
            .as_array()
            .is_some_and(|old| old.iter().all(|member| new.contains(member)))
}

fn compare(path: &str, old: &Value, new: &Value, report: &mut impl FnMut(String, &Value, &Value)) {
    match (old, new) {
        _ if old == new => {}
        (Value::Object(old), Value::Object(new)) => {
            let names = old
                .keys()
                .chain(new.keys().filter(|name| !old.contains_key(*name)));
            for name in names {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let member = |of: &serde_json::Map<String, Value>| {
                    of.get(name).cloned().unwrap_or(Value::Null)
                };
                compare(&path, &member(old), &member(new), report);
            }
        }
        (Value::Array(old), Value::Array(new))
            if old.len() == new.len() && old.iter().all(Value::is_object) =>
        {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}[{index}]"), old, new, report);
            }
        }
        _ => report(path.to_owned(), old, &whole_unknown(new)),
    }
}

/// A string with an unknown part is unknown as a whole.
fn whole_unknown(value: &Value) -> Value {
    match value.as_str() {
        Some(text) if text.contains(UNKNOWN) => Value::from(UNKNOWN),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use model::{Replacement, Scope, Service};
    use serde_json::json;

    use super::*;

    const FORM: &ResourceType = &ResourceType {
        name: "Test::Form",
        service: &Service {
            name: "Forms",
            sdk_id: "forms",
            regions: model::Regions::All,
        },
        scope: Scope::Regional,
        identity: &[],
        create_only: &["Schema[]"],
        renewed_by: &[],
        bound_to: None,
        replacement: Replacement::DeleteFirst,
        holds_data: true,
        taggable: true,
        refers_to: &[],
    };

    #[test]
    fn a_list_that_can_grow_is_replaced_only_where_a_member_changes_or_goes() {
        let schema = |names: &[&str]| {
            let attributes: Vec<_> = names.iter().map(|name| json!({"Name": name})).collect();
            json!({"Schema": attributes})
        };
        let forces = |old: &Value, new: &Value| diff(FORM, old, new).force_replacement();
        assert!(!forces(&schema(&["b"]), &schema(&["a", "b"])));
        assert!(!forces(&json!({}), &schema(&["a"])));
        assert!(forces(&schema(&["a", "b"]), &schema(&["a"])));
        assert!(forces(&schema(&["a"]), &schema(&["b"])));
        assert!(forces(&schema(&["a"]), &schema(&["b", "c"])));
        assert!(forces(&schema(&["a"]), &json!({})));
    }
}
