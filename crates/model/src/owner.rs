//! The owner of a resource.

use super::{ADDRESS_TAG, Address, FINGERPRINT_TAG, SYSTEM_TAG, Tags};

/// The owner of a resource, which its tags, its parent's tags or its comment record.
///
/// Names alone prove nothing: a resource is this system's, and the one at an address, only if its
/// record says so ([`Owner::is_of`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The system's name.
    pub system: String,
    /// The resource's address in the model.
    pub address: Address,
    /// The fingerprint of the properties that were applied last; empty if it is not recorded.
    pub fingerprint: String,
}

impl Owner {
    /// The owner that tags record, or `None` if they name no system or no valid address.
    #[must_use]
    pub fn recorded_in(tags: &Tags) -> Option<Self> {
        Some(Self {
            system: tags.get(SYSTEM_TAG)?.clone(),
            address: tags.get(ADDRESS_TAG)?.parse().ok()?,
            fingerprint: tags.get(FINGERPRINT_TAG).cloned().unwrap_or_default(),
        })
    }

    /// The tags that record the owner.
    #[must_use]
    pub fn tags(&self) -> Tags {
        Tags::from([
            (SYSTEM_TAG.to_owned(), self.system.clone()),
            (ADDRESS_TAG.to_owned(), self.address.to_string()),
            (FINGERPRINT_TAG.to_owned(), self.fingerprint.clone()),
        ])
    }

    /// Whether a resource with these tags is the one of this system at this address, regardless of
    /// what was last applied to it.
    #[must_use]
    pub fn is_of(&self, tags: &Tags) -> bool {
        Self::recorded_in(tags)
            .is_some_and(|found| found.system == self.system && found.address == self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            system: "acme".to_owned(),
            address: "toggles/table".parse().unwrap(),
            fingerprint: "1".to_owned(),
        }
    }

    #[test]
    fn tags_record_an_owner() {
        assert_eq!(Owner::recorded_in(&owner().tags()), Some(owner()));
    }

    #[test]
    fn a_resource_is_owned_only_if_system_and_address_agree() {
        let with = |key: &str, value: Option<&str>| {
            let mut tags = owner().tags();
            match value {
                Some(value) => drop(tags.insert(key.to_owned(), value.to_owned())),
                None => drop(tags.remove(key)),
            }
            owner().is_of(&tags)
        };
        assert!(with(FINGERPRINT_TAG, Some("another")));
        assert!(with(FINGERPRINT_TAG, None));
        for key in [SYSTEM_TAG, ADDRESS_TAG] {
            assert!(!with(key, None), "{key}");
            assert!(!with(key, Some("other/one")), "{key}");
        }
        assert!(!owner().is_of(&Tags::new()));
    }
}
