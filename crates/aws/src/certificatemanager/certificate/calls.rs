//! The calls about certificates, which are in the Region whose certificates CloudFront takes.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A certificate: AWS assigns the ids.
const CERTIFICATE: &str = "acm:us-east-1:{account}:certificate/*";

/// The calls about certificates. Those about their validation records are those about records.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["acm:ListCertificates"]),
    Calls::reading(
        CERTIFICATE,
        &["acm:DescribeCertificate", "acm:ListTagsForCertificate"],
    ),
    Calls::to(&[Create], "*", &["acm:RequestCertificate"]),
    Calls::to(
        &[Create, Change],
        CERTIFICATE,
        &["acm:AddTagsToCertificate"],
    ),
    Calls::to(&[Change], CERTIFICATE, &["acm:RemoveTagsFromCertificate"]),
    Calls::to(&[Delete], CERTIFICATE, &["acm:DeleteCertificate"]),
];
