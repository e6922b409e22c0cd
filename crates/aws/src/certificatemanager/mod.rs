//! `AWS::CertificateManager::Certificate`.

mod convert;
#[cfg(test)]
mod tests;
mod validation;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_acm::Client;
use aws_sdk_acm::types::{
    CertificateDetail, CertificateStatus, CertificateSummary, CertificateType, Filters,
    KeyAlgorithm, Tag,
};
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use futures_util::future::try_join_all;
use model::types::certificatemanager::Certificate;
use model::{ADDRESS_TAG, SYSTEM_TAG, Tags, child_fingerprint_tag, fingerprint};
use serde::Deserialize;

use super::route53::Zones;
use crate::account::Account;
use crate::account::error::failed;
use crate::kit::tagging;
use crate::kit::typed::{ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, retry, until};

type Properties = Certificate<String>;
type Live = TypedLive<Properties>;

/// Where certificates for CloudFront stand.
const REGION: &str = "us-east-1";

/// How long a certificate that was just requested may be unknown.
const APPEARANCE: WaitPolicy = WaitPolicy::seconds(30);

/// A distribution lets go of its certificate once it is deployed without it.
const LETTING_GO: WaitPolicy = WaitPolicy {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(15),
    within: Duration::from_mins(45),
};

/// How many requests may be answered with a certificate that was deleted a moment ago, since they
/// look like its own.
const REQUESTS: usize = 3;

/// Reads and writes certificates.
///
/// They are found by their tags, each of which takes a call to read; those of the system take
/// another. Which zones hold their validation records no answer tells, so a tag of theirs keeps it.
#[derive(Debug)]
pub(crate) struct Certificates {
    account: Account,
    client: Client,
    zones: Zones,
}

/// Nothing but its tags finds a certificate again.
#[derive(Debug, Deserialize)]
pub(crate) struct Identity {}

/// A certificate of the system's.
#[derive(Clone, Debug)]
struct Owned {
    detail: CertificateDetail,
    tags: Tags,
}

impl Owned {
    fn status(&self) -> &CertificateStatus {
        self.detail
            .status()
            .unwrap_or(&CertificateStatus::PendingValidation)
    }

    fn is_issued(&self) -> bool {
        *self.status() == CertificateStatus::Issued
    }

    /// Whether it is of use, or will be. One that is not is as good as none, and goes as one too
    /// many.
    fn is_alive(&self) -> bool {
        matches!(
            self.status(),
            CertificateStatus::Issued | CertificateStatus::PendingValidation
        )
    }

    fn stands_at(&self, address: &str) -> bool {
        self.tags.get(ADDRESS_TAG).is_some_and(|at| at == address)
    }
}

impl Certificates {
    pub(crate) fn new(account: &Account) -> Self {
        let client = Client::new(&account.config_in("acm", REGION));
        Self {
            account: account.clone(),
            client,
            zones: Zones::new(account),
        }
    }

