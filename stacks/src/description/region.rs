//! The Region code.

/// Whether text has the shape of a Region code: `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`.
///
/// Only the shape: AWS decides which Regions exist, and adds new ones.
pub(super) fn is_region(text: &str) -> bool {
    let Some((place, number)) = text.rsplit_once('-') else {
        return false;
    };
    let letters =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut parts = place.split('-');
    let begins = parts
        .next()
        .is_some_and(|part| letters(part) && (2..=4).contains(&part.len()));
    let rest: Vec<_> = parts.collect();
    begins
        && !rest.is_empty()
        && rest.into_iter().all(letters)
        && matches!(number.as_bytes(), [b'0'..=b'9'])
}

/// The Region meant by a zone (`eu-west-1a`) or by different letter case.
pub(super) fn region_like(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase().replace([' ', '_'], "-");
    let without_zone = lower.trim_end_matches(|c: char| c.is_ascii_lowercase());
    [lower.as_str(), without_zone]
        .into_iter()
        .find(|candidate| is_region(candidate))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_shape_of_a_region() {
        for region in [
            "eu-west-1",
            "us-gov-east-1",
            "ap-southeast-4",
            "us-isob-east-1",
            "eusc-de-east-1",
        ] {
            assert!(is_region(region), "{region}");
        }
        for other in [
            "",
            "eu",
            "eu-1",
            "eu-west",
            "eu-west-1a",
            "eu-west-12",
            "EU-west-1",
            "eu--1",
            "e-west-1",
            "-west-1",
        ] {
            assert!(!is_region(other), "{other}");
        }
    }

    #[test]
    fn offers_the_region_that_was_meant() {
        assert_eq!(region_like("eu-west-1a").as_deref(), Some("eu-west-1"));
        assert_eq!(region_like("EU_WEST_1").as_deref(), Some("eu-west-1"));
        assert_eq!(region_like("Ireland"), None);
    }
}
