//! The calls about APIs.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// All APIs.
const APIS: &str = "apigateway:{region}::/apis";

/// An API and what is in it: AWS assigns the ids.
const INSIDE: &str = "apigateway:{region}::/apis/*";

/// The tags of an API or a stage.
const TAGS: &str = "apigateway:{region}::/tags/*";

/// The calls about APIs.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading(APIS, &["apigateway:GetApis"]),
    Calls::reading(INSIDE, &["apigateway:GetApi"]),
    Calls::reading(TAGS, &["apigateway:GetTags"]),
    Calls::to(&[Create], APIS, &["apigateway:CreateApi"]),
    Calls::to(&[Create, Change], INSIDE, &["apigateway:UpdateApi"]),
    Calls::to(&[Create, Change], TAGS, &["apigateway:TagResource"]),
    Calls::to(&[Change], TAGS, &["apigateway:UntagResource"]),
    Calls::to(&[Delete], INSIDE, &["apigateway:DeleteApi"]),
];
