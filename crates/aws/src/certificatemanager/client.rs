//! Certificate Manager's client, in the only Region whose certificates CloudFront accepts.

use std::time::Duration;

use aws_sdk_acm::Client;
use aws_sdk_acm::error::BuildError;
use aws_sdk_acm::types::{CertificateDetail, CertificateSummary, Filters, KeyAlgorithm, Tag};
use engine::DriverError;
use model::Tags;

use crate::account::Account;
use crate::account::error::failed;
use crate::kit::call::Call as _;
use crate::kit::consistency::{Consistency, Error};
use crate::kit::tag_store::TagCalls;
use crate::kit::wait::WaitPolicy;

const REGION: &str = "us-east-1";

/// A distribution stops using its certificate once it is deployed without it.
pub(super) const CONSISTENCY: Consistency = Consistency {
    absent: &[Error::Code("ResourceNotFoundException")],
    passing: &[Error::Code("ResourceInUseException")],
    policy: WaitPolicy {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(15),
        within: Duration::from_mins(45),
    },
};

/// Certificate Manager's client for an account.
#[derive(Debug)]
pub(super) struct CertificateManagerClient {
    pub(super) sdk: Client,
}

impl CertificateManagerClient {
    pub(super) fn new(account: &Account) -> Self {
        Self {
            sdk: account.client_in(REGION),
        }
    }

    /// Every certificate of the Region. Without the filter, those with keys other than RSA 2048 are
    /// omitted.
    pub(super) async fn list(&self) -> Result<Vec<CertificateSummary>, DriverError> {
        let keys = KeyAlgorithm::values().iter().map(|key| (*key).into());
        let filters = Filters::builder().set_key_types(Some(keys.collect()));
        self.sdk
            .list_certificates()
            .includes(filters.build())
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed("acm:ListCertificates"))
    }

    /// A certificate, or `None` if it does not exist.
    pub(super) async fn describe(
        &self,
        arn: &str,
    ) -> Result<Option<CertificateDetail>, DriverError> {
        let answer = self
            .sdk
            .describe_certificate()
            .certificate_arn(arn)
            .send()
            .sent("acm:DescribeCertificate")
            .await;
        CONSISTENCY.described(answer, "acm:DescribeCertificate", |answer| {
            answer.certificate
        })
    }
}

impl TagCalls for CertificateManagerClient {
    async fn known(&self, arn: &str) -> Result<Option<Tags>, DriverError> {
        let answer = self
            .sdk
            .list_tags_for_certificate()
            .certificate_arn(arn)
            .send()
            .sent("acm:ListTagsForCertificate")
            .await;
        let found = CONSISTENCY.found(answer)?;
        let pair = |tag: &Tag| {
            let value = tag.value().unwrap_or_default();
            (tag.key().to_owned(), value.to_owned())
        };
        Ok(found.map(|answer| answer.tags().iter().map(pair).collect()))
    }

    /// Sets tags of a certificate.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), DriverError> {
        self.sdk
            .add_tags_to_certificate()
            .certificate_arn(arn)
            .set_tags(Some(sdk_tags(tags)?))
            .send()
            .done("acm:AddTagsToCertificate")
            .await
    }

    /// Removes tags of a certificate. One that does not exist has none.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), DriverError> {
        let tags = keys.iter().map(|key| Tag::builder().key(key).build());
        let tags = tags.collect::<Result<Vec<_>, _>>().map_err(incomplete)?;
        let answer = self
            .sdk
            .remove_tags_from_certificate()
            .certificate_arn(arn)
            .set_tags(Some(tags))
            .send()
            .done("acm:RemoveTagsFromCertificate")
            .await;
        CONSISTENCY.or_empty(answer)
    }
}

/// Tags in the SDK's types.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, DriverError> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(incomplete)
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` passes it
fn incomplete(error: BuildError) -> DriverError {
    DriverError::internal(format!(
        "a call to Certificate Manager is incomplete ({error})"
    ))
}
