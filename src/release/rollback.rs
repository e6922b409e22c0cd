//! Rollback to a release that is in the bucket.

use std::collections::BTreeMap;

use serde::Serialize;

use super::error::ReleaseError;
use super::event::Events;
use super::pointer::{Pointer, State};
use super::presence::Presence;
use super::record::{Record, now};
use super::releases::Releases;
use super::upload::{self, BucketContents};
use super::version::Version;

/// The result of a rollback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolledBack {
    /// The release that is current now.
    pub version: Version,
    /// The release that was current before.
    pub before: Version,
    /// The canary that ended.
    pub ended_canary: Option<Version>,
}

impl Releases {
    /// Makes an earlier release current for all clients: the one with this version, of which a
    /// unique beginning is enough. Without a version it ends a running canary; otherwise it makes
    /// the previous release current, so that two rollbacks cancel out.
    pub async fn roll_back(
        &self,
        version: Option<&str>,
        events: &Events,
    ) -> Result<RolledBack, ReleaseError> {
        let before = self.pointer().await?;
        let current = before
            .state
            .current()
            .cloned()
            .ok_or(ReleaseError::NothingPublished)?;
        let stock = BucketContents::read(&self.store).await?;
        let version = match version {
            Some(text) => find(&stock.records, text)?,
            None if before.state.canary.is_some() => current.clone(),
            None => before
                .state
                .previous()
                .cloned()
                .ok_or_else(|| ReleaseError::NothingBefore(current.clone()))?,
        };
        let next = before.state.with_current(&version, now());
        self.make(&before, &stock, &version, next, events).await?;
        let ended_canary = before
            .state
            .canary
            .map(|(canary, _)| canary)
            .filter(|canary| *canary != version);
        Ok(RolledBack {
            version,
            before: current,
            ended_canary,
        })
    }

    /// Writes a pointer that leads to a release in the bucket. Returns the release's record.
    pub(super) async fn make<'s>(
        &self,
        before: &Pointer,
        stock: &'s BucketContents,
        version: &Version,
        next: State,
        events: &Events,
    ) -> Result<&'s Record, ReleaseError> {
        let record = stock
            .records
            .get(version)
            .ok_or_else(|| ReleaseError::Unknown(version.to_string()))?;
        let presence = Presence::announce(&self.store, record, events).await?;
        let ended = self.return_to(before, record, next, events).await;
        presence.end(&self.store).await;
        ended.map(|()| record)
    }

    async fn return_to(
        &self,
        before: &Pointer,
        record: &Record,
        next: State,
        events: &Events,
    ) -> Result<(), ReleaseError> {
        let stock = BucketContents::read(&self.store).await?;
        if let Some(part) = upload::missing(record, &stock)?.into_iter().next() {
            return Err(ReleaseError::Incomplete {
                version: record.version.clone(),
                missing: part.key,
            });
        }
        if next == before.state {
            return self.settle().await;
        }
        let target = self.target(next).await?;
        self.switch(before, &target, events).await
    }
}

/// The only release whose version begins like this.
pub(super) fn find(
    records: &BTreeMap<Version, Record>,
    text: &str,
) -> Result<Version, ReleaseError> {
    let matches: Vec<Version> = records
        .keys()
        .filter(|version| version.as_str().starts_with(text))
        .cloned()
        .collect();
    match &matches[..] {
        [] => Err(ReleaseError::Unknown(text.to_owned())),
        [version] => Ok(version.clone()),
        _ => Err(ReleaseError::Ambiguous {
            text: text.to_owned(),
            matches,
        }),
    }
}
