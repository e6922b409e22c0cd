//! The calls about releases.

use aws::Calls;
use aws::Purpose::Change;

/// The calls that mark a release on a dashboard. IAM has no resource for them, and their namespace as a condition.
/// Source: Service Authorization Reference, "Amazon CloudWatch".
pub const MARKING: &[Calls] = &[Calls::to(&[Change], "*", &["cloudwatch:PutMetricData"])];

/// The calls of a release to the bucket of an application: listing, publishing, switching, pruning;
/// and to the alarms that are watched while a canary bakes, which may have any names.
pub const CALLS: &[Calls] = &[
    Calls::to(&[Change], "s3:::{name}", &["s3:ListBucket"]),
    Calls::to(
        &[Change],
        "s3:::{name}/*",
        &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
    ),
    Calls::to(
        &[Change],
        "cloudwatch:{region}:{account}:alarm:*",
        &["cloudwatch:DescribeAlarms"],
    ),
    Calls::to(
        &[Change],
        "cloudwatch:us-east-1:{account}:alarm:*",
        &["cloudwatch:DescribeAlarms"],
    ),
];
