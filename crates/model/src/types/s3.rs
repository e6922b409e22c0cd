//! `AWS::S3::Bucket`, `AWS::S3::BucketPolicy` and `Frontage::S3::Object`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::iam::PolicyDocument;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "S3",
    sdk_id: "S3",
    regions: crate::Regions::All,
};

/// The facts of `AWS::S3::Bucket`.
pub const BUCKET: &ResourceType = &ResourceType {
    name: "AWS::S3::Bucket",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["BucketName"],
    create_only: &["BucketName"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: true,
    taggable: true,
    refers_to: &[],
};

/// The facts of `AWS::S3::BucketPolicy`. Its record is a tag of the bucket.
pub const BUCKET_POLICY: &ResourceType = &ResourceType {
    name: "AWS::S3::BucketPolicy",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["Bucket"],
    create_only: &["Bucket"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::S3::Bucket",
        "AWS::CloudFront::Distribution",
        "AWS::IAM::Role",
    ],
};

/// The facts of `Frontage::S3::Object`, an object that is maintained like any other resource.
///
/// An object can have at most ten tags, so it carries Frontage's own and not those of the
/// description.
pub const OBJECT: &ResourceType = &ResourceType {
    name: "Frontage::S3::Object",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["Bucket", "Key"],
    create_only: &["Bucket", "Key"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &["AWS::S3::Bucket"],
};

/// A bucket.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct Bucket<S = Text> {
    /// 3 to 63 characters of `[a-z0-9.-]`, unique across all accounts. Changing it would replace
    /// the bucket, which is refused.
    pub bucket_name: S,
    /// How new objects are encrypted; absent means with keys that S3 owns (`AES256`).
    pub bucket_encryption: Option<BucketEncryption<S>>,
    /// Public access that is blocked whatever policies and access lists say; absent means all of
    /// it, as for every new bucket.
    pub public_access_block_configuration: Option<PublicAccessBlockConfiguration>,
    /// Who owns objects uploaded by others; absent means the bucket's owner, without access lists.
    pub ownership_controls: Option<OwnershipControls>,
    /// Whether older versions are kept; absent means no. Once enabled, it can be suspended but
    /// never removed.
    pub versioning_configuration: Option<VersioningConfiguration>,
    /// Automatic expiry and transitions; absent means none.
    pub lifecycle_configuration: Option<LifecycleConfiguration>,
    /// The requests that pages of other origins may make; absent means none.
    pub cors_configuration: Option<CorsConfiguration>,
    /// The destination of the request log; absent means none.
    pub logging_configuration: Option<LoggingConfiguration<S>>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for Bucket {
    fn default() -> Self {
        Self {
            bucket_name: Text::from(""),
            bucket_encryption: None,
            public_access_block_configuration: None,
            ownership_controls: None,
            versioning_configuration: None,
            lifecycle_configuration: None,
            cors_configuration: None,
            logging_configuration: None,
        }
    }
}

/// How new objects are encrypted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct BucketEncryption<S = Text> {
    /// One rule.
    pub server_side_encryption_configuration: Vec<ServerSideEncryptionRule<S>>,
}

/// How new objects are encrypted.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct ServerSideEncryptionRule<S = Text> {
    /// The encryption of an object whose upload does not specify one.
    pub server_side_encryption_by_default: Option<ServerSideEncryptionByDefault<S>>,
    /// With a KMS key: whether S3 calls KMS once per bucket rather than once per object; absent
    /// means no.
    pub bucket_key_enabled: Option<bool>,
}

/// An algorithm and its key.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct ServerSideEncryptionByDefault<S = Text> {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    #[serde(rename = "SSEAlgorithm")]
    pub sse_algorithm: String,
    /// The KMS key; absent means the account's key for S3.
    #[serde(rename = "KMSMasterKeyID")]
    pub kms_master_key_id: Option<S>,
}

/// Public access that is blocked whatever policies and access lists say. If it is stated, an absent
/// member means no.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicAccessBlockConfiguration {
    /// Refuses public access lists.
    pub block_public_acls: Option<bool>,
    /// Refuses policies that make the bucket public.
    pub block_public_policy: Option<bool>,
    /// Ignores existing public access lists.
    pub ignore_public_acls: Option<bool>,
    /// Restricts a public bucket to its account and to AWS's services.
    pub restrict_public_buckets: Option<bool>,
}

