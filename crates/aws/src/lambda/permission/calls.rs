//! The calls about permissions to invoke, which are recorded in the tags of their function.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A function.
const FUNCTION: &str = "lambda:{region}:{account}:function:{name}";

/// The calls about permissions.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["lambda:ListFunctions"]),
    Calls::reading(
        FUNCTION,
        &["lambda:GetFunction", "lambda:GetPolicy", "lambda:ListTags"],
    ),
    Calls::to(
        &[Create, Change],
        FUNCTION,
        &["lambda:AddPermission", "lambda:TagResource"],
    ),
    Calls::to(
        &[Create, Change, Delete],
        FUNCTION,
        &["lambda:RemovePermission", "lambda:UntagResource"],
    ),
];
