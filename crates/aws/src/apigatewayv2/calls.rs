//! The calls that the types of API Gateway share.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// All APIs.
pub(super) const APIS: &str = "apigateway:{region}::/apis";

/// An API and what is in it: AWS assigns the ids.
pub(super) const INSIDE: &str = "apigateway:{region}::/apis/*";

/// The tags of an API or a stage.
pub(super) const TAGS: &str = "apigateway:{region}::/tags/*";

/// The calls by which what is in an API is found in it, and recorded in its tags.
pub(super) const CHILDREN: &[Calls] = &[
    Calls::reading(APIS, &["apigateway:GetApis"]),
    Calls::reading(TAGS, &["apigateway:GetTags"]),
    Calls::to(&[Create, Change, Delete], TAGS, &["apigateway:TagResource"]),
    Calls::to(&[Change, Delete], TAGS, &["apigateway:UntagResource"]),
];