impl PublicAccessBlockConfiguration {
    /// Everything blocked.
    #[must_use]
    pub fn all() -> Self {
        Self {
            block_public_acls: Some(true),
            block_public_policy: Some(true),
            ignore_public_acls: Some(true),
            restrict_public_buckets: Some(true),
        }
    }
}

/// Who owns objects uploaded by others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnershipControls {
    /// One rule.
    pub rules: Vec<OwnershipControlsRule>,
}

/// Who owns objects uploaded by others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnershipControlsRule {
    /// The owner.
    pub object_ownership: ObjectOwnership,
}

/// Who owns objects uploaded by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectOwnership {
    /// The bucket's owner, and there are no access lists.
    BucketOwnerEnforced,
    /// The bucket's owner, if the upload says so.
    BucketOwnerPreferred,
    /// The uploader.
    ObjectWriter,
}

impl From<ObjectOwnership> for OwnershipControls {
    fn from(object_ownership: ObjectOwnership) -> Self {
        Self {
            rules: vec![OwnershipControlsRule { object_ownership }],
        }
    }
}

/// Whether older versions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VersioningConfiguration {
    /// Whether they are.
    pub status: VersioningStatus,
}

/// Whether older versions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VersioningStatus {
    /// They are.
    Enabled,
    /// They are no longer; existing ones remain.
    Suspended,
}

/// Automatic expiry and transitions.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleConfiguration {
    /// A set by id, at most 1,000.
    pub rules: Vec<LifecycleRule>,
    /// The minimum size of objects for transitions: `all_storage_classes_128K` (the default) or
    /// `varies_by_storage_class`.
    pub transition_default_minimum_object_size: Option<String>,
}

/// A rule with its objects and actions. It needs at least one action.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleRule {
    /// The rule's name, unique in the bucket, up to 255 characters. S3 generates one if it is
    /// absent.
    pub id: Option<String>,
    /// Whether the rule is enabled.
    pub status: LifecycleStatus,
    /// Only objects whose key begins like this; absent means all.
    pub prefix: Option<String>,
    /// Only objects that carry all of these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag_filters: Vec<TagFilter>,
    /// Only objects larger than this number of bytes, in digits.
    pub object_size_greater_than: Option<String>,
    /// Only objects smaller than this number of bytes, in digits.
    pub object_size_less_than: Option<String>,
    /// Days after its creation that an object is deleted.
    pub expiration_in_days: Option<i32>,
    /// The day on which objects are deleted, such as `2030-01-01T00:00:00Z`.
    pub expiration_date: Option<String>,
    /// Whether delete markers without older versions are removed; not together with days or a date.
    pub expired_object_delete_marker: Option<bool>,
    /// When older versions are deleted.
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// Transitions of objects; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// Transitions of older versions; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noncurrent_version_transitions: Vec<NoncurrentVersionTransition>,
    /// When incomplete multipart uploads are aborted.
    pub abort_incomplete_multipart_upload: Option<AbortIncompleteMultipartUpload>,
}

/// Whether a rule is enabled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LifecycleStatus {
    /// It is.
    #[default]
    Enabled,
    /// It is not.
    Disabled,
}

/// A tag of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagFilter {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// When older versions are deleted.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NoncurrentVersionExpiration {
    /// Days after a newer version was created.
    pub noncurrent_days: i32,
    /// How many of the newest are retained, 1 to 100; absent means none.
    pub newer_noncurrent_versions: Option<i32>,
}

/// A transition of objects.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transition {
    /// The storage class: `STANDARD_IA`, `ONEZONE_IA`, `INTELLIGENT_TIERING`, `GLACIER_IR`,
    /// `GLACIER`, `DEEP_ARCHIVE`.
    pub storage_class: String,
    /// Days after the object's creation.
    pub transition_in_days: Option<i32>,
    /// The day, such as `2030-01-01T00:00:00Z`.
    pub transition_date: Option<String>,
}

