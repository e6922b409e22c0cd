//! Masks secrets in what a plan shows.

use engine::{Change, Changes};
use model::Resource;
use serde_json::Value;

/// The placeholder for a secret.
const MASK: &str = "(sensitive)";

/// Properties with their secrets masked.
pub(crate) fn masked<P: Resource>(mut properties: Value) -> Value {
    for path in P::SENSITIVE {
        mask(&mut properties, path);
    }
    properties
}

/// Changes with the values of secrets masked. That a secret differs is still shown.
pub(crate) fn masked_changes<P: Resource>(mut changes: Changes) -> Changes {
    for Change { path, old, new, .. } in &mut changes.0 {
        for secret in P::SENSITIVE {
            let rest = match secret.strip_prefix(path.as_str()) {
                Some("") => "",
                Some(rest) if rest.starts_with('.') => &rest[1..],
                _ => continue,
            };
            mask(old, rest);
            mask(new, rest);
        }
    }
    changes
}

/// Masks the value at a path, if there is one.
fn mask(value: &mut Value, path: &str) {
    let found = path.split('.').filter(|name| !name.is_empty());
    let found = found
        .into_iter()
        .try_fold(value, |value, name| value.get_mut(name));
    if let Some(found) = found.filter(|found| !found.is_null()) {
        *found = Value::from(MASK);
    }
}
