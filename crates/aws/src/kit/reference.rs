//! The reference by which AWS recognises a create call: the system, its Region and the address, so that
//! no second resource is created for them, and the number of earlier resources of that address, if there
//! were any: AWS does not take the reference of a deleted one again.

use model::Owner;

use super::owner_comment::system;

const BEGINS: &str = "frontage ";

/// The reference of an owner's creation, after so many earlier ones.
pub(crate) fn write(owner: &Owner, earlier: u32) -> String {
    let reference = format!("{BEGINS}{} {}", system(owner), owner.address);
    match earlier {
        0 => reference,
        _ => format!("{reference} {earlier}"),
    }
}

/// The owner that a reference names, without id and fingerprint, and the number of earlier resources;
/// `None` if it is of somebody else's.
pub(crate) fn parse(reference: &str) -> Option<(Owner, u32)> {
    let mut words = reference.strip_prefix(BEGINS)?.split(' ');
    let (system, region) = words.next()?.split_once('@')?;
    let owner = Owner {
        system: system.to_owned(),
        id: None,
        region: Some(region.to_owned()),
        address: words.next()?.parse().ok()?,
        fingerprint: String::new(),
    };
    let earlier = words.next().map_or(Some(0), |word| word.parse().ok())?;
    words.next().is_none().then_some((owner, earlier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            system: "acme".to_owned(),
            id: None,
            region: Some("eu-west-1".to_owned()),
            address: "operations/check".parse().unwrap(),
            fingerprint: String::new(),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for earlier in [0, 1, 12] {
            let reference = write(&owner(), earlier);
            assert_eq!(parse(&reference), Some((owner(), earlier)), "{reference}");
        }
        assert_eq!(
            write(&owner(), 1),
            "frontage acme@eu-west-1 operations/check 1"
        );
    }

    #[test]
    fn what_others_wrote_names_no_owner() {
        for reference in [
            "",
            "2014-04-01-18:47",
            "frontage acme",
            "frontage acme operations/check",
            "frontage acme@eu-west-1 check",
            "frontage acme@eu-west-1 operations/check x",
            "frontage acme@eu-west-1 operations/check 1 2",
        ] {
            assert_eq!(parse(reference), None, "{reference}");
        }
    }
}
