//! A certificate in the SDK's types and in ours.

use aws_sdk_acm::types::{CertificateDetail, KeyAlgorithm, ValidationMethod as SdkMethod};
use engine::DriverError;
use model::types::certificatemanager::{Certificate, DomainValidationOption, ValidationMethod};

use super::{Owned, Properties, zones_of};
use crate::kit::policy_document::sort_set;

/// What stands for the zone of a certificate that is not issued yet: it differs from every desired
/// one, so that an interrupted apply is gone on with.
const PENDING: &str = "(not issued yet)";

/// The domains that a certificate is for.
pub(super) fn domains(certificate: &Properties) -> impl Iterator<Item = &String> {
    std::iter::once(&certificate.domain_name).chain(&certificate.subject_alternative_names)
}

/// States the defaults, and where the record of each domain is: in no zone of ours, unless it is
/// said.
pub(super) fn normalise(certificate: &mut Properties) {
    certificate.domain_name.make_ascii_lowercase();
    let first = certificate.domain_name.clone();
    for name in &mut certificate.subject_alternative_names {
        name.make_ascii_lowercase();
    }
    certificate
        .subject_alternative_names
        .retain(|name| *name != first);
    sort_set(&mut certificate.subject_alternative_names);
    certificate
        .validation_method
        .get_or_insert(ValidationMethod::Dns);
    // Some answers have a hyphen where the requests have an underscore.
    let key = certificate
        .key_algorithm
        .take()
        .unwrap_or_else(|| "RSA_2048".to_owned());
    certificate.key_algorithm = Some(key.replace('-', "_"));
    normalise_options(certificate);
}

fn normalise_options(certificate: &mut Properties) {
    if certificate.validation_method == Some(ValidationMethod::Email) {
        // No record is looked for.
        certificate.domain_validation_options.clear();
    }
    for option in &mut certificate.domain_validation_options {
        option.domain_name.make_ascii_lowercase();
        let zone = option.hosted_zone_id.take();
        option.hosted_zone_id = zone.map(|zone| {
            zone.strip_prefix("/hostedzone/")
                .unwrap_or(&zone)
                .to_owned()
        });
    }
    let unsaid: Vec<String> = domains(certificate)
        .filter(|domain| {
            !certificate
                .domain_validation_options
                .iter()
                .any(|option| option.domain_name == **domain)
        })
        .cloned()
        .collect();
    let unsaid = unsaid
        .into_iter()
        .map(|domain_name| DomainValidationOption {
            domain_name,
            hosted_zone_id: None,
        });
    certificate.domain_validation_options.extend(unsaid);
    certificate.domain_validation_options.sort();
    certificate.domain_validation_options.dedup();
}

/// A certificate as it was read. Its answer tells no zones: those that are desired are there if its
/// tag has them.
pub(super) fn properties(owned: &Owned, desired: Option<&Properties>) -> Properties {
    let detail = &owned.detail;
    let mut properties = Certificate {
        domain_name: detail.domain_name().unwrap_or_default().to_owned(),
        subject_alternative_names: detail.subject_alternative_names().to_vec(),
        validation_method: method(detail),
        domain_validation_options: Vec::new(),
        key_algorithm: detail.key_algorithm().map(|key| key.as_str().to_owned()),
    };
    normalise(&mut properties);
    let zones = zones_of(&owned.tags);
    for option in &mut properties.domain_validation_options {
        let wanted = desired.and_then(|desired| zone(desired, &option.domain_name));
        option.hosted_zone_id = if owned.is_issued() {
            wanted.filter(|wanted| zones.contains(wanted))
        } else {
            Some(PENDING.to_owned())
        };
    }
    properties
}

/// The zone in which the record of a domain should be.
pub(super) fn zone(certificate: &Properties, domain: &str) -> Option<String> {
    let option = certificate
        .domain_validation_options
        .iter()
        .find(|option| option.domain_name == domain);
    option.and_then(|option| option.hosted_zone_id.clone())
}

/// Whether two are the answer to one request.
pub(super) fn same_request(one: &Properties, other: &Properties) -> bool {
    one.domain_name == other.domain_name
        && one.subject_alternative_names == other.subject_alternative_names
        && one.validation_method == other.validation_method
        && one.key_algorithm == other.key_algorithm
}

fn method(detail: &CertificateDetail) -> Option<ValidationMethod> {
    match detail
        .domain_validation_options()
        .first()?
        .validation_method()?
    {
        SdkMethod::Dns => Some(ValidationMethod::Dns),
        SdkMethod::Email => Some(ValidationMethod::Email),
        _ => None,
    }
}

pub(super) fn sdk_method(method: ValidationMethod) -> SdkMethod {
    match method {
        ValidationMethod::Dns => SdkMethod::Dns,
        ValidationMethod::Email => SdkMethod::Email,
    }
}

pub(super) fn sdk_names(certificate: &Properties) -> Option<Vec<String>> {
    let names = &certificate.subject_alternative_names;
    (!names.is_empty()).then(|| names.clone())
}

/// What Certificate Manager refuses and emulators take. Source: the API reference of
/// `RequestCertificate`.
///
/// # Errors
/// [`DriverError::Invalid`] with what it would not take.
pub(super) fn check(certificate: &Properties) -> Result<(), DriverError> {
    let domain = &certificate.domain_name;
    let invalid = |what: &str| {
        Err(DriverError::Invalid(format!(
            "the certificate for `{domain}` {what}"
        )))
    };
    if let Some(name) = domains(certificate).find(|name| !is_domain(name)) {
        return invalid(&format!("names `{name}`, which is no domain"));
    }
    if domain.len() > 64 {
        return invalid("has a first domain of more than 64 characters");
    }
    if certificate.subject_alternative_names.len() > 99 {
        return invalid("has more than 100 domains");
    }
    let key = certificate.key_algorithm.as_deref().unwrap_or_default();
    if !KeyAlgorithm::values().contains(&key) {
        return invalid(&format!("wants a key `{key}`, which there is not"));
    }
    let mut options = certificate.domain_validation_options.iter();
    if let Some(option) =
        options.find(|option| !domains(certificate).any(|domain| *domain == option.domain_name))
    {
        return invalid(&format!(
            "says how `{}` is validated, which it is not for",
            option.domain_name
        ));
    }
    Ok(())
}

fn is_domain(name: &str) -> bool {
    let labels = name.strip_prefix("*.").unwrap_or(name).split('.');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    name.contains('.') && name.len() <= 253 && labels.into_iter().all(is_label)
}
