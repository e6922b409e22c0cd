//! The calls about functions.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A function.
const FUNCTION: &str = "lambda:{region}:{account}:function:{name}";

/// The calls about functions. Their roles are passed to them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["lambda:ListFunctions"]),
    Calls::reading(FUNCTION, &["lambda:GetFunction", "lambda:ListTags"]),
    Calls::to(&[Create], FUNCTION, &["lambda:CreateFunction"]),
    Calls::to(
        &[Create, Change],
        FUNCTION,
        &[
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
            "lambda:PutFunctionConcurrency",
            "lambda:DeleteFunctionConcurrency",
            "lambda:TagResource",
        ],
    ),
    Calls::to(&[Change], FUNCTION, &["lambda:UntagResource"]),
    Calls::to(&[Delete], FUNCTION, &["lambda:DeleteFunction"]),
];
