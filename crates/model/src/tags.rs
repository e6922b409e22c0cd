//! The tags by which a system finds its resources again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fingerprint;

/// Tags of a resource, by key.
pub type Tags = BTreeMap<String, String>;

/// The system that owns the resource.
pub const SYSTEM_TAG: &str = "frontage:system";

/// The id of the system that owns the resource: two systems may have one name.
pub const ID_TAG: &str = "frontage:id";

/// The resource's address in the model.
pub const ADDRESS_TAG: &str = "frontage:address";

/// The Region of the system that owns the resource. Only resources in a namespace of the account have
/// it: all others can be found in that Region alone.
pub const REGION_TAG: &str = "frontage:region";

/// The fingerprint of the last applied properties.
pub const FINGERPRINT_TAG: &str = "frontage:fingerprint";

/// The id of the resource that AWS bound this one to: see [`crate::ResourceType::bound_to`].
pub const BOUND_TO_TAG: &str = "frontage:bound-to";

/// The key of the tag on a *parent* that stores the fingerprint of a child which AWS cannot tag (a
/// route, an integration, an authorizer, a permission).
#[must_use]
pub fn child_fingerprint_tag(child_name: &str) -> String {
    format!("{FINGERPRINT_TAG}:{child_name}")
}

/// The keys of the description's tags that were set last, each as a short digest. A tag that the
/// description no longer contains is removed by it, and tags that others set stay: a cost tool's, or
/// `awsApplication`. Only a resource with tags of the description has it.
pub const KEYS_TAG: &str = "frontage:tags";

/// The value of [`KEYS_TAG`] for some tags: of the 30 that a description may have, 209 of the 256
/// characters that AWS allows.
pub(crate) fn record_of_keys(tags: &Tags) -> String {
    let digests: BTreeSet<_> = tags.keys().map(|key| digest(key)).collect();
    digests.into_iter().collect::<Vec<_>>().join(" ")
}

/// The keys of tags that a description hands over to others, even if an earlier description
/// contained them: from then on such a tag is neither compared nor removed, and the record of keys
/// ([`KEYS_TAG`]) loses it with the next change of the resource.
///
/// Each is a whole key, or the beginning of keys followed by `*`. Case counts, as in AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoredTags(Vec<String>);

impl IgnoredTags {
    /// These keys, and keys that begin like this.
    #[must_use]
    pub fn new(patterns: Vec<String>) -> Self {
        Self(patterns)
    }

    /// The keys as they are written.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.0
    }

    /// Whether a key is one of them.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.0
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(beginning) => key.starts_with(beginning),
                None => key == pattern,
            })
    }
}

/// Whether a tag that a resource has is Frontage's to remove: a record of its own, or one that an
/// earlier description contained and this one does not leave to others. Records of children are
/// removed with the children.
#[must_use]
pub fn is_removable(key: &str, found: &Tags, ignored: &IgnoredTags) -> bool {
    let records = [
        SYSTEM_TAG,
        ID_TAG,
        ADDRESS_TAG,
        REGION_TAG,
        FINGERPRINT_TAG,
        KEYS_TAG,
    ];
    let described = |record: &String| record.split(' ').any(|known| known == digest(key));
    records.contains(&key) || !ignored.contains(key) && found.get(KEYS_TAG).is_some_and(described)
}

fn digest(key: &str) -> String {
    let mut digest = fingerprint(&Value::from(key));
    digest.truncate(6);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(keys: &[&str]) -> Tags {
        let pair = |key: &&str| ((*key).to_owned(), "x".to_owned());
        keys.iter().map(pair).collect()
    }

    #[test]
    fn only_what_was_described_or_recorded_is_removable() {
        let mut found = tags(&["team", "cost", "awsApplication", SYSTEM_TAG]);
        found.insert(
            KEYS_TAG.to_owned(),
            record_of_keys(&tags(&["team", "cost"])),
        );
        let removable = |key: &str| is_removable(key, &found, &IgnoredTags::default());
        assert!(["team", "cost", SYSTEM_TAG, KEYS_TAG].map(removable) == [true; 4]);
        assert!(["awsApplication", "aws:cloudformation:stack-name"].map(removable) == [false; 2]);
        assert!(!removable(&super::super::child_fingerprint_tag("route")));
        assert!(!is_removable(
            "team",
            &tags(&["team"]),
            &IgnoredTags::default()
        ));
    }

    #[test]
    fn what_is_left_to_others_is_not_removable_and_records_always_are() {
        let described = ["team", "cost", "AutoTag_Creator", "AutoTag"];
        let mut found = tags(&described);
        found.insert(KEYS_TAG.to_owned(), record_of_keys(&tags(&described)));
        let ignored = ["cost", "AutoTag_*", "f*", "Team"].map(str::to_owned);
        let ignored = IgnoredTags::new(ignored.to_vec());
        let removable = |key: &str| is_removable(key, &found, &ignored);
        assert!(["team", "AutoTag", KEYS_TAG, SYSTEM_TAG].map(removable) == [true; 4]);
        assert!(["cost", "AutoTag_Creator"].map(removable) == [false; 2]);
    }

    #[test]
    fn the_record_of_as_many_tags_as_a_description_may_have_fits_a_tag() {
        let keys: Vec<_> = (0..30).map(|number| format!("key-{number}")).collect();
        let record = record_of_keys(&tags(&keys.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(record.len() <= 256, "{record}");
    }
}
