//! `AWS::CertificateManager::Certificate`.

mod calls;
mod convert;
mod limits;
mod read;
#[cfg(test)]
mod tests;
mod validation;

use aws_sdk_acm::types::KeyAlgorithm;
use engine::{Changes, DriverError, LiveTags, ReadCache};
use model::types::certificatemanager::Certificate;
use model::{Owner, Tags, child_fingerprint_tag, fingerprint};

use super::client::{CONSISTENCY, CertificateManagerClient, sdk_tags};
use crate::account::Account;
use crate::kit::call::Call as _;
use crate::kit::calls::Calls;
use crate::kit::limits::{Checks, Limit};
use crate::kit::recorded;
use crate::kit::tag_store::{OwnTags, TagStore};
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};
use crate::kit::wait::{WaitPolicy, until};
use crate::route53::RECORD_CALLS;
use crate::route53::Route53Client;

type Properties = Certificate<String>;
type Live = TypedLive<Properties>;

/// How long a new certificate may not be known.
const APPEARANCE: WaitPolicy = WaitPolicy::seconds(30);

/// The number of requests that may be answered with a certificate that was just deleted, since they
/// look like its own.
const REQUESTS: usize = 3;

/// Reads and writes certificates.
///
/// They are found by their tags, and reading a certificate's tags takes a call; reading one of the
/// system's takes another. No answer names the zones that contain their validation records, so a
/// tag records these.
#[derive(Debug)]
pub(crate) struct Certificates {
    account: Account,
    client: CertificateManagerClient,
    zones: Route53Client,
}

impl Certificates {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            account: account.clone(),
            client: CertificateManagerClient::new(account),
            zones: Route53Client::new(account),
        }
    }

    /// Requests the certificate.
    ///
    /// Within an hour the same token is answered with the same certificate, so that a lost answer
    /// creates no second one. The answer may also be a certificate that was deleted within the
    /// hour: then another token is used.
    async fn request(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<String, DriverError> {
        for attempt in 0..REQUESTS {
            let identity = serde_json::json!([
                owner.system,
                owner.region,
                owner.address.to_string(),
                desired.domain_name,
                desired.subject_alternative_names,
                desired.key_algorithm,
                attempt,
            ]);
            let answer = self
                .client
                .sdk
                .request_certificate()
                .domain_name(&desired.domain_name)
                .set_subject_alternative_names(convert::sdk_names(desired))
                .set_validation_method(desired.validation_method.map(convert::sdk_method))
                .set_key_algorithm(desired.key_algorithm.as_deref().map(KeyAlgorithm::from))
                .idempotency_token(fingerprint(&identity))
                .set_tags(Some(sdk_tags(tags)?))
                .send()
                .sent("acm:RequestCertificate")
                .await?;
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

    /// Whether a new certificate exists.
    async fn appears(&self, arn: &str) -> Result<bool, DriverError> {
        let described = until("the new certificate to appear", APPEARANCE, || async {
            let found = self.client.describe(arn).await?;
            Ok(found.ok_or_else(|| "not there".to_owned()))
        });
        match described.await {
            Ok(_) => Ok(true),
            Err(DriverError::TimedOut { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The tag that records the zones of the validation records. The engine leaves it untouched, as a
/// child's record.
/// Whether a user of a certificate, by its ARN, is a distribution: one of those that are deleted or
/// changed before. A load balancer or another account's API is not.
fn is_distribution(user: &str) -> bool {
    user.contains(":cloudfront:") && user.contains(":distribution/")
}

fn zones_tag() -> String {
    child_fingerprint_tag("zones")
}

/// The zones that contain, or contained, the validation records.
fn zones_of(tags: &Tags) -> Vec<String> {
    let zones = tags.get(&zones_tag());
    zones
        .map(|zones| zones.split(' ').map(str::to_owned).collect())
        .unwrap_or_default()
}

fn live(properties: Properties, arn: &str, tags: Tags) -> Live {
    TypedLive {
        id: arn.to_owned(),
        properties,
        attributes: Live::assigned([(Certificate::ARN, arn.to_owned())]),
        tags: LiveTags::Read(tags),
    }
}

impl ResourceDriver for Certificates {
    type Properties = Properties;
    const CALLS: &'static [&'static [Calls]] = &[calls::CALLS, RECORD_CALLS];
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");
    const LIMITS: &'static [Limit] = limits::LIMITS;

    fn normalise(&self, certificate: &mut Properties) {
        convert::normalise(certificate);
    }

    fn check(&self, certificate: &Properties, checks: &mut Checks) {
        limits::check(certificate, checks);
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        self.find(request, cache).await
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let owned = self.owned(cache).await?;
        Ok(owned.iter().map(|one| one.live(None)).collect())
    }

    fn tag_store(&self) -> impl TagStore<Properties> {
        OwnTags::by_id(&self.client)
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        let arn = self.request(&desired, owner, tags).await?;
        let tags = self.validate(&arn, &desired, owner, tags.clone()).await?;
        Ok(live(desired, &arn, tags))
    }

    /// Only the zones of the validation records can change, and whether the certificate is issued.
    async fn update(
        &self,
        live: &mut Live,
        desired: &Properties,
        _: &Changes,
    ) -> Result<(), DriverError> {
        let owner = recorded::owner(live, &Tags::new())?;
        let tags = live.tags.known().cloned().unwrap_or_default();
        let tags = self.validate(&live.id, desired, &owner, tags).await?;
        live.tags = LiveTags::Read(tags);
        Ok(())
    }

    /// The validation records are deleted before the certificate: they are found by it.
    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let arn = &live.id;
        let condition = "every distribution to stop using the certificate";
        until(condition, CONSISTENCY.policy, || async {
            let detail = self.client.describe(arn).await?;
            let users = detail.and_then(|detail| detail.in_use_by);
            let users = users.unwrap_or_default();
            if let Some(other) = users.iter().find(|user| !is_distribution(user)) {
                return Err(DriverError::Invalid(format!(
                    "{other} uses the certificate, so AWS does not delete it: remove it there first"
                )));
            }
            Ok(if users.is_empty() {
                Ok(())
            } else {
                Err(users.join(", "))
            })
        })
        .await?;
        self.invalidate(arn).await?;
        let call = self.client.sdk.delete_certificate().certificate_arn(arn);
        CONSISTENCY
            .delete(|| call.clone().send().done("acm:DeleteCertificate"))
            .await?;
        until("the certificate to be deleted", APPEARANCE, || async {
            let found = self.client.describe(arn).await?;
            Ok(found.map_or(Ok(()), |_| Err("still there".to_owned())))
        })
        .await
    }
}
