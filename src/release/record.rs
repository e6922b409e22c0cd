//! A release's record, `releases/VERSION/release.json`.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::version::{File, Version};

/// The record's file name.
pub(super) const NAME: &str = "release.json";

/// The contents of a release. It never changes once it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    /// The release's version.
    pub(super) version: Version,
    /// The version of the package that it was built from, if the build states one.
    pub(super) package_version: Option<String>,
    /// When it was first published, RFC 3339.
    pub(super) published: String,
    /// A team's entry.
    pub(super) entry: Option<Entry>,
    /// Additional data from a team's build for the shell.
    pub(super) extras: Map<String, Value>,
    /// Its files, in the order of their paths.
    pub(super) files: Vec<File>,
}

/// The module that the shell loads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its path.
    pub(super) path: String,
    /// `sha384-…`, in the form that browsers check.
    pub(super) integrity: String,
}

impl Record {
    /// Its files at paths of their own, except the pointer.
    pub(super) fn loose<'r>(&'r self, pointer: &'r str) -> impl Iterator<Item = &'r File> {
        self.files
            .iter()
            .filter(move |file| !file.is_asset() && file.path != pointer)
    }

    /// Its files with a copy of the release's own: all loose ones, and a team's entry.
    pub(super) fn copied(&self) -> impl Iterator<Item = &File> {
        let entry = self.entry.as_ref().map(|entry| entry.path.as_str());
        self.files
            .iter()
            .filter(move |file| !file.is_asset() || Some(file.path.as_str()) == entry)
    }

    /// Its files with a hash in their names.
    pub(super) fn assets(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_asset())
    }

    /// The total size in bytes. What a record in the bucket says need not be possible.
    pub(super) fn size(&self) -> u64 {
        let sizes = self.files.iter().map(|file| file.size);
        sizes.fold(0, u64::saturating_add)
    }

    /// When it was first published, in seconds since 1970; 0 if the record does not say.
    pub(super) fn published_seconds(&self) -> i64 {
        DateTime::from_str(&self.published, DateTimeFormat::DateTime).map_or(0, |time| time.secs())
    }

    /// Whether it is the same release, whenever it was published.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        *self
            == Self {
                published: self.published.clone(),
                ..other.clone()
            }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }
}

/// The current time, in seconds since 1970.
pub(super) fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A time as it is written in records: RFC 3339, in UTC.
pub(super) fn timestamp(seconds: i64) -> String {
    DateTime::from_secs(seconds)
        .fmt(DateTimeFormat::DateTime)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::application::{Application, Destination};
    use super::super::manifest::{Manifest, Percent};
    use super::*;

    const RECORD: &str = r#"{
        "version": "0123456789ab", "packageVersion": "1.2.3", "published": "2026-01-01T00:00:00Z",
        "entry": {"path": "assets/main-1.js", "integrity": "sha384-A"}, "extras": {"a": [1, null]},
        "files": [{"path": "assets/main-1.js", "sha256": "00", "size": 18446744073709551615},
                  {"path": "b.json", "sha256": "11", "size": 1}]
    }"#;

    /// Whatever is in the bucket is a record or is refused.
    fn is_read(bytes: &[u8]) {
        let Ok(record) = serde_json::from_slice::<Record>(bytes) else {
            return;
        };
        record.size();
        record.published_seconds();
        let loose = record.loose("index.html").count();
        assert!(record.copied().count() >= loose);
        let destination = Destination {
            bucket: "b".to_owned(),
            url: "https://shipping.example.com".to_owned(),
            system: "acme".to_owned(),
            application: Application::Team("shipping".to_owned()),
        };
        let percent = Percent::try_from(5).expect("a share");
        let manifest = Manifest::new(&destination, &record, Some((&record, percent)));
        assert_eq!(manifest.is_some(), record.entry.is_some());
        let again: Record = serde_json::from_slice(&record.to_json()).expect("what was written");
        assert!(again.is_same(&record));
    }

    #[test]
    fn an_impossible_size_is_only_a_size() {
        let record: Record = serde_json::from_str(RECORD).expect("a record");
        assert_eq!(record.size(), u64::MAX);
        is_read(RECORD.as_bytes());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_a_record_or_refused(bytes in any::<Vec<u8>>()) {
            is_read(&bytes);
        }

        #[test]
        fn a_damaged_record_is_read_or_refused(
            place in 0..RECORD.len(), length in 0usize..12, put in "[0-9a-z\"{}\\[\\]:,\\\\é-]{0,6}",
        ) {
            let end = (place + length).min(RECORD.len());
            is_read(&[&RECORD.as_bytes()[..place], put.as_bytes(), &RECORD.as_bytes()[end..]].concat());
        }
    }
}
