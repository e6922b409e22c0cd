//! The calls about a system's health, apart from those that read its stacks and its runs.

use aws::Calls;

/// The calls about alarms, connections, and which releases are current. S3 answers about an object
/// that does not exist with a denial, unless the caller may list the bucket. Source: the Amazon S3 API
/// reference of `HeadObject`.
pub const CALLS: &[Calls] = &[
    Calls::reading(
        "cloudwatch:{region}:{account}:alarm:*",
        &["cloudwatch:DescribeAlarms"],
    ),
    Calls::reading(
        "dynamodb:{region}:{account}:table/{system}-toggles-connections-table",
        &["dynamodb:Scan"],
    ),
    Calls::reading("s3:::{name}", &["s3:ListBucket"]),
    Calls::reading("s3:::{name}/index.html", &["s3:GetObject"]),
    Calls::reading("s3:::{name}/manifest.json", &["s3:GetObject"]),
];

/// The calls about alarms that are not in the system's Region.
pub const ELSEWHERE: &[Calls] = &[Calls::reading(
    "cloudwatch:us-east-1:{account}:alarm:*",
    &["cloudwatch:DescribeAlarms"],
)];

/// The calls about the runs of pipelines.
pub const PIPELINES: &[Calls] = &[Calls::reading(
    "codepipeline:{region}:{account}:{name}",
    &[
        "codepipeline:GetPipelineState",
        "codepipeline:ListPipelineExecutions",
    ],
)];
