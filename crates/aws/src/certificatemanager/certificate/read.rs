//! The certificates of the account that are the system's.

use std::sync::Arc;

use aws_sdk_acm::types::{
    CertificateDetail, CertificateStatus, CertificateSummary, CertificateType,
};
use aws_smithy_types::DateTime;
use engine::{DriverError, ReadCache};
use futures_util::future::try_join_all;
use model::{Owner, Tags};

use super::{Certificates, Live, Properties, convert, live};
use crate::kit::tag_store::TagCalls as _;
use crate::kit::typed::TypedReadRequest;

/// A certificate of the system.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    pub(super) detail: CertificateDetail,
    pub(super) tags: Tags,
    owner: Owner,
}

impl Owned {
    fn status(&self) -> &CertificateStatus {
        self.detail
            .status()
            .unwrap_or(&CertificateStatus::PendingValidation)
    }

    pub(super) fn is_issued(&self) -> bool {
        *self.status() == CertificateStatus::Issued
    }

    /// Whether it is usable, or will be. Otherwise it counts as absent, and is deleted as a surplus
    /// one.
    fn is_alive(&self) -> bool {
        matches!(
            self.status(),
            CertificateStatus::Issued | CertificateStatus::PendingValidation
        )
    }

    pub(super) fn live(&self, desired: Option<&Properties>) -> Live {
        let arn = self.detail.certificate_arn().unwrap_or_default();
        live(convert::properties(self, desired), arn, self.tags.clone())
    }
}

impl Certificates {
    /// The system's certificates.
    pub(super) async fn owned(&self, cache: &ReadCache) -> Result<Arc<Vec<Owned>>, DriverError> {
        cache
            .once("acm:ListCertificates", || async {
                let all = self.client.list().await?;
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
        let tags = self.client.tags(arn).await?;
        let Some(owner) = Owner::recorded_in(&tags).filter(|owner| self.account.owns(owner)) else {
            return Ok(None);
        };
        let detail = self.client.describe(arn).await?;
        Ok(detail.map(|detail| Owned {
            detail,
            tags,
            owner,
        }))
    }

    /// The certificate at an address. Of several, as an interrupted replacement leaves them, the
    /// one that matches the desired state; the others are orphans.
    pub(super) async fn find(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let mut desired = request.properties;
        convert::normalise(&mut desired);
        let owned = self.owned(cache).await?;
        let best = owned
            .iter()
            .filter(|one| one.owner.address == *request.address && one.is_alive())
            .max_by_key(|one| {
                (
                    convert::same_request(&convert::properties(one, None), &desired),
                    one.is_issued(),
                    one.detail.created_at().map(DateTime::secs),
                )
            });
        Ok(best.map(|one| one.live(Some(&desired))))
    }
}
