//! `Frontage::S3::Object`: an object that is kept like any other resource.

#[cfg(test)]
mod tests;
mod write;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use engine::{Attributes, Changes, DriverError, LiveTags, ReadCache, Selection};
use model::types::s3::Object;
use model::{ADDRESS_TAG, Address, FINGERPRINT_TAG, Owner, SYSTEM_TAG, Tags};
use serde::Deserialize;

use super::service::{S3, from_sdk, record};
use crate::Account;
use crate::kit::call::Call as _;
use crate::kit::limits::Checks;
use crate::kit::typed::{OrphanSearch, ResourceDriver, TypedLive, TypedReadRequest};

type Properties = Object<String>;
type Live = TypedLive<Properties>;

/// What is compared byte for byte is small.
const LARGEST: usize = 1024 * 1024;

/// Reads and writes objects.
///
/// Whose an object is says its own tags, which the call that writes it sets. Whoever overwrites it
/// takes them away, and that is drift: so a tag of the bucket keeps a record, too, by which an
/// object is also found that the model no longer has.
#[derive(Debug)]
pub(crate) struct Objects {
    s3: S3,
}

/// What finds an object again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Identity {
    bucket: String,
    key: String,
}

/// An object as it was read.
#[derive(Clone, Debug)]
struct Found {
    properties: Properties,
    tags: Tags,
}

impl Objects {
    pub(crate) fn new(account: &Account) -> Self {
        Self {
            s3: S3::new(account),
        }
    }

    async fn find(
        &self,
        bucket: &str,
        key: &str,
        cache: &ReadCache,
    ) -> Result<Option<Found>, DriverError> {
        let found = cache.once(format!("s3:GetObject {bucket}/{key}"), || {
            self.look(bucket, key)
        });
        Ok(found.await?.as_ref().clone())
    }

