//! The tags by which a system finds its resources again.

use std::collections::BTreeMap;

/// Tags of a resource, by key.
pub type Tags = BTreeMap<String, String>;

/// The system that owns the resource.
pub const SYSTEM_TAG: &str = "frontage:system";

/// The resource's address in the model.
pub const ADDRESS_TAG: &str = "frontage:address";

/// The Region of the system that owns the resource. Only resources of [`crate::Scope::Account`] have
/// it: all others can be found in that Region alone.
pub const REGION_TAG: &str = "frontage:region";

/// The fingerprint of the last applied properties.
pub const FINGERPRINT_TAG: &str = "frontage:fingerprint";

/// The key of the tag on a *parent* that stores the fingerprint of a child which AWS cannot tag (a
/// route, an integration, an authorizer, a permission).
#[must_use]
pub fn child_fingerprint_tag(child_name: &str) -> String {
    format!("{FINGERPRINT_TAG}:{child_name}")
}