/// A transition of older versions.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NoncurrentVersionTransition {
    /// The storage class.
    pub storage_class: String,
    /// Days after a newer version was created.
    pub transition_in_days: i32,
    /// How many of the newest are retained, 1 to 100; absent means none.
    pub newer_noncurrent_versions: Option<i32>,
}

/// When incomplete multipart uploads are aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AbortIncompleteMultipartUpload {
    /// Days after the upload began.
    pub days_after_initiation: i32,
}

/// The requests that pages of other origins may make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsConfiguration {
    /// The first rule that matches a request applies; at most 100.
    pub cors_rules: Vec<CorsRule>,
}

/// The requests that pages of some origins may make. The lists are sets.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsRule {
    /// The rule's name, up to 255 characters.
    pub id: Option<String>,
    /// Request headers, `*` for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_headers: Vec<String>,
    /// `GET`, `PUT`, `HEAD`, `POST`, `DELETE`.
    pub allowed_methods: Vec<String>,
    /// Such as `https://www.example.com`; each may contain one `*` as a wildcard.
    pub allowed_origins: Vec<String>,
    /// Response headers that scripts may read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposed_headers: Vec<String>,
    /// Seconds that a browser remembers a preflight answer.
    pub max_age: Option<i32>,
}

/// The destination of the request log.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct LoggingConfiguration<S = Text> {
    /// A bucket of the same Region; absent means the bucket itself.
    pub destination_bucket_name: Option<S>,
    /// The prefix of the logs' keys; absent means none.
    pub log_file_prefix: Option<String>,
}

/// The policy of a bucket. A bucket has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct BucketPolicy<S = Text> {
    /// The bucket's name.
    pub bucket: S,
    /// Permissions, at most 20 KB. Statements name principals.
    pub policy_document: PolicyDocument<S>,
}

/// An object whose content is in the model.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Object<S = Text> {
    /// The bucket's name.
    pub bucket: S,
    /// The object's key, up to 1,024 bytes.
    pub key: String,
    /// The content, byte for byte, at most 1 MiB.
    pub body: S,
    /// The media type; absent means `binary/octet-stream`.
    pub content_type: Option<String>,
    /// The `Cache-Control` header; absent means that it is omitted.
    pub cache_control: Option<String>,
}

impl<S: Serialize> Resource for Bucket<S> {
    const TYPE: &'static ResourceType = BUCKET;
}

impl<S: Serialize> Resource for BucketPolicy<S> {
    const TYPE: &'static ResourceType = BUCKET_POLICY;
}

impl<S: Serialize> Resource for Object<S> {
    const TYPE: &'static ResourceType = OBJECT;
}

impl<S> Bucket<S> {
    /// The bucket's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The bucket's name, once it exists.
    pub const NAME: Attribute<Self> = Attribute::new("BucketName");
    /// The bucket's host, `BUCKET.s3.amazonaws.com`.
    pub const DOMAIN_NAME: Attribute<Self> = Attribute::new("DomainName");
    /// The bucket's host in its Region, `BUCKET.s3.REGION.amazonaws.com`, for an origin.
    pub const REGIONAL_DOMAIN_NAME: Attribute<Self> = Attribute::new("RegionalDomainName");
}

impl Handle<Bucket> {
    /// A reference to [`Bucket::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Bucket::ARN)
    }

    /// A reference to [`Bucket::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Bucket::NAME)
    }

    /// A reference to [`Bucket::REGIONAL_DOMAIN_NAME`].
    #[must_use]
    pub fn regional_domain_name(&self) -> Text {
        self.attribute(Bucket::REGIONAL_DOMAIN_NAME)
    }
}

impl<S> BucketPolicy<S> {
    /// The name of the bucket whose policy it is.
    pub const BUCKET: Attribute<Self> = Attribute::new("Bucket");
}

impl<S> Object<S> {
    /// The name of the bucket that the object is in.
    pub const BUCKET: Attribute<Self> = Attribute::new("Bucket");
    /// The object's key.
    pub const KEY: Attribute<Self> = Attribute::new("Key");
}
