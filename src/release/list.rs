//! The releases in the bucket.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::error::ReleaseError;
use super::manifest::Percent;
use super::pointer::State;
use super::preview::{Preview, PreviewName};
use super::record::{Record, now};
use super::releases::Releases;
use super::upload::BucketContents;
use super::version::Version;

/// A release in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its version.
    pub version: Version,
    /// The version of the package that it was built from, if the build states one.
    pub package_version: Option<String>,
    /// When it was first published, RFC 3339.
    pub published: String,
    /// Its current role.
    pub standing: Standing,
    /// The share of clients that get it as a canary.
    pub percent: Option<Percent>,
    /// The previews that show it and have not expired.
    pub previews: Vec<PreviewName>,
    /// Its size in bytes.
    pub size: u64,
    /// The number of its files.
    pub files: usize,
}

/// A release's current role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// All clients get it, apart from a canary's.
    Current,
    /// A share of clients gets it.
    Canary,
    /// A rollback returns to it.
    Previous,
    /// None of these.
    Kept,
}

impl Releases {
    /// The releases, most recently current or published first.
    pub async fn list(&self) -> Result<Vec<Listed>, ReleaseError> {
        let stock = BucketContents::read(&self.store).await?;
        let state = self.pointer().await?.state;
        let mut previews = self.previews().await?;
        let now = now();
        previews.retain(|_, preview| !preview.is_over(now));
        let records = ranked(&stock.records, &state);
        Ok(records
            .into_iter()
            .map(|record| Listed::new(record, &state, &previews))
            .collect())
    }
}

/// Records, most recently current or published first.
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
    // Within the same second, the order of the turns decides.
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
    fn new(record: &Record, state: &State, previews: &BTreeMap<PreviewName, Preview>) -> Self {
        let shown = previews
            .values()
            .filter(|preview| preview.version == record.version);
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
            previews: shown.map(|preview| preview.name.clone()).collect(),
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
