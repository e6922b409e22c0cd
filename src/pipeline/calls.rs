//! The calls about pipelines.

use aws::Calls;
use aws::Purpose::{Change, Read};

/// The calls about the runs of a team's pipeline, the output of its builds, and their project. An approval
/// is of an action, whose ARN begins with the pipeline's. Source: Service Authorization Reference, "AWS
/// `CodePipeline`".
pub const CALLS: &[Calls] = &[
    Calls::to(
        &[Read],
        "codepipeline:{region}:{account}:{name}",
        &[
            "codepipeline:GetPipelineState",
            "codepipeline:ListActionExecutions",
            "codepipeline:ListPipelineExecutions",
        ],
    ),
    Calls::to(
        &[Read],
        "codebuild:{region}:{account}:project/{name}",
        &["codebuild:BatchGetBuilds", "codebuild:BatchGetProjects"],
    ),
    Calls::to(
        &[Read],
        "logs:{region}:{account}:log-group:/aws/codebuild/{name}:*",
        &["logs:GetLogEvents"],
    ),
    Calls::to(
        &[Change],
        "codepipeline:{region}:{account}:{name}",
        &[
            "codepipeline:PutApprovalResult",
            "codepipeline:StartPipelineExecution",
        ],
    ),
];
