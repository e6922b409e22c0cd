//! The bucket's objects.
//!
//! Each call names the account that must own the bucket, since bucket names are global.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use aws::{Account, WaitPolicy, failed, retry, upload_timeouts};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, Delete, ObjectIdentifier};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::DriverError;
use sha2::{Digest as _, Sha256};

use super::error::ReleaseError;
use super::version::{hex, sha256};

/// How many objects one call deletes.
const BATCH: usize = 1_000;

/// A bucket.
#[derive(Clone, Debug)]
pub(super) struct Store {
    client: Client,
    bucket: String,
    owner: String,
}

/// An object in a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// Its size in bytes.
    pub(super) size: u64,
    /// When it was written, by S3's clock, in seconds since 1970.
    pub(super) modified: i64,
}

/// The metadata of one object.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// The value that conditional writes compare.
    pub(super) etag: String,
    /// The SHA-256 of its contents in hexadecimal, if it was written with one.
    pub(super) sha256: Option<String>,
    /// When it was written, by S3's clock, in seconds since 1970.
    pub(super) modified: i64,
    /// Its user metadata.
    pub(super) metadata: HashMap<String, String>,
}

/// An object to write.
#[derive(Clone, Debug)]
pub(super) struct Put {
    /// Its key.
    pub(super) key: String,
    /// Its contents.
    pub(super) body: Body,
    /// Its media type.
    pub(super) media_type: String,
    /// Its `Cache-Control`.
    pub(super) cache: &'static str,
    /// Its user metadata.
    pub(super) metadata: HashMap<String, String>,
    /// The condition for writing it.
    pub(super) condition: Condition,
}

/// Contents.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// In memory.
    Bytes(Vec<u8>),
    /// In a file with this SHA-256, in hexadecimal, and size.
    File(PathBuf, String, u64),
}

/// The condition of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// Unconditional.
    None,
    /// The object must not exist.
    New,
    /// The object must be this one.
    Is(String),
}

impl Store {
    pub(super) fn new(account: &Account, bucket: &str) -> Self {
        let client = account.for_data().client();
        Self {
            client,
            bucket: bucket.to_owned(),
            owner: account.id().to_owned(),
        }
    }

    /// Every object.
    pub(super) async fn list(&self) -> Result<BTreeMap<String, Object>, ReleaseError> {
        self.list_below("").await
    }

