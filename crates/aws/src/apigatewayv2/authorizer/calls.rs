//! The calls about authorizers, which are recorded in the tags of their API.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// All APIs.
const APIS: &str = "apigateway:{region}::/apis";

/// An API and what is in it: AWS assigns the ids.
const INSIDE: &str = "apigateway:{region}::/apis/*";

/// The tags of an API or a stage.
const TAGS: &str = "apigateway:{region}::/tags/*";

/// The calls about authorizers, which are recorded in the tags of their API.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(APIS, &["apigateway:GetApis"]),
    Calls::reading(
        INSIDE,
        &["apigateway:GetAuthorizers", "apigateway:GetRoutes"],
    ),
    Calls::reading(TAGS, &["apigateway:GetTags"]),
    Calls::to(
        &[Create, Change],
        INSIDE,
        &["apigateway:CreateAuthorizer", "apigateway:UpdateAuthorizer"],
    ),
    Calls::to(&[Create, Change, Delete], TAGS, &["apigateway:TagResource"]),
    Calls::to(&[Change, Delete], TAGS, &["apigateway:UntagResource"]),
    Calls::to(&[Delete], INSIDE, &["apigateway:DeleteAuthorizer"]),
];
