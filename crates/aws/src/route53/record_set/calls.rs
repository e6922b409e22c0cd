//! The calls about records.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A hosted zone.
const ZONE: &str = "route53:::hostedzone/*";

/// The calls about records, in zones that others created.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["route53:ListHostedZones"]),
    Calls::reading(
        ZONE,
        &["route53:GetHostedZone", "route53:ListResourceRecordSets"],
    ),
    Calls::to(
        &[Create, Change, Delete],
        ZONE,
        &["route53:ChangeResourceRecordSets"],
    ),
    Calls::to(
        &[Create, Change, Delete],
        "route53:::change/*",
        &["route53:GetChange"],
    ),
];