    /// Every object whose key begins like this.
    pub(super) async fn list_below(
        &self,
        prefix: &str,
    ) -> Result<BTreeMap<String, Object>, ReleaseError> {
        let prefix = (!prefix.is_empty()).then(|| prefix.to_owned());
        let call = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .set_prefix(prefix)
            .expected_bucket_owner(&self.owner);
        let mut pages = call.into_paginator().send();
        let mut objects = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page
                .map_err(failed("s3:ListBucket"))
                .map_err(|error| self.error(error))?;
            for object in page.contents.unwrap_or_default() {
                let size = object
                    .size
                    .and_then(|size| size.try_into().ok())
                    .unwrap_or_default();
                let modified = object
                    .last_modified
                    .map(|time| time.secs())
                    .unwrap_or_default();
                objects.extend(object.key.map(|key| (key, Object { size, modified })));
            }
        }
        Ok(objects)
    }

    /// The metadata of an object; `None` if it does not exist.
    pub(super) async fn head(&self, key: &str) -> Result<Option<Head>, ReleaseError> {
        let call = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner);
        let answer = call
            .key(key)
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await;
        let Some(head) =
            present(answer.map_err(failed("s3:GetObject"))).map_err(|error| self.error(error))?
        else {
            return Ok(None);
        };
        let sha256 = head
            .checksum_sha256
            .and_then(|text| BASE64_STANDARD.decode(text).ok());
        Ok(Some(Head {
            etag: head.e_tag.unwrap_or_default(),
            sha256: sha256.map(|bytes| hex(&bytes)),
            modified: head
                .last_modified
                .map(|time| time.secs())
                .unwrap_or_default(),
            metadata: head.metadata.unwrap_or_default(),
        }))
    }

    /// An object's contents; `None` if it does not exist.
    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ReleaseError> {
        let call = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .key(key);
        let answer = present(call.send().await.map_err(failed("s3:GetObject")));
        let Some(answer) = answer.map_err(|error| self.error(error))? else {
            return Ok(None);
        };
        let bytes = answer.body.collect().await.map_err(|error| {
            ReleaseError::Aws(DriverError::Unreachable {
                operation: "s3:GetObject",
                reason: error.to_string(),
            })
        })?;
        Ok(Some(bytes.to_vec()))
    }

    /// The SHA-256 of an object, in hexadecimal; `None` if it does not exist.
    pub(super) async fn sha256(&self, key: &str) -> Result<Option<String>, ReleaseError> {
        match self.head(key).await? {
            Some(Head { sha256: None, .. }) => Ok(self.get(key).await?.map(|bytes| sha256(&bytes))),
            head => Ok(head.and_then(|head| head.sha256)),
        }
    }

    /// Writes an object. Returns false if the condition is not met.
    pub(super) async fn put(&self, put: &Put) -> Result<bool, ReleaseError> {
        let (sha256, size) = put.body.digest();
        let timeouts = upload_timeouts(size);
        let once = || async {
            let call = self
                .client
                .put_object()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner);
            let call = call
                .key(&put.key)
                .content_type(&put.media_type)
                .cache_control(put.cache)
                .checksum_sha256(&sha256)
                .set_metadata((!put.metadata.is_empty()).then(|| put.metadata.clone()));
            let call = match &put.condition {
                Condition::None => call,
                Condition::New => call.if_none_match("*"),
                Condition::Is(etag) => call.if_match(etag),
            };
            let call = call.body(put.body.stream().await?).customize();
            let call = call.config_override(Builder::new().timeout_config(timeouts.clone()));
            match call.send().await.map_err(failed("s3:PutObject")) {
                Err(error) if is_condition(&error, &put.condition) => Ok(false),
                answer => answer.map(|_| true),
            }
        };
        retry(WaitPolicy::seconds(20), is_conflict, once)
            .await
            .map_err(|error| self.error(error))
    }

    /// Deletes those of the objects that exist.
    pub(super) async fn delete(&self, keys: &[String]) -> Result<(), ReleaseError> {
        for batch in keys.chunks(BATCH) {
            let object = |key: &String| ObjectIdentifier::builder().key(key).build();
            let objects = batch.iter().map(object).collect::<Result<Vec<_>, _>>();
            let delete = objects.and_then(|objects| {
                Delete::builder()
                    .set_objects(Some(objects))
                    .quiet(true)
                    .build()
            });
            let delete = delete
                .map_err(|error| ReleaseError::Aws(DriverError::internal(error.to_string())))?;
            let call = self
                .client
                .delete_objects()
                .bucket(&self.bucket)
                .expected_bucket_owner(&self.owner);
            let answer = call
                .delete(delete)
                .send()
                .await
                .map_err(failed("s3:DeleteObject"));
            let answer = answer.map_err(|error| self.error(error))?;
            // The call succeeds even if single objects fail.
            if let Some(error) = answer.errors().first() {
                return Err(ReleaseError::Aws(DriverError::Service {
                    operation: "s3:DeleteObject",
                    code: error.code().unwrap_or("Unknown").to_owned(),
                    message: format!(
                        "{}: {}",
                        error.key().unwrap_or_default(),
                        error.message().unwrap_or_default()
                    ),
                    request_id: None,
                }));
            }
        }
        Ok(())
    }

    fn error(&self, error: DriverError) -> ReleaseError {
        match error.code() {
            Some("NoSuchBucket") => ReleaseError::NoBucket(self.bucket.clone()),
            _ => ReleaseError::Aws(error),
        }
    }
}

impl Body {
    /// The SHA-256 in the encoding that S3 expects, and the size.
    fn digest(&self) -> (String, u64) {
        match self {
            Self::Bytes(bytes) => (
                BASE64_STANDARD.encode(Sha256::digest(bytes)),
                bytes.len() as u64,
            ),
            Self::File(_, sha256, size) => (BASE64_STANDARD.encode(unhex(sha256)), *size),
        }
    }

    async fn stream(&self) -> Result<ByteStream, DriverError> {
        match self {
            Self::Bytes(bytes) => Ok(ByteStream::from(bytes.clone())),
            Self::File(path, ..) => {
                let stream = ByteStream::from_path(path).await;
                stream.map_err(|error| {
                    let why = std::error::Error::source(&error)
                        .map_or_else(|| error.to_string(), ToString::to_string);
                    DriverError::Invalid(format!("{} cannot be read: {why}", path.display()))
                })
            }
        }
    }
}

/// `None` if S3 says that the object does not exist. A missing bucket is still an error, if S3
/// distinguishes the two.
fn present<T>(answer: Result<T, DriverError>) -> Result<Option<T>, DriverError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.code(), Some("NoSuchKey" | "NotFound")) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the condition of a write was not met. An object that was to be replaced may have been
/// deleted by now.
fn is_condition(error: &DriverError, condition: &Condition) -> bool {
    match error.code() {
        Some("PreconditionFailed") => true,
        Some("NoSuchKey") => matches!(condition, Condition::Is(_)),
        _ => false,
    }
}

/// Two concurrent conditional writes to one key: S3 refuses one of them without checking its
/// condition.
fn is_conflict(error: &DriverError) -> bool {
    matches!(
        error.code(),
        Some("ConditionalRequestConflict" | "OperationAborted")
    )
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at| {
        text.get(at..at + 2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
    };
    (0..text.len()).step_by(2).filter_map(digits).collect()
}
