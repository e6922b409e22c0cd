//! The records of a bucket's policy and objects in its tags.
//!
//! The record of a policy is its fingerprint; that of an object is its fingerprint and its key, by
//! which an object is found that the model no longer contains.

use engine::{DriverError, ReadCache};
use model::{Address, FINGERPRINT_TAG, Owner, Tags, child_fingerprint_tag};

use super::client::S3Client;
use crate::kit::children;

/// A record of a bucket. The tagging index may lag, so the child is to be confirmed.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) bucket: String,
    /// An object's key; a policy has none.
    pub(super) key: Option<String>,
    /// The tags of the child.
    pub(super) tags: Tags,
}

impl S3Client {
    /// The records of the system's buckets.
    pub(super) async fn records(&self, cache: &ReadCache) -> Result<Vec<Record>, DriverError> {
        let mut records = Vec::new();
        for (bucket, tags) in self.candidates(cache).await? {
            let Some(owner) = tags.owner().filter(|owner| self.is_of_system(owner)) else {
                continue;
            };
            let tags = tags.known().into_iter().flatten();
            let recorded = tags.filter_map(|(tag, value)| {
                let name = tag.strip_prefix(&child_fingerprint_tag(""))?;
                let (fingerprint, key) = split(value);
                let owner = Owner {
                    address: Address::new(owner.address.stack().clone(), name),
                    fingerprint: fingerprint.to_owned(),
                    ..owner.clone()
                };
                Some((key.map(str::to_owned), owner.tags()))
            });
            records.extend(recorded.map(|(key, tags)| Record {
                bucket: bucket.clone(),
                key,
                tags,
            }));
        }
        Ok(records)
    }

    /// Writes the record of a bucket's child: an object with its key, or the policy.
    pub(super) async fn record(
        &self,
        bucket: &str,
        owner: &Owner,
        key: Option<&str>,
    ) -> Result<(), DriverError> {
        let fingerprint = &owner.fingerprint;
        let value = match key {
            Some(key) => format!("{fingerprint} {key}"),
            None => fingerprint.clone(),
        };
        let record = Tags::from([(child_fingerprint_tag(owner.address.name()), value)]);
        self.change_tags(bucket, |tags| tags.extend(record.clone()))
            .await
    }

    /// Removes the record of a bucket's child, under any name.
    pub(super) async fn forget(&self, bucket: &str, key: Option<&str>) -> Result<(), DriverError> {
        let prefix = child_fingerprint_tag("");
        self.change_tags(bucket, |tags| {
            tags.retain(|name, value| !name.starts_with(&prefix) || split(value).1 != key);
        })
        .await
    }
}

/// The tags of a bucket's child at an address, from the bucket's tags.
pub(super) fn of_child(bucket: &Tags, address: &Address, key: Option<&str>) -> Tags {
    let mut tags = children::recorded(bucket, address);
    let record = tags.remove(FINGERPRINT_TAG);
    let record = record.as_deref().map(split);
    if let Some((fingerprint, _)) = record.filter(|(_, recorded)| *recorded == key) {
        tags.insert(FINGERPRINT_TAG.to_owned(), fingerprint.to_owned());
    }
    tags
}

/// The fingerprint and the key of a record.
fn split(value: &str) -> (&str, Option<&str>) {
    match value.split_once(' ') {
        Some((fingerprint, key)) => (fingerprint, Some(key)),
        None => (value, None),
    }
}
