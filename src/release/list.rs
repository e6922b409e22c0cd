//! The releases in the bucket.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::error::ReleaseError;
use super::manifest::Percent;
use super::pointer::State;
use super::record::Record;
use super::releases::Releases;
use super::upload::BucketContents;
use super::version::Version;

/// A release in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its version.
    pub version: Version,
    /// The version of the package that it was built from, where the build says so.
    pub package_version: Option<String>,
    /// When it was first published, RFC 3339.
    pub published: String,
    /// What it is now.
    pub standing: Standing,
    /// The part of the clients that it gets as a canary.
    pub percent: Option<Percent>,
    /// Its bytes.
    pub size: u64,
    /// Its files.
    pub files: usize,
}

/// What a release is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// What clients get.
    Current,
    /// What some clients get.
    Canary,
    /// What a rollback goes back to.
    Previous,
    /// One of the others.
    Kept,
}

impl Releases {
    /// The releases, those first that were current or published last.
    pub async fn list(&self) -> Result<Vec<Listed>, ReleaseError> {
        let stock = BucketContents::read(&self.store).await?;
        let state = self.pointer().await?.state;
        let records = ranked(&stock.records, &state);
        Ok(records
            .into_iter()
            .map(|record| Listed::new(record, &state))
            .collect())
    }
}

/// Records, those first that were current or published last.
pub(super) fn ranked<'r>(records: &'r BTreeMap<Version, Record>, state: &State) -> Vec<&'r Record> {
    let used = |record: &Record| {
        state
            .since(&record.version)
            .unwrap_or_default()
            .max(record.published_seconds())
    };
    let turn = |record: &Record| {
        state
            .history
            .iter()
            .position(|turn| turn.version == record.version)
    };
    let mut ranked: Vec<&Record> = records.values().collect();
    // Within one second, the order of the turns.
    ranked.sort_by_key(|record| {
        let is_current = state.current() == Some(&record.version);
        (
            !is_current,
            Reverse(used(record)),
            turn(record).unwrap_or(usize::MAX),
            record.version.clone(),
        )
    });
    ranked
}

impl Listed {
    fn new(record: &Record, state: &State) -> Self {
        Self {
            version: record.version.clone(),
            package_version: record.package_version.clone(),
            published: record.published.clone(),
            standing: Standing::of(&record.version, state),
            percent: state
                .canary
                .as_ref()
                .filter(|(canary, _)| *canary == record.version)
                .map(|(_, percent)| *percent),
            size: record.size(),
            files: record.files.len(),
        }
    }
}

impl Standing {
    fn of(version: &Version, state: &State) -> Self {
        match &state.canary {
            _ if state.current() == Some(version) => Self::Current,
            Some((canary, _)) if canary == version => Self::Canary,
            _ if state.previous() == Some(version) => Self::Previous,
            _ => Self::Kept,
        }
    }
}
