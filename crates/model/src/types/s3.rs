//! `AWS::S3::Bucket`, `AWS::S3::BucketPolicy` and `Frontage::S3::Object`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::iam::PolicyDocument;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "S3",
    sdk_id: "S3",
};

/// The facts of `AWS::S3::Bucket`.
pub const BUCKET: &ResourceType = &ResourceType {
    name: "AWS::S3::Bucket",
    service: SERVICE,
    identity: &["BucketName"],
    create_only: &["BucketName"],
    renewed_by: &[],
    replacement: Replacement::DeleteFirst,
    holds_data: true,
    taggable: true,
    refers_to: &[],
};

/// The facts of `AWS::S3::BucketPolicy`. Its record is a tag of the bucket.
pub const BUCKET_POLICY: &ResourceType = &ResourceType {
    name: "AWS::S3::BucketPolicy",
    service: SERVICE,
    identity: &["Bucket"],
    create_only: &["Bucket"],
    renewed_by: &[],
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[
        "AWS::S3::Bucket",
        "AWS::CloudFront::Distribution",
        "AWS::IAM::Role",
    ],
};

/// The facts of `Frontage::S3::Object`, an object that is kept like any other resource.
///
/// An object takes ten tags at most, so it carries Frontage's own and not those of the description.
pub const OBJECT: &ResourceType = &ResourceType {
    name: "Frontage::S3::Object",
    service: SERVICE,
    identity: &["Bucket", "Key"],
    create_only: &["Bucket", "Key"],
    renewed_by: &[],
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
    /// 3 to 63 of `[a-z0-9.-]`, unique among all accounts. Changing it would replace the bucket,
    /// which is refused.
    pub bucket_name: S,
    /// How new objects are encrypted; absent means with keys that S3 owns (`AES256`).
    pub bucket_encryption: Option<BucketEncryption<S>>,
    /// What is blocked whatever policies and access lists say; absent means everything, as for
    /// every new bucket.
    pub public_access_block_configuration: Option<PublicAccessBlockConfiguration>,
    /// Who owns what others upload; absent means the bucket's owner, without access lists.
    pub ownership_controls: Option<OwnershipControls>,
    /// Whether older versions are kept; absent means no. Once kept, they can be suspended and never
    /// left out.
    pub versioning_configuration: Option<VersioningConfiguration>,
    /// What expires or moves by itself; absent means nothing.
    pub lifecycle_configuration: Option<LifecycleConfiguration>,
    /// What browsers of other origins may do; absent means nothing.
    pub cors_configuration: Option<CorsConfiguration>,
    /// Where requests are logged; absent means nowhere.
    pub logging_configuration: Option<LoggingConfiguration<S>>,
}

// Derived, it would be of any strings, and a stack would have to say which.
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
    /// What is done with an object whose upload says nothing about it.
    pub server_side_encryption_by_default: Option<ServerSideEncryptionByDefault<S>>,
    /// With a KMS key: whether S3 asks KMS once a bucket rather than once an object; absent means
    /// no.
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

/// What is blocked whatever policies and access lists say. Where it is stated, an absent member
/// means no.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicAccessBlockConfiguration {
    /// Refuses public access lists.
    pub block_public_acls: Option<bool>,
    /// Refuses policies that make the bucket public.
    pub block_public_policy: Option<bool>,
    /// Overlooks public access lists that are there.
    pub ignore_public_acls: Option<bool>,
    /// Leaves a public bucket to its account and to AWS's services.
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

/// Who owns what others upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnershipControls {
    /// One rule.
    pub rules: Vec<OwnershipControlsRule>,
}

/// Who owns what others upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnershipControlsRule {
    /// Who.
    pub object_ownership: ObjectOwnership,
}

/// Who owns what others upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectOwnership {
    /// The bucket's owner, and there are no access lists.
    BucketOwnerEnforced,
    /// The bucket's owner, where the upload says so.
    BucketOwnerPreferred,
    /// Who uploads.
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
    /// They are no longer; those that were stay.
    Suspended,
}

/// What expires or moves by itself.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleConfiguration {
    /// A set by id, at most 1,000.
    pub rules: Vec<LifecycleRule>,
    /// From which size objects move: `all_storage_classes_128K` (the default) or
    /// `varies_by_storage_class`.
    pub transition_default_minimum_object_size: Option<String>,
}

