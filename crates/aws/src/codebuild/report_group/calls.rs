//! The calls about report groups.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A report group.
const GROUP: &str = "codebuild:{region}:{account}:report-group/{name}";

/// The calls about report groups.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["codebuild:ListReportGroups"]),
    Calls::reading(GROUP, &["codebuild:BatchGetReportGroups"]),
    Calls::to(&[Create], GROUP, &["codebuild:CreateReportGroup"]),
    Calls::to(&[Create, Change], GROUP, &["codebuild:UpdateReportGroup"]),
    Calls::to(&[Delete], GROUP, &["codebuild:DeleteReportGroup"]),
];
