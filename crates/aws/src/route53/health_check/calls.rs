//! The calls about health checks.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A health check: its id is assigned.
const CHECK: &str = "route53:::healthcheck/*";

/// The calls about health checks.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["route53:ListHealthChecks"]),
    Calls::reading(CHECK, &["route53:ListTagsForResource"]),
    Calls::to(&[Create], "*", &["route53:CreateHealthCheck"]),
    Calls::to(
        &[Create, Change],
        CHECK,
        &["route53:ChangeTagsForResource", "route53:UpdateHealthCheck"],
    ),
    Calls::to(
        &[Delete],
        CHECK,
        &["route53:DeleteHealthCheck", "route53:GetHealthCheck"],
    ),
];
