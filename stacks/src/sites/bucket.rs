//! The bucket: private, and read only by its distribution.

use std::collections::BTreeMap;

use model::types::cloudfront::Distribution;
use model::types::iam::{Effect, PolicyDocument, Principal, Statement, Values};
use model::types::s3::{
    AbortIncompleteMultipartUpload, Bucket, BucketEncryption, BucketPolicy, LifecycleConfiguration,
    LifecycleRule, NoncurrentVersionExpiration, ObjectOwnership, PublicAccessBlockConfiguration,
    ServerSideEncryptionByDefault, ServerSideEncryptionRule, VersioningConfiguration,
    VersioningStatus,
};
use model::{Handle, Pseudo, StackBuilder, Text};

/// Days in which files that a release has replaced or a publication has removed can be restored by
/// hand.
const RESTORABLE_DAYS: i32 = 30;

/// The name of the first bucket of a stack with this prefix, which is known before the bucket exists.
pub(crate) fn first_name(prefix: &str) -> Text {
    name(prefix, None)
}

/// The bucket's name. Bucket names are global: the hash covers account and Region, since both in
/// full would not fit.
fn name(prefix: &str, more: Option<&str>) -> Text {
    let here = [Pseudo::AccountId.into(), Pseudo::Region.into()];
    let here = Text::fingerprint(here.into_iter().chain(more.map(Text::from)));
    Text::concat([Text::from(format!("{prefix}-")), here])
}

/// A private bucket, the first one of its stack: encrypted, and without access lists.
pub(crate) fn private(stack: &StackBuilder<'_>) -> Bucket {
    Bucket {
        bucket_name: first_name(&stack.physical_prefix()),
        bucket_encryption: Some(encryption()),
        public_access_block_configuration: Some(PublicAccessBlockConfiguration::all()),
        ownership_controls: Some(ObjectOwnership::BucketOwnerEnforced.into()),
        ..Bucket::default()
    }
}

/// A second one, whose name's hash also covers a word.
pub(crate) fn second_private(stack: &StackBuilder<'_>, word: &str) -> Bucket {
    Bucket {
        bucket_name: name(&stack.physical_prefix(), Some(word)),
        ..private(stack)
    }
}

pub(super) fn add(stack: &mut StackBuilder<'_>) -> Handle<Bucket> {
    let bucket = Bucket {
        versioning_configuration: Some(VersioningConfiguration {
            status: VersioningStatus::Enabled,
        }),
        lifecycle_configuration: Some(LifecycleConfiguration {
            rules: vec![forget_old_versions()],
            transition_default_minimum_object_size: None,
        }),
        ..private(stack)
    };
    stack.add("bucket", bucket)
}

fn encryption() -> BucketEncryption {
    let by_default = ServerSideEncryptionByDefault {
        sse_algorithm: "AES256".to_owned(),
        kms_master_key_id: None,
    };
    BucketEncryption {
        server_side_encryption_configuration: vec![ServerSideEncryptionRule {
            server_side_encryption_by_default: Some(by_default),
            bucket_key_enabled: Some(false),
        }],
    }
}

/// A publication removes the files of old releases itself; this deletes the versions that the
/// bucket still keeps of them.
fn forget_old_versions() -> LifecycleRule {
    let noncurrent = NoncurrentVersionExpiration {
        noncurrent_days: RESTORABLE_DAYS,
        newer_noncurrent_versions: None,
    };
    LifecycleRule {
        id: Some("forget-old-versions".to_owned()),
        prefix: Some(String::new()),
        expired_object_delete_marker: Some(true),
        noncurrent_version_expiration: Some(noncurrent),
        abort_incomplete_multipart_upload: Some(AbortIncompleteMultipartUpload {
            days_after_initiation: 1,
        }),
        ..LifecycleRule::default()
    }
}

/// Others read the bucket only with permissions of their own, and never without TLS.
///
/// The distribution may not list it: a missing file answers 403, since S3 does not reveal which are
/// missing.
pub(super) fn let_distribution_read(
    stack: &mut StackBuilder<'_>,
    bucket: &Handle<Bucket>,
    distribution: &Handle<Distribution>,
) {
    let objects = Text::concat([bucket.arn(), Text::from("/*")]);
    let service = Values(vec![Text::from("cloudfront.amazonaws.com")]);
    let read = Statement {
        sid: Some("DistributionReads".to_owned()),
        principal: Some(Principal::Of(BTreeMap::from([(
            "Service".to_owned(),
            service,
        )]))),
        condition: condition("StringEquals", "AWS:SourceArn", distribution.arn()),
        ..Statement::allow(["s3:GetObject"], vec![objects])
    };
    let policy = BucketPolicy {
        bucket: bucket.name(),
        policy_document: PolicyDocument::new(vec![read, refuse_without_tls(bucket)]),
    };
    stack.add("bucket-policy", policy);
}

/// Refuses every request without TLS.
pub(crate) fn refuse_without_tls(bucket: &Handle<Bucket>) -> Statement {
    let objects = Text::concat([bucket.arn(), Text::from("/*")]);
    Statement {
        sid: Some("TlsOnly".to_owned()),
        effect: Effect::Deny,
        principal: Some(Principal::Anyone("*".to_owned())),
        condition: condition("Bool", "aws:SecureTransport", Text::from("false")),
        ..Statement::allow(["s3:*"], vec![bucket.arn(), objects])
    }
}

fn condition(operator: &str, key: &str, value: Text) -> BTreeMap<String, BTreeMap<String, Values>> {
    let values = BTreeMap::from([(key.to_owned(), Values(vec![value]))]);
    BTreeMap::from([(operator.to_owned(), values)])
}
