//! The calls about objects, which are recorded in the tags of their bucket.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A bucket.
const BUCKET: &str = "s3:::{name}";

/// An object.
const OBJECT: &str = "s3:::{name}/*";

/// The calls about objects.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["s3:ListAllMyBuckets"]),
    Calls::reading(BUCKET, &["s3:GetBucketTagging", "s3:ListBucket"]),
    Calls::reading(OBJECT, &["s3:GetObject", "s3:GetObjectTagging"]),
    Calls::to(
        &[Create, Change],
        OBJECT,
        &["s3:PutObject", "s3:PutObjectTagging"],
    ),
    Calls::to(&[Create, Change, Delete], BUCKET, &["s3:PutBucketTagging"]),
    Calls::to(&[Delete], OBJECT, &["s3:DeleteObject"]),
];
