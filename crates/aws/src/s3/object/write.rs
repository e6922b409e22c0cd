//! How objects are written.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::Tagging;
use engine::DriverError;
use model::{FINGERPRINT_TAG, Tags, child_fingerprint_tag};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{LARGEST, Objects, Properties, join_record, split_record};
use crate::kit::call::Call as _;
use crate::kit::tagging::is_same_resource;
use crate::kit::wait::retry;
use crate::s3::service::{CONSISTENCY, address, incomplete, passes, to_sdk, written};

/// What passes by itself: the bucket is new, or another conditional write of the object is under
/// way.
fn put_passes(error: &DriverError) -> bool {
    passes(error) || error.is("ConditionalRequestConflict")
}

/// Tags as the header of a write takes them: a query string.
fn header(tags: &Tags) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = tags
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Whether S3 takes the object, and the record of it fits in a tag.
///
/// # Errors
/// [`DriverError::Invalid`] with what it would not take.
pub(super) fn check(object: &Properties) -> Result<(), DriverError> {
    let key = &object.key;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+-=._:/@".contains(c);
    if key.is_empty() || key.len() > 200 || !key.chars().all(allowed) {
        return Err(DriverError::Invalid(format!(
            "the key `{key}` is not 1 to 200 of A-Z a-z 0-9 + - = . _ : / @"
        )));
    }
    if object.body.len() > LARGEST {
        return Err(DriverError::Invalid(format!(
            "the body of the object `{key}` is longer than 1 MiB"
        )));
    }
    Ok(())
}

impl Objects {
    /// Writes an object that is not there yet. One that is may be ours, of an earlier attempt.
    pub(super) async fn make(&self, desired: &Properties, tags: &Tags) -> Result<(), DriverError> {
        match self.put(desired, tags, true).await {
            Err(error) if error.is("PreconditionFailed") => {
                let live = self.read_tags(&desired.bucket, &desired.key).await?;
                if live.is_some_and(|live| is_same_resource(&live, tags)) {
                    return self.put(desired, tags, false).await;
                }
                let (bucket, key) = (&desired.bucket, &desired.key);
                Err(DriverError::Invalid(format!(
                    "the object `{key}` in the bucket `{bucket}` exists and is not this system's; it is left untouched"
                )))
            }
            put => put,
        }
    }

    /// Writes an object with these tags, `only_new` if there must be none.
    pub(super) async fn put(
        &self,
        object: &Properties,
        tags: &Tags,
        only_new: bool,
    ) -> Result<(), DriverError> {
        let put = || async {
            self.s3
                .client
                .put_object()
                .bucket(&object.bucket)
                .key(&object.key)
                .body(ByteStream::from(object.body.clone().into_bytes()))
                .set_content_type(object.content_type.clone())
                .set_cache_control(object.cache_control.clone())
                .set_if_none_match(only_new.then(|| "*".to_owned()))
                .tagging(header(tags))
                .send()
                .done("s3:PutObject")
                .await
        };
        retry(CONSISTENCY, put_passes, put).await
    }

    pub(super) async fn put_tags(
        &self,
        object: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let tagging = Tagging::builder()
            .set_tag_set(Some(to_sdk(tags)?))
            .build()
            .map_err(incomplete)?;
        let call = self
            .s3
            .client
            .put_object_tagging()
            .bucket(&object.bucket)
            .key(&object.key)
            .tagging(tagging);
        written(|| call.clone().send().done("s3:PutObjectTagging")).await
    }

    /// Writes the record in the bucket's tags.
    pub(super) async fn record(&self, object: &Properties, tags: &Tags) -> Result<(), DriverError> {
        let (address, fingerprint) = (
            address(tags)?,
            tags.get(FINGERPRINT_TAG).map_or("", String::as_str),
        );
        let (name, value) = (
            child_fingerprint_tag(address.name()),
            join_record(fingerprint, &object.key),
        );
        self.s3
            .change_tags(&object.bucket, |tags| {
                drop(tags.insert(name.clone(), value.clone()));
            })
            .await
    }

    /// Removes the record of an object from its bucket's tags.
    pub(super) async fn forget(&self, bucket: &str, key: &str) -> Result<(), DriverError> {
        let prefix = child_fingerprint_tag("");
        let is_its = |name: &str, value: &str| {
            name.starts_with(&prefix)
                && split_record(value).is_some_and(|(_, recorded)| recorded == key)
        };
        self.s3
            .change_tags(bucket, |tags| {
                tags.retain(|name, value| !is_its(name, value));
            })
            .await
    }
}