    /// Every certificate of the Region. Without the filter those of other keys than RSA 2048 are
    /// left out.
    async fn list_all(&self) -> Result<Vec<CertificateSummary>, DriverError> {
        let keys = KeyAlgorithm::values()
            .iter()
            .map(|key| KeyAlgorithm::from(*key))
            .collect();
        let filters = Filters::builder().set_key_types(Some(keys)).build();
        let pages = self
            .client
            .list_certificates()
            .includes(filters)
            .into_paginator()
            .items()
            .send();
        pages
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed("acm:ListCertificates"))
    }

    /// The system's certificates.
    async fn owned(&self, cache: &ReadCache) -> Result<Arc<Vec<Owned>>, DriverError> {
        cache
            .once("acm:ListCertificates", || async {
                let all = self.list_all().await?;
                let requested = all.iter().filter(|one| {
                    one.r#type()
                        .is_none_or(|of| *of == CertificateType::AmazonIssued)
                });
                let arns = requested.filter_map(CertificateSummary::certificate_arn);
                let owned = try_join_all(arns.map(|arn| self.own(arn))).await?;
                Ok(owned.into_iter().flatten().collect())
            })
            .await
    }

    /// A certificate, if it is the system's.
    async fn own(&self, arn: &str) -> Result<Option<Owned>, DriverError> {
        let Some(tags) = self.read_tags(arn).await? else {
            return Ok(None);
        };
        if tags
            .get(SYSTEM_TAG)
            .is_none_or(|owner| owner != self.account.system())
        {
            return Ok(None);
        }
        Ok(self
            .describe(arn)
            .await?
            .map(|detail| Owned { detail, tags }))
    }

    async fn describe(&self, arn: &str) -> Result<Option<CertificateDetail>, DriverError> {
        let answer = self
            .client
            .describe_certificate()
            .certificate_arn(arn)
            .send()
            .await;
        match answer.map_err(failed("acm:DescribeCertificate")) {
            Err(error) if is_absent(&error) => Ok(None),
            other => Ok(other?.certificate),
        }
    }

    async fn read_tags(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let answer = self
            .client
            .list_tags_for_certificate()
            .certificate_arn(arn)
            .send()
            .await;
        let tags = match answer.map_err(failed("acm:ListTagsForCertificate")) {
            Err(error) if is_absent(&error) => return Ok(None),
            other => other?.tags.unwrap_or_default(),
        };
        let pair = |tag: Tag| {
            (
                tag.key().to_owned(),
                tag.value().unwrap_or_default().to_owned(),
            )
        };
        Ok(Some(tags.into_iter().map(pair).collect()))
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        let call = self
            .client
            .add_tags_to_certificate()
            .certificate_arn(arn)
            .set_tags(Some(sdk_tags(tags)?));
        call.send()
            .await
            .map(drop)
            .map_err(failed("acm:AddTagsToCertificate"))
    }

    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let tags = keys
            .iter()
            .map(|key| Tag::builder().key(key).build().map_err(incomplete));
        let tags = tags.collect::<Result<Vec<_>, _>>()?;
        let call = self
            .client
            .remove_tags_from_certificate()
            .certificate_arn(arn)
            .set_tags(Some(tags));
        match call
            .send()
            .await
            .map_err(failed("acm:RemoveTagsFromCertificate"))
        {
            Err(error) if is_absent(&error) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Requests the certificate.
    ///
    /// Within an hour the same token is answered with the same certificate, so that a lost answer
    /// makes no second one. A certificate that was deleted within the hour may be what is answered
    /// then, too: another token asks again.
    async fn request(&self, desired: &Properties, tags: &Tags) -> Result<String, DriverError> {
        for attempt in 0..REQUESTS {
            let identity = serde_json::json!([
                tags.get(SYSTEM_TAG),
                tags.get(ADDRESS_TAG),
                desired.domain_name,
                desired.subject_alternative_names,
                desired.key_algorithm,
                attempt,
            ]);
            let call = self
                .client
                .request_certificate()
                .domain_name(&desired.domain_name)
                .set_subject_alternative_names(convert::sdk_names(desired))
                .set_validation_method(desired.validation_method.map(convert::sdk_method))
                .set_key_algorithm(desired.key_algorithm.as_deref().map(KeyAlgorithm::from))
                .idempotency_token(fingerprint(&identity))
                .set_tags(Some(sdk_tags(tags)?));
            let answer = call
                .send()
                .await
                .map_err(failed("acm:RequestCertificate"))?;
            let arn = answer
                .certificate_arn
                .ok_or_else(|| DriverError::internal("a new certificate has no ARN"))?;
            if self.appears(&arn).await? {
                return Ok(arn);
            }
        }
        Err(DriverError::Invalid(format!(
            "Certificate Manager answers with a certificate for `{}` that was deleted: apply again in an hour",
            desired.domain_name
        )))
    }

    /// Whether a certificate that was just requested is there.
    async fn appears(&self, arn: &str) -> Result<bool, DriverError> {
        let described = until("the new certificate to appear", APPEARANCE, || async {
            Ok(self
                .describe(arn)
                .await?
                .ok_or_else(|| "not there".to_owned()))
        });
        match described.await {
            Ok(_) => Ok(true),
            Err(DriverError::TimedOut { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn is_absent(error: &DriverError) -> bool {
    error.is("ResourceNotFoundException")
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` passes it
fn incomplete(error: aws_sdk_acm::error::BuildError) -> DriverError {
    DriverError::internal(format!(
        "a call to Certificate Manager is incomplete ({error})"
    ))
}

fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    tags.iter()
        .map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(incomplete)
        })
        .collect()
}

/// The tag that keeps which zones hold the validation records. The engine leaves it alone, as a
/// child's record.
fn zones_tag() -> String {
    child_fingerprint_tag("zones")
}

/// The zones that hold, or held, the validation records.
fn zones_of(tags: &Tags) -> Vec<String> {
    let zones = tags
        .get(&zones_tag())
        .map(|zones| zones.split(' ').map(str::to_owned).collect());
    zones.unwrap_or_default()
}

fn live(properties: Properties, arn: &str, tags: Tags) -> Live {
    let attributes = Attributes::from([("Arn".to_owned(), arn.to_owned())]);
    TypedLive {
        id: arn.to_owned(),
        properties,
        attributes,
        tags: LiveTags::Read(tags),
    }
}

#[async_trait]
impl ResourceDriver for Certificates {
    type Properties = Properties;
    type Identity = Identity;

    fn normalise(&self, certificate: &mut Properties) {
        convert::normalise(certificate);
    }

    /// Of several, as an interrupted replacement leaves them, the one that is as desired; the
    /// others are orphans.
    async fn read(
        &self,
        wanted: TypedReadRequest<'_, Identity, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let address = wanted.address.to_string();
        let mut desired = wanted.properties;
        convert::normalise(&mut desired);
        let owned = self.owned(cache).await?;
        let found = owned
            .iter()
            .filter(|one| one.stands_at(&address) && one.is_alive());
        let best = found.max_by_key(|one| {
            let made = one
                .detail
                .created_at()
                .map(aws_smithy_types::DateTime::secs);
            (
                convert::same_request(&convert::properties(one, Some(&desired)), &desired),
                one.is_issued(),
                made,
            )
        });
        Ok(best.map(|one| {
            let arn = one.detail.certificate_arn().unwrap_or_default();
            live(
                convert::properties(one, Some(&desired)),
                arn,
                one.tags.clone(),
            )
        }))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let owned = self.owned(cache).await?;
        let orphan = |one: &Owned| {
            let arn = one.detail.certificate_arn().unwrap_or_default();
            live(convert::properties(one, None), arn, one.tags.clone())
        };
        Ok(owned.iter().map(orphan).collect())
    }

    async fn may_have_orphans(
        &self,
        selection: &Selection,
        cache: &ReadCache,
    ) -> Result<bool, DriverError> {
        Ok(tagging::hints(&self.account, cache)
            .await?
            .shows("s3", selection))
    }

    async fn tags(&self, live: &Live) -> Result<Tags, DriverError> {
        Ok(self.read_tags(&live.id).await?.unwrap_or_default())
    }

    async fn create(&self, mut desired: Properties, tags: &Tags) -> Result<Live, DriverError> {
        convert::normalise(&mut desired);
        convert::check(&desired)?;
        let arn = self.request(&desired, tags).await?;
        let tags = self.validate(&arn, &desired, tags).await?;
        Ok(live(desired, &arn, tags))
    }

    /// What can change is where the validation records are, and whether the certificate is issued
    /// at all.
    async fn update(
        &self,
        live: Live,
        mut desired: Properties,
        _: &Changes,
    ) -> Result<Live, DriverError> {
        convert::normalise(&mut desired);
        convert::check(&desired)?;
        let tags = live.tags.known().cloned().unwrap_or_default();
        let tags = self.validate(&live.id, &desired, &tags).await?;
        Ok(TypedLive {
            properties: desired,
            tags: LiveTags::Read(tags),
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        if !remove.is_empty() {
            self.remove_tags(&live.id, remove).await?;
        }
        if !set.is_empty() {
            self.add_tags(&live.id, set).await?;
        }
        Ok(())
    }

    /// The validation records go before the certificate does: it is what they are found by.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let arn = &live.id;
        until(
            "every distribution to stop using the certificate",
            LETTING_GO,
            || async {
                let users = self
                    .describe(arn)
                    .await?
                    .and_then(|detail| detail.in_use_by)
                    .unwrap_or_default();
                Ok(if users.is_empty() {
                    Ok(())
                } else {
                    Err(users.join(", "))
                })
            },
        )
        .await?;
        self.invalidate(arn).await?;
        let in_use = |error: &DriverError| error.is("ResourceInUseException");
        retry(LETTING_GO, in_use, || async {
            let call = self.client.delete_certificate().certificate_arn(arn);
            match call.send().await.map_err(failed("acm:DeleteCertificate")) {
                Err(error) if is_absent(&error) => Ok(()),
                other => other.map(drop),
            }
        })
        .await?;
        until("the certificate to be deleted", APPEARANCE, || async {
            Ok(self
                .describe(arn)
                .await?
                .map_or(Ok(()), |_| Err("still there".to_owned())))
        })
        .await
    }
}
