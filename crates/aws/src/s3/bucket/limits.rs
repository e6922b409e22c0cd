//! What S3 refuses and emulators take. Source: the user guide's bucket naming rules and quotas.

use engine::DriverError;

use super::Properties;

/// Whether S3 takes the bucket.
///
/// # Errors
/// [`DriverError::Invalid`] with what it would not take.
pub(super) fn check(bucket: &Properties) -> Result<(), DriverError> {
    let name = &bucket.bucket_name;
    let invalid = |what: &str| Err(DriverError::Invalid(format!("the bucket `{name}` {what}")));
    if let Some(what) = name_problem(name) {
        return invalid(what);
    }
    let rules = bucket
        .lifecycle_configuration
        .as_ref()
        .map_or(&[][..], |lifecycle| lifecycle.rules.as_slice());
    if rules.len() > 1000 {
        return invalid("has more than 1,000 lifecycle rules");
    }
    if rules
        .iter()
        .any(|rule| rule.id.as_ref().is_some_and(|id| id.len() > 255))
    {
        return invalid("has a lifecycle rule whose id is longer than 255");
    }
    if bucket
        .cors_configuration
        .as_ref()
        .is_some_and(|cors| cors.cors_rules.len() > 100)
    {
        return invalid("has more than 100 CORS rules");
    }
    Ok(())
}

fn name_problem(name: &str) -> Option<&'static str> {
    let edge = |character: Option<char>| {
        character.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let reserved_starts = ["xn--", "sthree-", "amzn-s3-demo-"];
    let reserved_ends = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    let is_address = name.parse::<std::net::Ipv4Addr>().is_ok();
    if !(3..=63).contains(&name.len()) {
        Some("has a name that is not 3 to 63 characters long")
    } else if !name.chars().all(allowed) {
        Some("has a name with other characters than a-z 0-9 . -")
    } else if !edge(name.chars().next()) || !edge(name.chars().last()) {
        Some("has a name that does not begin and end with a letter or a digit")
    } else if name.contains("..") || is_address {
        Some("has a name with two dots in a row, or one like an IP address")
    } else if reserved_starts.iter().any(|start| name.starts_with(start))
        || reserved_ends.iter().any(|end| name.ends_with(end))
    {
        Some("has a name that AWS keeps for itself")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::name_problem;

    #[test]
    fn names_are_checked_before_any_call() {
        for name in ["acme-shell-111122223333-eu-west-1", "a.b", "abc"] {
            assert_eq!(name_problem(name), None, "{name}");
        }
        let long = "a".repeat(64);
        for name in [
            "ab",
            &long,
            "Acme",
            "a_b",
            "-ab",
            "ab.",
            "a..b",
            "10.0.0.1",
            "xn--ab",
            "ab-s3alias",
        ] {
            assert!(name_problem(name).is_some(), "{name}");
        }
    }
}
