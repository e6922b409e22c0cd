//! A custom domain: its certificate, and its addresses.

use model::types::certificatemanager::{Certificate, DomainValidationOption, ValidationMethod};
use model::types::cloudfront::Distribution;
use model::types::route53::RecordSet;
use model::{Handle, StackBuilder, Text};

use crate::description::{CustomDomain, Dns};

/// The ARN of the certificate for a domain and its aliases, which is part of the stack under a name
/// unless the domain's DNS is elsewhere.
pub(crate) fn certificate(stack: &mut StackBuilder<'_>, name: &str, domain: &CustomDomain) -> Text {
    let zone_id = match &domain.dns {
        Dns::Zone(zone_id) => zone_id.as_str(),
        Dns::Elsewhere(certificate) => return Text::from(certificate.as_str()),
    };
    let validation = |name: &str| DomainValidationOption {
        domain_name: name.to_owned(),
        hosted_zone_id: Some(Text::from(zone_id)),
    };
    let certificate = Certificate {
        domain_name: domain.name.clone(),
        subject_alternative_names: domain.aliases.clone(),
        validation_method: Some(ValidationMethod::Dns),
        domain_validation_options: domain.names().map(validation).collect(),
        ..Certificate::default()
    };
    stack.add(name, certificate).arn()
}

/// The addresses of a domain and its aliases, for both versions of IP. If the DNS is elsewhere, the
/// name that its records must have as their target is an output.
pub(super) fn records(
    stack: &mut StackBuilder<'_>,
    domain: &CustomDomain,
    distribution: &Handle<Distribution>,
) {
    let target = distribution.domain_name();
    let Dns::Zone(zone_id) = &domain.dns else {
        stack.output("domain_target", target);
        return;
    };
    for host in domain.names() {
        let suffix = if host == domain.name {
            String::new()
        } else {
            format!("-{host}")
        };
        for (name, record_type) in [("record-ipv4", "A"), ("record-ipv6", "AAAA")] {
            let (zone, host) = (Text::from(zone_id.as_str()), Text::from(host));
            let record = RecordSet::distribution_alias(zone, host, record_type, target.clone());
            stack.add(&format!("{name}{suffix}"), record);
        }
    }
}
