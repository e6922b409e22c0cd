//! The objects of a release: those in the bucket, and those to upload.

use std::collections::{BTreeMap, HashMap};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::content::{IMMUTABLE, NO_CACHE, media_type};
use super::dist::Dist;
use super::error::ReleaseError;
use super::event::{Event, Events};
use super::presence::announced;
use super::record::{NAME, Record};
use super::store::{Body, Condition, Object, Put, Store};
use super::version::{File, Version};

/// The number of concurrent uploads or downloads.
const AT_ONCE: usize = 32;

/// The contents of a bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct BucketContents {
    /// All objects, by key.
    pub(super) objects: BTreeMap<String, Object>,
    /// The releases' records.
    pub(super) records: BTreeMap<Version, Record>,
    /// Announced releases, by the announcement's key.
    pub(super) announced: BTreeMap<String, Record>,
}

/// One object of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<'r> {
    /// Its key.
    pub(super) key: String,
    /// Its file.
    pub(super) file: &'r File,
}

impl BucketContents {
    /// Lists the bucket and reads its records.
    pub(super) async fn read(store: &Store) -> Result<Self, ReleaseError> {
        let objects = store.list().await?;
        let keys = objects
            .keys()
            .filter(|key| recorded(key).is_some() || announced(key).is_some());
        let read = together(keys.map(|key| read(store, key).boxed()).collect()).await?;
        let (mut records, mut announcements) = (BTreeMap::new(), BTreeMap::new());
        for (key, record) in read.into_iter().flatten() {
            if recorded(&key).is_some() {
                records.insert(record.version.clone(), record);
            } else {
                announcements.insert(key, record);
            }
        }
        Ok(Self {
            objects,
            records,
            announced: announcements,
        })
    }
}

/// The release of a record's key.
fn recorded(key: &str) -> Option<Version> {
    let (version, name) = key.strip_prefix("releases/")?.split_once('/')?;
    (name == NAME).then(|| Version::parse(version)).flatten()
}

async fn read(store: &Store, key: &str) -> Result<Option<(String, Record)>, ReleaseError> {
    let Some(bytes) = store.get(key).await? else {
        return Ok(None);
    };
    let record = serde_json::from_slice(&bytes);
    let record: Record = record.map_err(|source| ReleaseError::BadRecord {
        key: key.to_owned(),
        source,
    })?;
    Ok(Some((key.to_owned(), record)))
}

/// A release's objects except its record: its hashed files, then its copies of the others.
pub(super) fn parts(record: &Record) -> impl Iterator<Item = Part<'_>> {
    let assets = record.assets().map(|file| Part {
        key: file.path.clone(),
        file,
    });
    assets.chain(record.copied().map(|file| Part {
        key: record.version.key(&file.path),
        file,
    }))
}

/// Those that are not in the bucket.
///
/// # Errors
/// [`ReleaseError::Changed`] if one exists with different contents, as far as sizes and records
/// show.
pub(super) fn missing<'r>(
    record: &'r Record,
    stock: &BucketContents,
) -> Result<Vec<Part<'r>>, ReleaseError> {
    let known = stock.records.values().flat_map(Record::assets);
    let known: HashMap<&str, &str> = known
        .map(|file| (file.path.as_str(), file.sha256.as_str()))
        .collect();
    let mut missing = Vec::new();
    for part in parts(record) {
        let Some(object) = stock.objects.get(&part.key) else {
            missing.push(part);
            continue;
        };
        let other = known
            .get(part.key.as_str())
            .is_some_and(|sha256| *sha256 != part.file.sha256);
        if other || object.size != part.file.size {
            return Err(ReleaseError::Changed(part.key));
        }
    }
    Ok(missing)
}

/// Uploads objects concurrently. Returns how many did not exist.
pub(super) async fn upload(
    store: &Store,
    dist: &Dist,
    parts: Vec<Part<'_>>,
    events: &Events,
) -> Result<usize, ReleaseError> {
    let one = |part: Part<'_>| {
        let put = new(part.key.clone(), Body::of(dist, part.file), IMMUTABLE);
        let file = part.file.clone();
        async move {
            let written = put_once(store, &put, &file.sha256).await?;
            events.tell(Event::Uploaded {
                path: part.key,
                bytes: file.size,
            });
            Ok(written)
        }
        .boxed()
    };
    let written = together(parts.into_iter().map(one).collect()).await?;
    Ok(written.into_iter().filter(|written| *written).count())
}

/// Runs many tasks with a concurrency that keeps S3 busy and this machine idle. The first failure
/// ends it.
pub(super) async fn together<T: Send>(
    tasks: Vec<BoxFuture<'_, Result<T, ReleaseError>>>,
) -> Result<Vec<T>, ReleaseError> {
    stream::iter(tasks)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

impl Body {
    fn of(dist: &Dist, file: &File) -> Self {
        Self::File(dist.path(file), file.sha256.clone(), file.size)
    }
}

fn new(key: String, body: Body, cache: &'static str) -> Put {
    Put {
        media_type: media_type(&key),
        key,
        body,
        cache,
        metadata: HashMap::new(),
        condition: Condition::New,
    }
}

/// Writes an object that never changes. If it already exists, it must be the same.
async fn put_once(store: &Store, put: &Put, sha256: &str) -> Result<bool, ReleaseError> {
    if store.put(put).await? {
        return Ok(true);
    }
    match store.sha256(&put.key).await? {
        Some(there) if there == sha256 => Ok(false),
        _ => Err(ReleaseError::Changed(put.key.clone())),
    }
}

/// Writes a release's record, after all its other objects. Returns the record in the bucket.
pub(super) async fn put_record(store: &Store, record: Record) -> Result<Record, ReleaseError> {
    let key = record.version.key(NAME);
    if store
        .put(&new(key.clone(), Body::Bytes(record.to_json()), NO_CACHE))
        .await?
    {
        return Ok(record);
    }
    match read(store, &key).await? {
        Some((_, there)) if there.is_same(&record) => Ok(there),
        _ => Err(ReleaseError::Conflict(record.version)),
    }
}
