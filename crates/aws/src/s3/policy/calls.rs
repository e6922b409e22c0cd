//! The calls about the policies of buckets, which are recorded in the tags of their bucket.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A bucket.
const BUCKET: &str = "s3:::{name}";

/// The calls about the policies of buckets.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["s3:ListAllMyBuckets"]),
    Calls::reading(
        BUCKET,
        &["s3:GetBucketPolicy", "s3:GetBucketTagging", "s3:ListBucket"],
    ),
    Calls::to(&[Create, Change], BUCKET, &["s3:PutBucketPolicy"]),
    Calls::to(&[Create, Change, Delete], BUCKET, &["s3:PutBucketTagging"]),
    Calls::to(&[Delete], BUCKET, &["s3:DeleteBucketPolicy"]),
];
