//! `AWS::CertificateManager::Certificate`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "Certificate Manager",
    sdk_id: "ACM",
    regions: crate::Regions::All,
};

/// The facts of `AWS::CertificateManager::Certificate`. It is found by its tags. The system's
/// Region is not its own, which is us-east-1: systems of all Regions share that namespace.
pub const CERTIFICATE: &ResourceType = &ResourceType {
    name: "AWS::CertificateManager::Certificate",
    service: SERVICE,
    scope: Scope::Account,
    identity: &[],
    create_only: &[
        "DomainName",
        "SubjectAlternativeNames",
        "ValidationMethod",
        "KeyAlgorithm",
    ],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[],
};

/// A public certificate for CloudFront: created in us-east-1, regardless of the system's Region.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Certificate<S = Text> {
    /// The domain, such as `www.example.com` or `*.example.com`. Changing it replaces the
    /// certificate.
    pub domain_name: String,
    /// Additional domains; a set, in which the first domain is redundant. Changing it replaces the
    /// certificate.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub subject_alternative_names: Vec<String>,
    /// How ownership of the domains is validated; absent means `DNS`. Changing it replaces the
    /// certificate.
    pub validation_method: Option<ValidationMethod>,
    /// The zones for the validation records, per domain. A domain that is not listed, or has no
    /// zone, waits for a person to write its record.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub domain_validation_options: Vec<DomainValidationOption<S>>,
    /// The key, such as `RSA_2048` (the default) or `EC_prime256v1`. Changing it replaces the
    /// certificate.
    pub key_algorithm: Option<String>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for Certificate {
    fn default() -> Self {
        Self {
            domain_name: String::new(),
            subject_alternative_names: Vec::new(),
            validation_method: None,
            domain_validation_options: Vec::new(),
            key_algorithm: None,
        }
    }
}

/// How ownership of domains is validated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ValidationMethod {
    /// By a record in the domain's zone, which also serves renewals.
    Dns,
    /// By mail to the domain's owner.
    Email,
}

/// The zone for a domain's validation record.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DomainValidationOption<S = Text> {
    /// One of the certificate's domains.
    pub domain_name: String,
    /// The hosted zone of the domain: `Z…`. Absent means that a person writes the record.
    pub hosted_zone_id: Option<S>,
}

impl<S: Serialize> Resource for Certificate<S> {
    const TYPE: &'static ResourceType = CERTIFICATE;
}

impl<S> Certificate<S> {
    /// The certificate's ARN, once it is issued.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
}

impl Handle<Certificate> {
    /// A reference to [`Certificate::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Certificate::ARN)
    }
}
