//! The owner of a resource.

use super::{ADDRESS_TAG, Address, FINGERPRINT_TAG, ID_TAG, REGION_TAG, SYSTEM_TAG, Tags};

/// The owner of a resource, which its tags, its parent's tags or its comment record.
///
/// Names alone prove nothing: a resource is this system's, and the one at an address, only if its
/// record says so ([`Owner::is_of`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The system's name.
    pub system: String,
    /// The system's id. `None` in records of versions that did not write it, and where there is no
    /// room for it.
    pub id: Option<String>,
    /// The system's Region, for a resource in a namespace of the account
    /// ([`crate::Node::is_account_wide`]). `None` for any other resource, and in records of versions that did not write it.
    pub region: Option<String>,
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
            id: tags.get(ID_TAG).cloned(),
            region: tags.get(REGION_TAG).cloned(),
            address: tags.get(ADDRESS_TAG)?.parse().ok()?,
            fingerprint: tags.get(FINGERPRINT_TAG).cloned().unwrap_or_default(),
        })
    }

    /// The tags that record the owner.
    #[must_use]
    pub fn tags(&self) -> Tags {
        let of = |tag: &str, value: &String| (tag.to_owned(), value.clone());
        let id = self.id.iter().map(|id| of(ID_TAG, id));
        let region = self.region.iter().map(|region| of(REGION_TAG, region));
        let mut tags: Tags = id.chain(region).collect();
        tags.extend([
            (SYSTEM_TAG.to_owned(), self.system.clone()),
            (ADDRESS_TAG.to_owned(), self.address.to_string()),
            (FINGERPRINT_TAG.to_owned(), self.fingerprint.clone()),
        ]);
        tags
    }

    /// Whether a resource with these tags is the one of this system and Region at this address,
    /// regardless of what was last applied to it.
    #[must_use]
    pub fn is_of(&self, tags: &Tags) -> bool {
        Self::recorded_in(tags).is_some_and(|found| {
            found.system == self.system
                && found.address == self.address
                && found.another(self.id.as_deref()).is_none()
                && found.elsewhere(self.region.as_deref()).is_none()
        })
    }

    /// The id that the record names, if it is that of another system than this one, which has the same
    /// name.
    ///
    /// A record without an id is of this one: older versions did not write it.
    #[must_use]
    pub fn another(&self, this: Option<&str>) -> Option<&str> {
        let id = self.id.as_deref()?;
        this.filter(|this| *this != id).map(|_| id)
    }

    /// The Region that the record names, if it is another one than this.
    ///
    /// A record without a Region is of this one: a regional resource was found here, and older
    /// versions, which did not write it, knew one Region only.
    #[must_use]
    pub fn elsewhere(&self, here: Option<&str>) -> Option<&str> {
        let region = self.region.as_deref()?;
        here.filter(|here| *here != region).map(|_| region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(region: Option<&str>) -> Owner {
        Owner {
            system: "acme".to_owned(),
            id: Some("0a1b2c3d".to_owned()),
            region: region.map(str::to_owned),
            address: "toggles/table".parse().unwrap(),
            fingerprint: "1".to_owned(),
        }
    }

    #[test]
    fn tags_record_an_owner() {
        for region in [None, Some("eu-west-1")] {
            let tags = owner(region).tags();
            assert_eq!(tags.get(REGION_TAG).map(String::as_str), region);
            assert_eq!(Owner::recorded_in(&tags), Some(owner(region)));
        }
    }

    #[test]
    fn a_resource_is_owned_only_if_system_and_address_agree() {
        let with = |key: &str, value: Option<&str>| {
            let mut tags = owner(None).tags();
            match value {
                Some(value) => drop(tags.insert(key.to_owned(), value.to_owned())),
                None => drop(tags.remove(key)),
            }
            owner(None).is_of(&tags)
        };
        assert!(with(FINGERPRINT_TAG, Some("another")));
        assert!(with(FINGERPRINT_TAG, None));
        for key in [SYSTEM_TAG, ADDRESS_TAG] {
            assert!(!with(key, None), "{key}");
            assert!(!with(key, Some("other/one")), "{key}");
        }
        assert!(!owner(None).is_of(&Tags::new()));
    }

    #[test]
    fn a_resource_of_another_system_of_the_name_is_not_owned() {
        let with = |id: Option<&str>| Owner {
            id: id.map(str::to_owned),
            ..owner(None)
        };
        assert!(with(Some("1")).is_of(&with(Some("1")).tags()));
        assert!(!with(Some("1")).is_of(&with(Some("2")).tags()));
        assert_eq!(with(Some("2")).another(Some("1")), Some("2"));
        // Written by an older version, or asked by one that does not know it.
        assert!(with(Some("1")).is_of(&with(None).tags()));
        assert!(with(None).is_of(&with(Some("1")).tags()));
    }

    #[test]
    fn a_resource_of_another_region_is_not_owned() {
        let (here, there) = (owner(Some("eu-west-1")), owner(Some("us-east-1")));
        assert!(here.is_of(&here.tags()));
        assert!(!here.is_of(&there.tags()));
        assert_eq!(there.elsewhere(Some("eu-west-1")), Some("us-east-1"));
        assert_eq!(here.elsewhere(Some("eu-west-1")), None);
        // Written by an older version.
        assert!(here.is_of(&owner(None).tags()));
        assert_eq!(owner(None).elsewhere(Some("eu-west-1")), None);
    }
}
