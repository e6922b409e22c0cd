//! The TXT record that says whose another record is.

use aws_sdk_route53::types::{ResourceRecord, ResourceRecordSet, RrType};
use engine::DriverError;
use model::{ADDRESS_TAG, FINGERPRINT_TAG, SYSTEM_TAG, Tags};

use super::names::{canonical, labels_in};
use super::zones::incomplete;

/// The label below which all companions of a zone stand.
const LABEL: &str = "_frontage";

/// What stands for `*`, which has its meaning only as the first label.
const ANY: &str = "_any";

/// Seconds that resolvers keep a companion. None of them asks for it.
const TTL: i64 = 300;

/// What the words of a companion mean.
const WORDS: &[(&str, &str)] = &[
    ("system", SYSTEM_TAG),
    ("address", ADDRESS_TAG),
    ("fingerprint", FINGERPRINT_TAG),
];

/// The word that names the certificate which a record validates. It stands in place of an address,
/// since the record is a part of the certificate.
const CERTIFICATE: &str = "certificate";

/// The TXT record that says whose another record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Companion {
    /// Its own name.
    pub(super) name: String,
    /// The record's name.
    pub(super) of: String,
    /// The record's type.
    pub(super) record_type: String,
    /// What it says.
    pub(crate) tags: Tags,
    /// The address of the certificate that the record validates.
    pub(crate) certificate: Option<String>,
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
        let all = std::iter::once(kind.as_str()).chain(labels.filter(|label| !label.is_empty()));
        let name = all
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
            tags: Tags::new(),
            certificate: None,
        })
    }

    /// The companion, saying this.
    #[must_use]
    pub(crate) fn saying(self, tags: &Tags) -> Self {
        Self {
            tags: tags.clone(),
            ..self
        }
    }

    /// The companion, saying that the record validates the certificate at an address of the
    /// system's.
    #[must_use]
    pub(crate) fn validating(self, system: &str, address: &str) -> Self {
        let tags = Tags::from([(SYSTEM_TAG.to_owned(), system.to_owned())]);
        Self {
            tags,
            certificate: Some(address.to_owned()),
            ..self
        }
    }

    /// Where the companions of a zone begin.
    pub(super) fn first(zone: &str) -> String {
        format!("{LABEL}.{}", canonical(zone))
    }

    /// The companion that a record of the zone is; none if it is another record.
    pub(super) fn parse(record: &ResourceRecordSet, zone: &str) -> Option<Self> {
        let (name, zone) = (canonical(record.name()), canonical(zone));
        let labels = labels_in(&name, &zone).filter(|_| record.r#type() == &RrType::Txt)?;
        let labels = labels.strip_suffix(LABEL)?.strip_suffix('.')?;
        let (record_type, labels) = labels.split_once('.').unwrap_or((labels, ""));
        let labels = labels
            .split('.')
            .map(|label| if label == ANY { "*" } else { label });
        let of = labels
            .filter(|label| !label.is_empty())
            .chain([zone.as_str()])
            .collect::<Vec<_>>()
            .join(".");
        let text = record.resource_records().first()?.value();
        let words: Vec<(&str, &str)> = text
            .trim_matches('"')
            .split(' ')
            .filter_map(|word| word.split_once('='))
            .collect();
        let said = |wanted: &str| {
            words
                .iter()
                .find(|(word, _)| *word == wanted)
                .map(|(_, value)| (*value).to_owned())
        };
        let tags = WORDS
            .iter()
            .filter_map(|(word, tag)| Some(((*tag).to_owned(), said(word)?)))
            .collect();
        let record_type = record_type.to_ascii_uppercase();
        Some(Self {
            of,
            record_type,
            tags,
            certificate: said(CERTIFICATE),
            name,
        })
    }

    /// The record that it is.
    pub(crate) fn record(&self) -> Result<ResourceRecordSet, DriverError> {
        let words = WORDS
            .iter()
            .filter_map(|(word, tag)| Some((*word, self.tags.get(*tag)?)));
        let words = words.chain(
            self.certificate
                .as_ref()
                .map(|address| (CERTIFICATE, address)),
        );
        let text = words
            .map(|(word, value)| format!("{word}={value}"))
            .collect::<Vec<_>>()
            .join(" ");
        let value = ResourceRecord::builder()
            .value(format!("\"{text}\""))
            .build()
            .map_err(incomplete)?;
        let record = ResourceRecordSet::builder()
            .name(&self.name)
            .r#type(RrType::Txt)
            .ttl(TTL);
        record.resource_records(value).build().map_err(incomplete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags() -> Tags {
        let tags = [
            (SYSTEM_TAG, "acme"),
            (ADDRESS_TAG, "team/shipping/alias"),
            (FINGERPRINT_TAG, "0123"),
        ];
        tags.map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
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
                .saying(&tags());
            assert_eq!(companion.name, expected);
            let record = companion.record().unwrap();
            assert_eq!(
                record.resource_records()[0].value(),
                r#""system=acme address=team/shipping/alias fingerprint=0123""#
            );
            assert_eq!(Companion::parse(&record, "example.com."), Some(companion));
        }
    }

    #[test]
    fn that_of_a_validation_names_no_address() {
        let companion = Companion::of("_x.example.com", "CNAME", "example.com").unwrap();
        let companion = companion.validating("acme", "shell/certificate");
        let parsed = Companion::parse(&companion.record().unwrap(), "example.com").unwrap();
        assert_eq!(parsed, companion);
        assert!(!parsed.tags.contains_key(ADDRESS_TAG));
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
