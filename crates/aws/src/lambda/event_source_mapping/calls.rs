//! The calls about event source mappings, whose ids AWS assigns.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A mapping.
const MAPPING: &str = "lambda:{region}:{account}:event-source-mapping:*";

/// The calls about event source mappings.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["lambda:ListEventSourceMappings"]),
    Calls::reading(MAPPING, &["lambda:ListTags"]),
    Calls::to(
        &[Create, Change, Delete],
        MAPPING,
        &["lambda:GetEventSourceMapping"],
    ),
    Calls::to(&[Create], "*", &["lambda:CreateEventSourceMapping"]),
    Calls::to(
        &[Create, Change],
        MAPPING,
        &["lambda:UpdateEventSourceMapping", "lambda:TagResource"],
    ),
    Calls::to(&[Change], MAPPING, &["lambda:UntagResource"]),
    Calls::to(&[Delete], MAPPING, &["lambda:DeleteEventSourceMapping"]),
];
