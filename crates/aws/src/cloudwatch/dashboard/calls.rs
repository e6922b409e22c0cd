//! The calls about dashboards.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A dashboard, which is of no Region.
const DASHBOARD: &str = "cloudwatch::{account}:dashboard/{name}";

/// The calls about dashboards.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["cloudwatch:ListDashboards"]),
    Calls::reading(DASHBOARD, &["cloudwatch:GetDashboard"]),
    Calls::to(&[Create, Change], DASHBOARD, &["cloudwatch:PutDashboard"]),
    Calls::to(&[Delete], DASHBOARD, &["cloudwatch:DeleteDashboards"]),
];
