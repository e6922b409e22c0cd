//! The TXT record that names the owner of another record.

use aws_sdk_route53::types::{ResourceRecordSet, RrType};
use engine::DriverError;
use model::{Owner, Tags};

use super::convert::simple_record;
use super::names::{canonical, labels_in};

/// The label above all companions of a zone.
const LABEL: &str = "_frontage";

/// Replaces `*`, which has its meaning only as the first label.
const ANY: &str = "_any";

/// The seconds that resolvers cache a companion. None of them asks for it.
const TTL: i64 = 300;

/// The TXT record that names the owner of another record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Companion {
    /// Its own name.
    pub(super) name: String,
    /// The record's name.
    pub(super) of: String,
    /// The record's type.
    pub(super) record_type: String,
    /// The owner that it names.
    pub(super) owner: Option<RecordOwner>,
}

/// The owner that a companion names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RecordOwner {
    /// The record is a resource.
    Resource(Owner),
    /// The record is a part of a certificate, which it validates. The fingerprint is empty.
    Certificate(Owner),
}

impl Companion {
    /// The companion of a record in the zone of this name.
    ///
    /// # Errors
    /// [`DriverError::Invalid`] if the record's name is not in the zone, or the companion's would
    /// be too long.
    pub(crate) fn of(name: &str, record_type: &str, zone: &str) -> Result<Self, DriverError> {
        let (of, zone) = (canonical(name), canonical(zone));
        let invalid = |what: &str| {
            DriverError::Invalid(format!("the record `{of}` {what} of the zone `{zone}`"))
        };
        let labels = labels_in(&of, &zone).ok_or_else(|| invalid("is none"))?;
        let labels = labels
            .split('.')
            .map(|label| if label == "*" { ANY } else { label });
        let kind = record_type.to_ascii_lowercase();
        let name = std::iter::once(kind.as_str())
            .chain(labels.filter(|label| !label.is_empty()))
            .chain([LABEL, zone.as_str()])
            .collect::<Vec<_>>()
            .join(".");
        if name.len() > 253 {
            return Err(invalid("is too long to have a companion, and one"));
        }
        Ok(Self {
            name,
            of,
            record_type: record_type.to_owned(),
            owner: None,
        })
    }

    /// The companion, naming the owner of the record.
    #[must_use]
    pub(super) fn naming(self, owner: &Owner) -> Self {
        Self {
            owner: Some(RecordOwner::Resource(owner.clone())),
            ..self
        }
    }

    /// The companion, naming the certificate that the record validates. It names no Region: the
    /// record is the same for all certificates of the account for the domain, and is deleted with
    /// the last of them.
    #[must_use]
    pub(crate) fn validating(self, certificate: &Owner) -> Self {
        let certificate = Owner {
            id: None,
            region: None,
            fingerprint: String::new(),
            ..certificate.clone()
        };
        Self {
            owner: Some(RecordOwner::Certificate(certificate)),
            ..self
        }
    }

    /// The tags of the record; empty if it is not a resource.
    pub(super) fn tags(&self) -> Tags {
        self.resource().map(Owner::tags).unwrap_or_default()
    }

    /// The owner of the record, if it is a resource.
    pub(super) fn resource(&self) -> Option<&Owner> {
        match &self.owner {
            Some(RecordOwner::Resource(owner)) => Some(owner),
            Some(RecordOwner::Certificate(_)) | None => None,
        }
    }

    /// Whether the record validates a certificate of a system.
    pub(crate) fn validates_for(&self, system: &str) -> bool {
        matches!(&self.owner, Some(RecordOwner::Certificate(owner)) if owner.system == system)
    }

    /// The name at which the companions of a zone begin.
    pub(super) fn first(zone: &str) -> String {
        format!("{LABEL}.{}", canonical(zone))
    }

