//! Makes a release current: loose files and the pointer, in an order in which no page meets loose
//! files older than its own. [`super`] explains why concurrent publishers end with one release.

use std::collections::HashMap;

use futures_util::FutureExt as _;

use super::application::Application;
use super::content::{NO_CACHE, media_type};
use super::error::ReleaseError;
use super::event::{Event, Events};
use super::manifest::Manifest;
use super::pointer::{Pointer, State, unique};
use super::record::{NAME, Record};
use super::releases::Releases;
use super::store::{Body, Condition, Put};
use super::upload::together;
use super::version::{File, Version};

/// How often to compare until the loose files stop changing. Each further round requires another
/// publisher that switched.
const ROUNDS: usize = 20;

/// The desired pointer.
#[derive(Debug)]
pub(super) struct Target {
    /// Its metadata.
    pub(super) state: State,
    /// The current release.
    pub(super) current: Record,
    /// Its contents.
    pub(super) body: Vec<u8>,
}

impl Releases {
    /// Reads the pointer.
    pub(super) async fn pointer(&self) -> Result<Pointer, ReleaseError> {
        Ok(Pointer::read(
            self.store
                .head(self.destination.application.pointer())
                .await?,
        ))
    }

    /// The desired pointer for a state. The release and its canary must be in the bucket.
    pub(super) async fn target(&self, state: State) -> Result<Target, ReleaseError> {
        let current = self
            .record(state.current().ok_or(ReleaseError::NothingPublished)?)
            .await?;
        let body = match &self.destination.application {
            Application::Shell => {
                self.copy(&current, self.destination.application.pointer())
                    .await?
            }
            Application::Team(_) => self.manifest(&state, &current).await?,
        };
        Ok(Target {
            state,
            current,
            body,
        })
    }

    async fn manifest(&self, state: &State, current: &Record) -> Result<Vec<u8>, ReleaseError> {
        let canary = match &state.canary {
            Some((version, percent)) => Some((self.record(version).await?, *percent)),
            None => None,
        };
        let canary = canary.as_ref().map(|(record, percent)| (record, *percent));
        let manifest = Manifest::new(&self.destination, current, canary);
        let manifest =
            manifest.ok_or_else(|| incomplete(&current.version, "the entry in a record"))?;
        Ok(manifest.to_json())
    }

    /// Makes a target current, if the pointer is still as it was.
    ///
    /// # Errors
    /// [`ReleaseError::Lost`] if it is not. The release that another publisher made current is
    /// complete even then.
    pub(super) async fn switch(
        &self,
        before: &Pointer,
        target: &Target,
        events: &Events,
    ) -> Result<(), ReleaseError> {
        events.tell(Event::Switching);
        self.assert_still(before).await?;
        if self.is_newer(before, &target.current).await? {
            self.write_loose(&target.current).await?;
        }
        let written = self.write_pointer(before, target).await;
        let settled = self.settle().await;
        written?;
        self.mark(events).await;
        settled
    }

    /// Whether a release was published later than the current one: then its loose files are newer.
    async fn is_newer(&self, before: &Pointer, target: &Record) -> Result<bool, ReleaseError> {
        let Some(current) = before.state.current() else {
            return Ok(true);
        };
        let current = self.store.get(&current.key(NAME)).await?;
        let current = current.and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
        Ok(current.is_none_or(|current| current.published_seconds() <= target.published_seconds()))
    }

    async fn assert_still(&self, before: &Pointer) -> Result<(), ReleaseError> {
        let now = self.pointer().await?;
        if now == *before {
            Ok(())
        } else {
            Err(ReleaseError::Lost(now.state.current().cloned()))
        }
    }

    async fn write_pointer(&self, before: &Pointer, target: &Target) -> Result<(), ReleaseError> {
        self.assert_still(before).await?;
        let key = self.destination.application.pointer();
        let write = unique();
        let put = Put {
            key: key.to_owned(),
            body: Body::Bytes(target.body.clone()),
            media_type: media_type(key),
            cache: NO_CACHE,
            metadata: target.state.metadata(&write),
            condition: before.etag.clone().map_or(Condition::New, Condition::Is),
        };
        if self.store.put(&put).await? {
            return Ok(());
        }
        // The response to a write that took effect may have been lost and the write repeated.
        let now = self.pointer().await?;
        if now.write.as_deref() == Some(&write) {
            Ok(())
        } else {
            Err(ReleaseError::Lost(now.state.current().cloned()))
        }
    }

    /// Writes loose files until they match the pointer and it has not moved.
    pub(super) async fn settle(&self) -> Result<(), ReleaseError> {
        let mut pointer = self.pointer().await?;
        for _ in 0..ROUNDS {
            let Some(current) = pointer.state.current() else {
                return Ok(());
            };
            let written = self.write_loose(&self.record(current).await?).await?;
            let now = self.pointer().await?;
            if written == 0 && now.state.current() == Some(current) {
                return Ok(());
            }
            pointer = now;
        }
        Err(pointer
            .state
            .current()
            .cloned()
            .map_or(ReleaseError::NothingPublished, ReleaseError::Restless))
    }

    /// Writes the loose files that differ from the release's copies. Returns their number.
    async fn write_loose(&self, record: &Record) -> Result<usize, ReleaseError> {
        let files = record.loose(self.destination.application.pointer());
        let written = together(
            files
                .map(|file| self.write_one(record, file).boxed())
                .collect(),
        )
        .await?;
        Ok(written.into_iter().filter(|written| *written).count())
    }

    async fn write_one(&self, record: &Record, file: &File) -> Result<bool, ReleaseError> {
        let there = self
            .store
            .head(&file.path)
            .await?
            .and_then(|head| head.sha256);
        if there.as_ref() == Some(&file.sha256) {
            return Ok(false);
        }
        let put = Put {
            key: file.path.clone(),
            body: Body::Bytes(self.copy(record, &file.path).await?),
            media_type: media_type(&file.path),
            cache: NO_CACHE,
            metadata: HashMap::new(),
            condition: Condition::None,
        };
        self.store.put(&put).await
    }

    /// A release's own copy of a file.
    async fn copy(&self, record: &Record, path: &str) -> Result<Vec<u8>, ReleaseError> {
        let bytes = self.store.get(&record.version.key(path)).await?;
        bytes.ok_or_else(|| incomplete(&record.version, path))
    }

    /// A release's record.
    async fn record(&self, version: &Version) -> Result<Record, ReleaseError> {
        let key = version.key(NAME);
        let bytes = self
            .store
            .get(&key)
            .await?
            .ok_or_else(|| incomplete(version, NAME))?;
        serde_json::from_slice(&bytes).map_err(|source| ReleaseError::BadRecord { key, source })
    }
}

fn incomplete(version: &Version, missing: &str) -> ReleaseError {
    ReleaseError::Incomplete {
        version: version.clone(),
        missing: missing.to_owned(),
    }
}
