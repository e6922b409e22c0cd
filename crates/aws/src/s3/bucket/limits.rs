//! The limits of buckets that emulators do not enforce.

use model::types::s3::LifecycleRule;

use super::{Properties, lifecycle};
use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const NAMES: &str = "S3 user guide, bucket naming rules";
const LIFECYCLE: &str = "S3 user guide, lifecycle configuration elements";
const CORS: &str = "S3 user guide, elements of a CORS configuration";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("BucketName", 3, 63, NAMES),
    Limit::characters(
        "BucketName",
        |c| in_name(c) || matches!(c, '-' | '.'),
        "lower-case letters, digits, - and .",
        NAMES,
    ),
    Limit::count("LifecycleConfiguration.Rules", 0, 1_000, LIFECYCLE),
    Limit::length("LifecycleConfiguration.Rules[].Id", 0, 255, LIFECYCLE),
    Limit::count("CorsConfiguration.CorsRules", 0, 100, CORS),
];

/// Prefixes and suffixes of names that AWS reserves. Source: [`NAMES`].
const RESERVED_STARTS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_ENDS: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

fn in_name(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit()
}

/// The structure of names and rules.
pub(super) fn check(bucket: &Properties, checks: &mut Checks) {
    let name = &bucket.bucket_name;
    if let Some(problem) = name_problem(name).filter(|_| is_known(name)) {
        checks.refuse("BucketName", format!("is `{name}`; {problem}"));
    }
    let lifecycle = bucket.lifecycle_configuration.iter();
    let rules = lifecycle.flat_map(|lifecycle| &lifecycle.rules);
    for (index, rule) in rules.enumerate() {
        check_rule(index, rule, checks);
    }
}

/// Source: [`NAMES`].
fn name_problem(name: &str) -> Option<String> {
    if !name.starts_with(in_name) || !name.ends_with(in_name) {
        return Some("it begins and ends with a letter or a digit".to_owned());
    }
    if name.contains("..") {
        return Some("two dots in a row are not allowed".to_owned());
    }
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return Some("the form of an IP address is not allowed".to_owned());
    }
    let starts = RESERVED_STARTS.iter().find(|part| name.starts_with(**part));
    let ends = RESERVED_ENDS.iter().find(|part| name.ends_with(**part));
    let reserved = starts.or(ends)?;
    Some(format!("AWS reserves names with `{reserved}`"))
}

fn check_rule(index: usize, rule: &LifecycleRule, checks: &mut Checks) {
    let at = |name: &str| format!("LifecycleConfiguration.Rules[{index}].{name}");
    let dates = rule.transitions.iter().enumerate().map(|(index, moved)| {
        let name = format!("Transitions[{index}].TransitionDate");
        (name, &moved.transition_date)
    });
    let expiration = ("ExpirationDate".to_owned(), &rule.expiration_date);
    for (name, date) in dates.chain([expiration]) {
        if let Some(date) = date.as_deref().filter(|date| is_known(date)) {
            let is_date = lifecycle::parse_date(date).is_some();
            checks.require(is_date, &at(&name), format!("is `{date}`, which is no day"));
        }
    }
    for (name, size) in [
        ("ObjectSizeGreaterThan", &rule.object_size_greater_than),
        ("ObjectSizeLessThan", &rule.object_size_less_than),
    ] {
        if let Some(size) = size.as_deref().filter(|size| is_known(size)) {
            let is_size = size.parse::<i64>().is_ok();
            let problem = format!("is `{size}`, which is no number of bytes");
            checks.require(is_size, &at(name), problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::UNKNOWN;
    use model::types::s3::{CorsConfiguration, CorsRule, LifecycleConfiguration};

    use super::*;
    use crate::kit::findings::findings;
    use crate::s3::Buckets;
    use crate::s3::bucket::convert::named;

    fn of_name(name: &str) -> Vec<String> {
        findings(Buckets::new, &named(name.to_owned()))
    }

    fn of_rules(rules: Vec<LifecycleRule>) -> Vec<String> {
        let mut bucket = named("acme-b".to_owned());
        bucket.lifecycle_configuration = Some(LifecycleConfiguration {
            rules,
            ..LifecycleConfiguration::default()
        });
        findings(Buckets::new, &bucket)
    }

    #[test]
    fn names_are_checked_before_any_call() {
        for name in ["acme-shell-111122223333-eu-west-1", "a.b", "abc", UNKNOWN] {
            assert_eq!(of_name(name), [""; 0]);
        }
        let long = "a".repeat(64);
        for name in [
            "ab",
            &long,
            "aAb",
            "a_b",
            "-ab",
            "ab.",
            "a..b",
            "10.0.0.1",
            "xn--ab",
            "sthree-ab",
            "amzn-s3-demo-ab",
            "ab-s3alias",
            "ab--ol-s3",
            "ab.mrap",
            "ab--x-s3",
            "ab--table-s3",
        ] {
            assert_eq!(of_name(name).len(), 1, "{:?}", of_name(name));
        }
        assert_eq!(
            of_name("ab--x-s3"),
            ["BucketName is `ab--x-s3`; AWS reserves names with `--x-s3`"]
        );
        assert_eq!(
            of_name("Acme"),
            [
                "BucketName is `Acme`; only lower-case letters, digits, - and . are allowed",
                "BucketName is `Acme`; it begins and ends with a letter or a digit",
            ]
        );
    }

    #[test]
    fn rules_have_a_number_and_a_form() {
        let rule = |id: String| LifecycleRule {
            id: Some(id),
            ..LifecycleRule::default()
        };
        assert_eq!(of_rules(vec![rule("a".repeat(255))]), [""; 0]);
        assert_eq!(
            of_rules(vec![rule("a".repeat(256))]),
            ["LifecycleConfiguration.Rules[0].Id has 256 characters; 0 to 255 are allowed"]
        );
        let many = (0..=1_000).map(|number| rule(number.to_string()));
        assert_eq!(
            of_rules(many.collect()),
            ["LifecycleConfiguration.Rules has 1001 members; 0 to 1000 are allowed"]
        );
        let broken = LifecycleRule {
            expiration_date: Some("soon".to_owned()),
            object_size_less_than: Some("many".to_owned()),
            ..rule("r".to_owned())
        };
        assert_eq!(
            of_rules(vec![broken]),
            [
                "LifecycleConfiguration.Rules[0].ExpirationDate is `soon`, which is no day",
                "LifecycleConfiguration.Rules[0].ObjectSizeLessThan is `many`, which is no number of bytes",
            ]
        );
    }

    #[test]
    fn there_are_at_most_a_hundred_cors_rules() {
        let rule = CorsRule {
            id: None,
            allowed_headers: Vec::new(),
            allowed_methods: vec!["GET".to_owned()],
            allowed_origins: vec!["*".to_owned()],
            exposed_headers: Vec::new(),
            max_age: None,
        };
        let mut bucket = named("acme-b".to_owned());
        bucket.cors_configuration = Some(CorsConfiguration {
            cors_rules: vec![rule; 101],
        });
        assert_eq!(
            findings(Buckets::new, &bucket),
            ["CorsConfiguration.CorsRules has 101 members; 0 to 100 are allowed"]
        );
    }
}
