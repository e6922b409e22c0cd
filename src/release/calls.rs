//! The calls about releases.

use aws::Calls;
use aws::Purpose::Change;

/// The calls of a release to the bucket of an application: listing, publishing, switching, pruning.
pub const CALLS: &[Calls] = &[
    Calls::to(&[Change], "s3:::{name}", &["s3:ListBucket"]),
    Calls::to(
        &[Change],
        "s3:::{name}/*",
        &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
    ),
];
