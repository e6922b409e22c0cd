//! The validation of a certificate's domains, by records that Certificate Manager names and looks
//! up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_acm::types::{
    CertificateDetail, CertificateStatus, DomainStatus, DomainValidation,
    ValidationMethod as ValidationBy,
};
use aws_sdk_route53::types::{ResourceRecordSet, RrType};
use engine::DriverError;
use model::types::certificatemanager::ValidationMethod;
use model::{Owner, Tags};

use super::{Certificates, Properties, convert, zones_of, zones_tag};
use crate::kit::tag_store::TagCalls as _;
use crate::kit::wait::{WaitPolicy, until};
use crate::route53::{Companion, canonical, remove, simple_record, write};

/// How long Certificate Manager may take to name the records.
const NAMING: WaitPolicy = WaitPolicy::seconds(120);

/// How long it may take to find them: minutes with a zone of the account; longer if a person writes
/// the record.
const ISSUE: WaitPolicy = WaitPolicy {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(10),
    within: Duration::from_hours(1),
};

/// Seconds that resolvers keep a validation record.
const TTL: i64 = 300;

/// A record that validates a domain. A domain and its wildcard have the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Proof {
    name: String,
    value: String,
}

impl Proof {
    fn of(domain: &DomainValidation) -> Option<Self> {
        let record = domain.resource_record()?;
        Some(Self {
            name: canonical(record.name()),
            value: record.value().to_owned(),
        })
    }

    fn record(&self) -> Result<ResourceRecordSet, DriverError> {
        simple_record(&self.name, RrType::Cname, TTL, &self.value)
    }

    fn is(&self, record: &ResourceRecordSet) -> bool {
        record
            .resource_records()
            .iter()
            .any(|live| canonical(live.value()) == canonical(&self.value))
    }
}

/// The records that a certificate needs, each with a domain that it is for.
fn proofs(detail: &CertificateDetail) -> BTreeMap<Proof, &str> {
    let domains = detail.domain_validation_options().iter();
    domains
        .filter_map(|domain| Some((Proof::of(domain)?, domain.domain_name())))
        .collect()
}

/// The events that must happen before a certificate is issued.
fn pending(detail: &CertificateDetail, desired: &Properties) -> String {
    let waiting = detail
        .domain_validation_options()
        .iter()
        .filter(|domain| domain.validation_status() != Some(&DomainStatus::Success));
    let each = waiting.map(|domain| {
        let name = domain.domain_name();
        match (Proof::of(domain), convert::zone(desired, name)) {
            (Some(_), Some(zone)) => {
                format!("{name} waits for the record in the zone {zone} to be found")
            }
            (Some(proof), None) => {
                format!(
                    "{name} is not validated until you create the record {} CNAME {}",
                    proof.name, proof.value
                )
            }
            (None, _) => format!("{name} waits for its validation"),
        }
    });
    let each = each.collect::<Vec<_>>().join("; ");
    if each.is_empty() {
        "all domains are validated".to_owned()
    } else {
        each
    }
}

impl Certificates {
    /// Writes the records that validate the domains, and waits until the certificate is issued.
    /// Returns its tags, which record the zones of the records.
    pub(super) async fn validate(
        &self,
        arn: &str,
        desired: &Properties,
        owner: &Owner,
        mut tags: Tags,
    ) -> Result<Tags, DriverError> {
        if desired.validation_method == Some(ValidationMethod::Dns) {
            let detail = self.named(arn, &desired.domain_name).await?;
            tags = self.record_zones(arn, desired, tags).await?;
            for (proof, domain) in proofs(&detail) {
                if let Some(zone) = convert::zone(desired, domain) {
                    self.prove(&zone, &proof, owner).await?;
                }
            }
        }
        self.issued(arn, desired).await?;
        Ok(tags)
    }

    /// Records the zones in a tag, before anything is written there.
    async fn record_zones(
        &self,
        arn: &str,
        desired: &Properties,
        mut tags: Tags,
    ) -> Result<Tags, DriverError> {
        let mut zones = zones_of(&tags);
        let wanted = desired
            .domain_validation_options
            .iter()
            .filter_map(|option| option.hosted_zone_id.clone());
        zones.extend(wanted);
        zones.sort();
        zones.dedup();
        let value = zones.join(" ");
        if !zones.is_empty() && tags.get(&zones_tag()) != Some(&value) {
            self.client
                .tag(arn, &Tags::from([(zones_tag(), value.clone())]))
                .await?;
            tags.insert(zones_tag(), value);
        }
        Ok(tags)
    }

    /// Waits until Certificate Manager names the records: some seconds after the request.
    async fn named(&self, arn: &str, domain: &str) -> Result<CertificateDetail, DriverError> {
        let condition = format!("the validation records of `{domain}` to be named");
        until(&condition, NAMING, || async {
            let Some(detail) = self.client.describe(arn).await? else {
                return Ok(Err("not there".to_owned()));
            };
            let domains = detail.domain_validation_options();
            let named = domains.iter().filter_map(Proof::of).count();
            let all = !domains.is_empty() && named == domains.len();
            let seen = format!("{named} of {} are", domains.len());
            Ok(if all { Ok(detail) } else { Err(seen) })
        })
        .await
    }

