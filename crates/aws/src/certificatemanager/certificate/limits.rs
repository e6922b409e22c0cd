//! The limits of certificates that emulators do not enforce.

use aws_sdk_acm::types::KeyAlgorithm;

use super::Properties;
use super::convert::domains;
use crate::kit::limits::{Checks, Limit};

const SOURCE: &str = "the Certificate Manager API reference of RequestCertificate";

pub(super) const LIMITS: &[Limit] = &[
    Limit::length("DomainName", 1, 64, SOURCE),
    // 100 domains, the first one included.
    Limit::count("SubjectAlternativeNames", 0, 99, SOURCE),
    Limit::one_of("KeyAlgorithm", KeyAlgorithm::values(), SOURCE),
];

/// Checks the domains. Source: the Certificate Manager API reference of `RequestCertificate`.
pub(super) fn check(certificate: &Properties, checks: &mut Checks) {
    let names = &certificate.subject_alternative_names;
    let names = names
        .iter()
        .enumerate()
        .map(|(index, name)| (format!("SubjectAlternativeNames[{index}]"), name));
    let first = ("DomainName".to_owned(), &certificate.domain_name);
    for (property, name) in std::iter::once(first).chain(names) {
        checks.require(
            is_domain(name),
            &property,
            format!("is `{name}`, which is no domain"),
        );
    }
    let options = &certificate.domain_validation_options;
    for (index, option) in options.iter().enumerate() {
        let name = &option.domain_name;
        checks.require(
            domains(certificate).any(|domain| domain == name),
            &format!("DomainValidationOptions[{index}].DomainName"),
            format!("is `{name}`, which the certificate is not for"),
        );
    }
}

fn is_domain(name: &str) -> bool {
    let mut labels = name.strip_prefix("*.").unwrap_or(name).split('.');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    name.contains('.') && name.len() <= 253 && labels.all(is_label)
}
