//! Reads of objects.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use engine::{DriverError, LiveTags, ReadCache};
use model::types::s3::Object;
use model::{Address, FINGERPRINT_TAG, Owner, Tags};

use super::limits::LARGEST;
use super::{Live, Objects, Properties};
use crate::kit::call::Call as _;
use crate::kit::typed::TypedLive;
use crate::s3::client::{S3, from_sdk};
use crate::s3::records::{Record, of_child};

/// An object as it was read.
#[derive(Clone, Debug)]
pub(super) struct Found {
    properties: Properties,
    tags: Tags,
}

impl Objects {
    pub(super) async fn find(
        &self,
        bucket: &str,
        key: &str,
        cache: &ReadCache,
    ) -> Result<Option<Found>, DriverError> {
        let found = cache.once(format!("s3:GetObject {bucket}/{key}"), || {
            Box::pin(self.look(bucket, key))
        });
        Ok(found.await?.as_ref().clone())
    }

    /// The object as it is now.
    pub(super) async fn look(&self, bucket: &str, key: &str) -> Result<Option<Found>, DriverError> {
        let (properties, tags) =
            tokio::try_join!(self.get(bucket, key), self.read_tags(bucket, key))?;
        let found = properties.zip(tags);
        Ok(found.map(|(properties, tags)| Found { properties, tags }))
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Properties>, DriverError> {
        let call = self.s3.sdk.get_object().bucket(bucket).key(key).send();
        let Some(answer) = S3.found(call.sent("s3:GetObject").await)? else {
            return Ok(None);
        };
        Ok(Some(Object {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            content_type: answer.content_type.clone(),
            cache_control: answer.cache_control.clone(),
            body: body(answer).await?,
        }))
    }

    /// An object's own tags, or `None` if it does not exist.
    pub(super) async fn read_tags(
        &self,
        bucket: &str,
        key: &str,
    ) -> Result<Option<Tags>, DriverError> {
        let call = self.s3.sdk.get_object_tagging().bucket(bucket).key(key);
        let found = S3.found(call.send().sent("s3:GetObjectTagging").await)?;
        Ok(found.map(|found| from_sdk(found.tag_set())))
    }
}

/// The content or, if it is too large to be this system's, its length.
async fn body(answer: GetObjectOutput) -> Result<String, DriverError> {
    let length = answer.content_length().unwrap_or_default();
    if usize::try_from(length).is_ok_and(|length| length > LARGEST) {
        return Ok(format!("({length} bytes)"));
    }
    let unreachable = |error| DriverError::Unreachable {
        operation: "s3:GetObject",
        reason: format!("{error}"),
    };
    let bytes = answer.body.collect().await.map_err(unreachable)?.to_vec();
    let length = bytes.len();
    Ok(String::from_utf8(bytes).unwrap_or_else(|_| format!("({length} bytes that are not UTF-8)")))
}

/// An object with the owner that its own tags record or, if they record none, its bucket's.
pub(super) fn owned(found: Found, bucket: &Tags, address: Option<&Address>) -> Live {
    let Found {
        properties,
        mut tags,
    } = found;
    let record = address.map(|address| of_child(bucket, address, Some(&properties.key)));
    let record = record.filter(|record| {
        record.contains_key(FINGERPRINT_TAG) && Owner::recorded_in(record).is_some()
    });
    if Owner::recorded_in(&tags).is_none() {
        tags.extend(record.unwrap_or_default());
    }
    live(properties, LiveTags::Read(tags))
}

/// An object of which only the record is known.
pub(super) fn unread(record: Record) -> Option<Live> {
    let properties = Object {
        bucket: record.bucket,
        key: record.key?,
        body: String::new(),
        content_type: None,
        cache_control: None,
    };
    Some(live(properties, LiveTags::Hinted(record.tags)))
}

pub(super) fn live(properties: Properties, tags: LiveTags) -> Live {
    let attributes = Live::assigned([
        (Object::BUCKET, properties.bucket.clone()),
        (Object::KEY, properties.key.clone()),
    ]);
    TypedLive {
        id: format!("{}/{}", properties.bucket, properties.key),
        properties,
        attributes,
        tags,
    }
}
