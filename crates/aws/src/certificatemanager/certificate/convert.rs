//! A certificate in the SDK's types and in the model's.

use aws_sdk_acm::types::{CertificateDetail, ValidationMethod as SdkMethod};
use model::types::certificatemanager::{Certificate, DomainValidationOption, ValidationMethod};

use super::read::Owned;
use super::{Properties, zones_of};
use crate::kit::policy_document::sort_set;
use crate::route53::zone_id;

/// Replaces the zone of a certificate that is not issued: it differs from every desired one, so
/// that the next apply resumes an interrupted one.
const PENDING: &str = "(not issued yet)";

/// The domains that a certificate is for.
pub(super) fn domains(certificate: &Properties) -> impl Iterator<Item = &String> {
    std::iter::once(&certificate.domain_name).chain(&certificate.subject_alternative_names)
}

/// Fills in the defaults, and the zone of each domain's record: no zone of the account, unless one
/// is named.
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
    // Some answers contain a hyphen where the requests contain an underscore.
    let key = certificate
        .key_algorithm
        .take()
        .unwrap_or_else(|| "RSA_2048".to_owned());
    certificate.key_algorithm = Some(key.replace('-', "_"));
    normalise_options(certificate);
}

fn normalise_options(certificate: &mut Properties) {
    if certificate.validation_method == Some(ValidationMethod::Email) {
        // No record is looked up.
        certificate.domain_validation_options.clear();
    }
    for option in &mut certificate.domain_validation_options {
        option.domain_name.make_ascii_lowercase();
        option.hosted_zone_id = option.hosted_zone_id.as_deref().map(zone_id);
    }
    let domains: Vec<String> = domains(certificate).cloned().collect();
    let options = &mut certificate.domain_validation_options;
    for domain_name in domains {
        if !options
            .iter()
            .any(|option| option.domain_name == domain_name)
        {
            options.push(DomainValidationOption {
                domain_name,
                hosted_zone_id: None,
            });
        }
    }
    certificate.domain_validation_options.sort();
    certificate.domain_validation_options.dedup();
}

/// A certificate as it was read. The answer names no zones: the desired ones contain the records if
/// the certificate's tag names them.
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
    let mut options = certificate.domain_validation_options.iter();
    let option = options.find(|option| option.domain_name == domain)?;
    option.hosted_zone_id.clone()
}

/// Whether two certificates answer one request.
pub(super) fn same_request(one: &Properties, other: &Properties) -> bool {
    one.domain_name == other.domain_name
        && one.subject_alternative_names == other.subject_alternative_names
        && one.validation_method == other.validation_method
        && one.key_algorithm == other.key_algorithm
}

fn method(detail: &CertificateDetail) -> Option<ValidationMethod> {
    let first = detail.domain_validation_options().first()?;
    match first.validation_method()? {
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
