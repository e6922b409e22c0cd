//! The calls about pipelines.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A pipeline.
const PIPELINE: &str = "codepipeline:{region}:{account}:{name}";

/// The calls about pipelines. Their roles and their connections are passed to them.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["codepipeline:ListPipelines"]),
    Calls::reading(
        PIPELINE,
        &[
            "codepipeline:GetPipeline",
            "codepipeline:ListTagsForResource",
        ],
    ),
    Calls::to(&[Create], PIPELINE, &["codepipeline:CreatePipeline"]),
    Calls::to(
        &[Create, Change],
        PIPELINE,
        &["codepipeline:UpdatePipeline", "codepipeline:TagResource"],
    ),
    Calls::to(&[Change], PIPELINE, &["codepipeline:UntagResource"]),
    Calls::to(&[Delete], PIPELINE, &["codepipeline:DeletePipeline"]),
];