    /// The companion in a record of the zone, or `None` if it is another record.
    pub(super) fn parse(record: &ResourceRecordSet, zone: &str) -> Option<Self> {
        let (name, zone) = (canonical(record.name()), canonical(zone));
        let labels = labels_in(&name, &zone).filter(|_| record.r#type() == &RrType::Txt)?;
        let labels = labels.strip_suffix(LABEL)?.strip_suffix('.')?;
        let (record_type, labels) = labels.split_once('.').unwrap_or((labels, ""));
        let of = labels
            .split('.')
            .map(|label| if label == ANY { "*" } else { label })
            .filter(|label| !label.is_empty())
            .chain([zone.as_str()])
            .collect::<Vec<_>>()
            .join(".");
        let text = record.resource_records().first()?.value();
        Some(Self {
            of,
            record_type: record_type.to_ascii_uppercase(),
            owner: RecordOwner::parse(text.trim_matches('"')),
            name,
        })
    }

    /// The companion as a record.
    pub(crate) fn record(&self) -> Result<ResourceRecordSet, DriverError> {
        let text = self.owner.as_ref().map(RecordOwner::text);
        let value = format!("\"{}\"", text.unwrap_or_default());
        simple_record(&self.name, RrType::Txt, TTL, &value)
    }
}

impl RecordOwner {
    fn parse(text: &str) -> Option<Self> {
        let word = |wanted: &str| {
            let mut words = text.split(' ').filter_map(|word| word.split_once('='));
            words.find(|(word, _)| *word == wanted).map(|(_, is)| is)
        };
        let owner = |address: &str| {
            Some(Owner {
                system: word("system")?.to_owned(),
                id: word("id").map(str::to_owned),
                region: word("region").map(str::to_owned),
                address: address.parse().ok()?,
                fingerprint: word("fingerprint").unwrap_or_default().to_owned(),
            })
        };
        match word("certificate") {
            Some(certificate) => owner(certificate).map(Self::Certificate),
            None => owner(word("address")?).map(Self::Resource),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Resource(owner) => {
                let word = |name: &str, value: &Option<String>| {
                    let value = value.as_ref();
                    value.map_or_else(String::new, |value| format!("{name}={value} "))
                };
                format!(
                    "system={} {}{}address={} fingerprint={}",
                    owner.system,
                    word("id", &owner.id),
                    word("region", &owner.region),
                    owner.address,
                    owner.fingerprint
                )
            }
            Self::Certificate(owner) => {
                format!("system={} certificate={}", owner.system, owner.address)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias() -> Owner {
        Owner {
            system: "acme".to_owned(),
            id: Some("0a1b2c3d".to_owned()),
            region: Some("eu-west-1".to_owned()),
            address: "team/shipping/alias".parse().unwrap(),
            fingerprint: "0123".to_owned(),
        }
    }

    #[test]
    fn a_companion_reads_back() {
        for (name, record_type, expected) in [
            ("www.example.com.", "A", "a.www._frontage.example.com"),
            ("example.com", "AAAA", "aaaa._frontage.example.com"),
            (
                "*.shop.example.com",
                "CNAME",
                "cname._any.shop._frontage.example.com",
            ),
        ] {
            let companion = Companion::of(name, record_type, "example.com.")
                .unwrap()
                .naming(&alias());
            assert_eq!(companion.name, expected);
            let record = companion.record().unwrap();
            assert_eq!(
                record.resource_records()[0].value(),
                r#""system=acme id=0a1b2c3d region=eu-west-1 address=team/shipping/alias fingerprint=0123""#
            );
            let parsed = Companion::parse(&record, "example.com.").unwrap();
            assert_eq!(parsed, companion);
            assert_eq!(parsed.tags(), alias().tags());
            assert_eq!(parsed.resource(), Some(&alias()));
            assert!(!parsed.validates_for("acme"));
        }
    }

    #[test]
    fn that_of_a_validation_names_no_address() {
        let companion = Companion::of("_x.example.com", "CNAME", "example.com").unwrap();
        let companion = companion.validating(&alias());
        let record = companion.record().unwrap();
        assert_eq!(
            record.resource_records()[0].value(),
            r#""system=acme certificate=team/shipping/alias""#
        );
        let parsed = Companion::parse(&record, "example.com").unwrap();
        assert_eq!(parsed, companion);
        assert_eq!(parsed.tags(), Tags::new());
        assert!(parsed.validates_for("acme") && !parsed.validates_for("other"));
        assert_eq!(parsed.resource(), None);
    }

    #[test]
    fn a_record_of_another_zone_has_none() {
        let error = Companion::of("www.example.org", "A", "example.com").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the record `www.example.org` is none of the zone `example.com`"
        );
    }
}
