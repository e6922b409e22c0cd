//! The calls about buckets.

use crate::kit::calls::Calls;
use crate::kit::calls::Purpose::{Change, Create, Delete};

/// A bucket.
const BUCKET: &str = "s3:::{name}";

/// An object.
const OBJECT: &str = "s3:::{name}/*";

/// The calls about buckets.
pub(crate) const CALLS: &[Calls] = &[
    Calls::reading("*", &["s3:ListAllMyBuckets"]),
    Calls::reading(
        BUCKET,
        &[
            "s3:GetBucketCORS",
            "s3:GetBucketLogging",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:ListBucket",
            "s3:ListObjectsV2",
        ],
    ),
    Calls::to(&[Create], BUCKET, &["s3:CreateBucket"]),
    Calls::to(
        &[Create, Change],
        BUCKET,
        &[
            "s3:PutBucketCORS",
            "s3:PutBucketLogging",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
        ],
    ),
    Calls::to(
        &[Delete],
        BUCKET,
        &[
            "s3:DeleteBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListBucketVersions",
        ],
    ),
    Calls::to(
        &[Delete],
        OBJECT,
        &["s3:AbortMultipartUpload", "s3:DeleteObjectVersion"],
    ),
];