/// What happens to which objects. A rule needs one thing to do at least.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleRule {
    /// The rule's name, unique in the bucket, up to 255 characters. S3 makes one up where it is
    /// absent.
    pub id: Option<String>,
    /// Whether the rule counts.
    pub status: LifecycleStatus,
    /// Only objects whose key begins so; absent means all.
    pub prefix: Option<String>,
    /// Only objects that carry all of these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag_filters: Vec<TagFilter>,
    /// Only objects of more bytes than this, in digits.
    pub object_size_greater_than: Option<String>,
    /// Only objects of fewer bytes than this, in digits.
    pub object_size_less_than: Option<String>,
    /// Days after its creation that an object is deleted.
    pub expiration_in_days: Option<i32>,
    /// The day on which objects are deleted, such as `2030-01-01T00:00:00Z`.
    pub expiration_date: Option<String>,
    /// Whether delete markers go that stand for no older version; not together with days or a date.
    pub expired_object_delete_marker: Option<bool>,
    /// When older versions are deleted.
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// When objects move; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// When older versions move; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noncurrent_version_transitions: Vec<NoncurrentVersionTransition>,
    /// When uploads in parts that were never completed are given up.
    pub abort_incomplete_multipart_upload: Option<AbortIncompleteMultipartUpload>,
}

/// Whether a rule counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LifecycleStatus {
    /// It counts.
    #[default]
    Enabled,
    /// It does not.
    Disabled,
}

/// A tag that an object carries.
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
    /// Days after a newer version came.
    pub noncurrent_days: i32,
    /// How many of the newest are kept longer, 1 to 100; absent means none.
    pub newer_noncurrent_versions: Option<i32>,
}

/// When objects move.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transition {
    /// Where to: `STANDARD_IA`, `ONEZONE_IA`, `INTELLIGENT_TIERING`, `GLACIER_IR`, `GLACIER`,
    /// `DEEP_ARCHIVE`.
    pub storage_class: String,
    /// Days after the object's creation.
    pub transition_in_days: Option<i32>,
    /// The day, such as `2030-01-01T00:00:00Z`.
    pub transition_date: Option<String>,
}

/// When older versions move.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NoncurrentVersionTransition {
    /// Where to.
    pub storage_class: String,
    /// Days after a newer version came.
    pub transition_in_days: i32,
    /// How many of the newest stay, 1 to 100; absent means none.
    pub newer_noncurrent_versions: Option<i32>,
}

/// When uploads in parts that were never completed are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AbortIncompleteMultipartUpload {
    /// Days after the upload began.
    pub days_after_initiation: i32,
}

/// What browsers of other origins may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsConfiguration {
    /// The first that fits a request counts; at most 100.
    pub cors_rules: Vec<CorsRule>,
}

/// What browsers of some origins may do. The lists are sets.
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
    /// Such as `https://www.example.com`; one `*` in each may stand for anything.
    pub allowed_origins: Vec<String>,
    /// Response headers that scripts see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposed_headers: Vec<String>,
    /// Seconds that a browser remembers a preflight answer.
    pub max_age: Option<i32>,
}

/// Where requests are logged.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct LoggingConfiguration<S = Text> {
    /// A bucket of the same Region; absent means the bucket itself.
    pub destination_bucket_name: Option<S>,
    /// How the keys of logs begin; absent means with nothing.
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
    /// Who may do what, at most 20 KB. Statements name principals.
    pub policy_document: PolicyDocument<S>,
}

/// An object whose content the model knows.
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
    /// How long caches keep it, as the header says it; absent means that nothing is said.
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

impl Bucket {
    /// The bucket's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The bucket's name, once it exists.
    pub const NAME: Attribute<Self> = Attribute::new("BucketName");
    /// The bucket's host, `BUCKET.s3.amazonaws.com`.
    pub const DOMAIN_NAME: Attribute<Self> = Attribute::new("DomainName");
    /// The bucket's host in its Region, `BUCKET.s3.REGION.amazonaws.com`: what an origin names.
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

impl BucketPolicy {
    /// The name of the bucket whose policy it is.
    pub const BUCKET: Attribute<Self> = Attribute::new("Bucket");
}

impl Object {
    /// The name of the bucket that the object is in.
    pub const BUCKET: Attribute<Self> = Attribute::new("Bucket");
    /// The object's key.
    pub const KEY: Attribute<Self> = Attribute::new("Key");
}
