//! A custom domain: its certificate, and its addresses.

use model::types::certificatemanager::{Certificate, DomainValidationOption, ValidationMethod};
use model::types::cloudfront::Distribution;
use model::types::route53::RecordSet;
use model::{Handle, StackBuilder, Text};

use crate::description::CustomDomain;

pub(super) fn certificate(
    stack: &mut StackBuilder<'_>,
    domain: &CustomDomain,
) -> Handle<Certificate> {
    let certificate = Certificate {
        domain_name: domain.name.clone(),
        validation_method: Some(ValidationMethod::Dns),
        domain_validation_options: vec![DomainValidationOption {
            domain_name: domain.name.clone(),
            hosted_zone_id: Some(Text::from(domain.zone_id.as_str())),
        }],
        ..Certificate::default()
    };
    stack.add("certificate", certificate)
}

/// The domain's addresses, for both versions of IP.
pub(super) fn records(
    stack: &mut StackBuilder<'_>,
    domain: &CustomDomain,
    distribution: &Handle<Distribution>,
) {
    for (name, record_type) in [("record-ipv4", "A"), ("record-ipv6", "AAAA")] {
        let (zone, host) = (
            Text::from(domain.zone_id.as_str()),
            Text::from(domain.name.as_str()),
        );
        stack.add(
            name,
            RecordSet::distribution_alias(zone, host, record_type, distribution.domain_name()),
        );
    }
}