    /// The object as it is now.
    async fn look(&self, bucket: &str, key: &str) -> Result<Option<Found>, DriverError> {
        let (properties, tags) =
            tokio::try_join!(self.get(bucket, key), self.read_tags(bucket, key))?;
        Ok(properties
            .zip(tags)
            .map(|(properties, tags)| Found { properties, tags }))
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Properties>, DriverError> {
        match self
            .s3
            .client
            .get_object()
            .bucket(bucket)
            .key(key)
            .send()
            .sent("s3:GetObject")
            .await
        {
            Err(error) if is_absent(&error) => Ok(None),
            other => properties(bucket, key, other?).await.map(Some),
        }
    }

    /// An object's own tags; none if it is not there.
    async fn read_tags(&self, bucket: &str, key: &str) -> Result<Option<Tags>, DriverError> {
        match self
            .s3
            .client
            .get_object_tagging()
            .bucket(bucket)
            .key(key)
            .send()
            .sent("s3:GetObjectTagging")
            .await
        {
            Ok(answer) => Ok(Some(from_sdk(answer.tag_set()))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn is_absent(error: &DriverError) -> bool {
    error.is("NoSuchKey") || error.is("NoSuchBucket")
}

async fn properties(
    bucket: &str,
    key: &str,
    answer: GetObjectOutput,
) -> Result<Properties, DriverError> {
    let (content_type, cache_control) = (answer.content_type.clone(), answer.cache_control.clone());
    Ok(Object {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        body: body(answer).await?,
        content_type,
        cache_control,
    })
}

/// The content; of one that cannot be ours, how long it is.
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
    Ok(String::from_utf8(bytes).unwrap_or_else(|_| format!("({length} bytes that are no UTF-8)")))
}

/// The record of an object in its bucket's tags: the fingerprint, and the key.
fn join_record(fingerprint: &str, key: &str) -> String {
    format!("{fingerprint} {key}")
}

/// The fingerprint and the key of a record; a policy's has no key.
fn split_record(value: &str) -> Option<(&str, &str)> {
    value.split_once(' ')
}

/// An object, with what its own tags say of it or, where they say nothing, what its bucket's do.
fn live(found: Found, bucket: &Tags, address: &str, name: &str) -> Live {
    let Found {
        properties,
        mut tags,
    } = found;
    if !tags.contains_key(SYSTEM_TAG) {
        let recorded = record(bucket, name)
            .and_then(split_record)
            .filter(|(_, key)| *key == properties.key);
        if let (Some((fingerprint, _)), Some(system)) = (recorded, bucket.get(SYSTEM_TAG)) {
            tags.insert(SYSTEM_TAG.to_owned(), system.clone());
            tags.insert(ADDRESS_TAG.to_owned(), address.to_owned());
            tags.insert(FINGERPRINT_TAG.to_owned(), fingerprint.to_owned());
        }
    }
    alive(properties, tags)
}

/// An object of which only the record is known.
fn unread(bucket: String, key: String, record: Tags) -> Live {
    let properties = Object {
        bucket,
        key,
        body: String::new(),
        content_type: None,
        cache_control: None,
    };
    TypedLive {
        tags: LiveTags::Hinted(record),
        ..alive(properties, Tags::new())
    }
}

fn alive(properties: Properties, tags: Tags) -> Live {
    let attributes = [("Bucket", &properties.bucket), ("Key", &properties.key)];
    let attributes: Attributes = attributes
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .into();
    let id = format!("{}/{}", properties.bucket, properties.key);
    TypedLive {
        id,
        properties,
        attributes,
        tags: LiveTags::Read(tags),
    }
}

impl ResourceDriver for Objects {
    type Properties = Properties;
    const ORPHANS: OrphanSearch = OrphanSearch::IfShown("s3");

    fn normalise(&self, object: &mut Properties) {
        object
            .content_type
            .get_or_insert_with(|| "binary/octet-stream".to_owned());
    }

    fn check(&self, properties: &Properties, checks: &mut Checks) {
        checks.add(write::check(properties));
    }

    async fn read(
        &self,
        request: TypedReadRequest<'_, Properties>,
        cache: &ReadCache,
    ) -> Result<Option<Live>, DriverError> {
        let Identity { bucket, key } = &request.properties;
        let (tags, found) =
            tokio::try_join!(self.s3.tags(bucket, cache), self.find(bucket, key, cache))?;
        let (Some(tags), Some(found)) = (tags.as_ref(), found) else {
            return Ok(None);
        };
        Ok(Some(live(
            found,
            tags,
            &request.address.to_string(),
            request.address.name(),
        )))
    }

    async fn list(&self, cache: &ReadCache) -> Result<Vec<Live>, DriverError> {
        let recorded = self.s3.recorded(cache).await?;
        let objects = recorded.into_iter().filter_map(|(bucket, tags, value)| {
            let (_, key) = split_record(&value)?;
            Some(unread(bucket, key.to_owned(), tags))
        });
        Ok(objects.collect())
    }

    async fn tags(&self, live: &Live, address: Option<&Address>) -> Result<Tags, DriverError> {
        let tags = self
            .read_tags(&live.properties.bucket, &live.properties.key)
            .await?;
        Ok(tags.unwrap_or_default())
    }

    async fn confirm(
        &self,
        live: Live,
        address: Option<&Address>,
    ) -> Result<Option<Live>, DriverError> {
        let Object { bucket, key, .. } = &live.properties;
        let address = live
            .tags
            .known()
            .and_then(|tags| tags.get(ADDRESS_TAG))
            .cloned()
            .unwrap_or_default();
        let (found, tags) = tokio::try_join!(self.look(bucket, key), self.s3.read_tags(bucket))?;
        let name = address.rsplit('/').next().unwrap_or_default();
        Ok(found
            .zip(tags)
            .map(|(found, tags)| self::live(found, &tags, &address, name)))
    }

    async fn create(
        &self,
        desired: Properties,
        owner: &Owner,
        tags: &Tags,
    ) -> Result<Live, DriverError> {
        self.record(&desired, tags).await?;
        self.make(&desired, tags).await?;
        Ok(alive(desired, tags.clone()))
    }

    /// The call replaces all of an object, so it takes the tags along that it has.
    async fn update(
        &self,
        live: Live,
        desired: Properties,
        _: &Changes,
    ) -> Result<Live, DriverError> {
        let tags = live.tags.known().cloned().unwrap_or_default();
        self.put(&desired, &tags, false).await?;
        Ok(TypedLive {
            properties: desired,
            ..live
        })
    }

    async fn retag(&self, live: &Live, set: &Tags, remove: &[String]) -> Result<(), DriverError> {
        let mut tags = live.tags.known().cloned().unwrap_or_default();
        tags.retain(|key, _| !remove.contains(key));
        tags.extend(set.clone());
        self.put_tags(&live.properties, &tags).await?;
        self.record(&live.properties, &tags).await
    }

    async fn delete(&self, live: Live) -> Result<(), DriverError> {
        let Object { bucket, key, .. } = &live.properties;
        match self
            .s3
            .client
            .delete_object()
            .bucket(bucket)
            .key(key)
            .send()
            .sent("s3:DeleteObject")
            .await
        {
            Err(error) if is_absent(&error) => {}
            other => drop(other?),
        }
        self.forget(bucket, key).await
    }
}