    /// Writes a record, with a companion that names the certificate. An existing one is right,
    /// regardless of its origin: it is the same for all certificates of the account for the domain.
    async fn prove(&self, zone: &str, proof: &Proof, owner: &Owner) -> Result<(), DriverError> {
        let zone_name = self.zones.known_name(zone).await?;
        let live = self.zones.record(zone, &proof.name, "CNAME").await?;
        if live.as_ref().is_some_and(|live| proof.is(live)) {
            return Ok(());
        }
        let companion = Companion::of(&proof.name, "CNAME", &zone_name)?.validating(owner);
        let batch = vec![write(proof.record()?)?, write(companion.record()?)?];
        self.zones.change(zone, batch).await
    }

    /// Waits until the certificate is issued.
    async fn issued(&self, arn: &str, desired: &Properties) -> Result<(), DriverError> {
        let domain = &desired.domain_name;
        let condition = format!("the certificate for `{domain}` to be issued");
        until(&condition, ISSUE, || async {
            let Some(detail) = self.client.describe(arn).await? else {
                return Ok(Err("not there".to_owned()));
            };
            let status = match detail.status() {
                Some(CertificateStatus::Issued) => return Ok(Ok(())),
                Some(CertificateStatus::PendingValidation) | None => {
                    return Ok(Err(pending(&detail, desired)));
                }
                Some(status) => status.as_str(),
            };
            let reason = detail.failure_reason();
            let reason = reason.map_or("no reason given", |reason| reason.as_str());
            Err(DriverError::Invalid(format!(
                "the certificate for `{domain}` is {status} ({reason}): once that is mended, apply again for a new one"
            )))
        })
        .await
    }

    /// Removes the records that were written for a certificate and that no other one needs.
    pub(super) async fn invalidate(&self, arn: &str) -> Result<(), DriverError> {
        let (Some(detail), Some(tags)) = (
            self.client.describe(arn).await?,
            self.client.known(arn).await?,
        ) else {
            return Ok(());
        };
        let zones = zones_of(&tags);
        if zones.is_empty() {
            return Ok(());
        }
        let needed = self.needed_by_others(arn, &proofs(&detail)).await?;
        for (proof, domain) in proofs(&detail) {
            for zone in zones.iter().filter(|_| !needed.contains(base(domain))) {
                self.forget(zone, &proof).await?;
            }
        }
        self.client.untag(arn, &[zones_tag()]).await
    }

    /// The domains of these records for which other certificates, of any owner, need them as well.
    async fn needed_by_others(
        &self,
        arn: &str,
        proofs: &BTreeMap<Proof, &str>,
    ) -> Result<BTreeSet<String>, DriverError> {
        let is_proved = |domain: &str| proofs.values().any(|proved| base(proved) == base(domain));
        let mut needed = BTreeSet::new();
        for other in self.client.list().await? {
            let names = other
                .subject_alternative_name_summaries()
                .iter()
                .map(String::as_str)
                .chain(other.domain_name());
            let same = other
                .certificate_arn()
                .filter(|other| *other != arn)
                .filter(|_| names.into_iter().any(is_proved));
            let Some(same) = same else { continue };
            let Some(detail) = self.client.describe(same).await? else {
                continue;
            };
            let domains = detail
                .domain_validation_options()
                .iter()
                .filter(|domain| domain.resource_record().is_some());
            let by_record =
                domains.filter(|domain| domain.validation_method() != Some(&ValidationBy::Email));
            needed.extend(by_record.map(|domain| base(domain.domain_name()).to_owned()));
        }
        Ok(needed)
    }

    /// Removes a record that the system wrote, with its companion.
    async fn forget(&self, zone: &str, proof: &Proof) -> Result<(), DriverError> {
        let Some(zone_name) = self.zones.name(zone).await? else {
            return Ok(());
        };
        let Ok(companion) = Companion::of(&proof.name, "CNAME", &zone_name) else {
            return Ok(());
        };
        let Some((said, companion)) = self.zones.companion(zone, &companion, &zone_name).await?
        else {
            return Ok(());
        };
        if !said.validates_for(self.account.system()) {
            return Ok(());
        }
        let record = self
            .zones
            .record(zone, &proof.name, "CNAME")
            .await?
            .filter(|live| proof.is(live));
        let batch = record
            .into_iter()
            .chain([companion])
            .map(remove)
            .collect::<Result<Vec<_>, _>>()?;
        self.zones.change(zone, batch).await
    }
}

/// A domain without its wildcard: both share one record.
fn base(domain: &str) -> &str {
    domain.strip_prefix("*.").unwrap_or(domain)
}
