//! Writes of objects.

use aws_sdk_s3::primitives::ByteStream;
use engine::DriverError;
use model::{Owner, Tags};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Objects, Properties};
use crate::kit::call::Call as _;
use crate::kit::ownership::adopt;
use crate::s3::client::{S3, not_ours, tagging};

/// Tags as the header of a write accepts them: a query string.
fn header(tags: &Tags) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = tags
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

impl Objects {
    /// Writes an object that does not exist. An existing one may be an earlier attempt's.
    pub(super) async fn make(
        &self,
        desired: &Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        match self.put(desired, tags, true).await {
            Err(error) if error.is("PreconditionFailed") => {
                let (bucket, key) = (&desired.bucket, &desired.key);
                let found = self.read_tags(bucket, key).await?.unwrap_or_default();
                let refused = not_ours(&format!("the object `{key}` in the bucket `{bucket}`"));
                adopt(&found, owner, refused)?;
                self.put(desired, tags, false).await
            }
            put => put,
        }
    }

    /// Writes an object with these tags; with `only_new`, only if there is none.
    pub(super) async fn put(
        &self,
        object: &Properties,
        tags: &Tags,
        only_new: bool,
    ) -> Result<(), DriverError> {
        let put = || {
            self.s3
                .sdk
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
        };
        // Boxed, since `make` puts twice and calls of the SDK are large.
        S3.write(|| Box::pin(put())).await
    }

    /// Sets all of an object's tags.
    pub(super) async fn put_tags(
        &self,
        object: &Properties,
        tags: &Tags,
    ) -> Result<(), DriverError> {
        let call = self
            .s3
            .sdk
            .put_object_tagging()
            .bucket(&object.bucket)
            .key(&object.key)
            .tagging(tagging(tags)?);
        S3.write(|| call.clone().send().done("s3:PutObjectTagging"))
            .await
    }
}
