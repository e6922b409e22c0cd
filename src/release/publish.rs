//! Publishing a build.

use serde::Serialize;

use super::application::Application;
use super::dist::Dist;
use super::error::ReleaseError;
use super::event::{Event, Events};
use super::manifest::Percent;
use super::pointer::{KEPT, Pointer, State};
use super::presence::Presence;
use super::record::{Record, now};
use super::releases::Releases;
use super::upload::{self, BucketContents};
use super::version::{Version, sha256};

/// The result of a publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// The release.
    pub version: Version,
    /// The version of the package that it was built from, if the build states one.
    pub package_version: Option<String>,
    /// Its role now.
    pub outcome: Outcome,
    /// The canary's share, for a canary.
    pub canary: Option<Percent>,
    /// The release that was current before.
    pub before: Option<Version>,
    /// The number of its files.
    pub files: usize,
    /// How many of its objects were not in the bucket.
    pub uploaded: usize,
    /// How many objects of releases that are no longer kept were deleted.
    pub pruned: usize,
    /// Why old releases could not be pruned, if so. The next publish tries again.
    pub prune_failed: Option<String>,
}

/// A published release's role now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It became current for all clients.
    Current,
    /// It became the canary.
    Canary,
    /// It already had that role.
    Unchanged,
}

impl Releases {
    /// Publishes a build: for all clients, or as a canary for some.
    ///
    /// # Errors
    /// Anything that kept it from becoming current. Then the previously current release still is,
    /// and running it again resumes from there.
    pub async fn publish(
        &self,
        dist: &Dist,
        canary: Option<Percent>,
        events: &Events,
    ) -> Result<Published, ReleaseError> {
        let before = self.pointer().await?;
        let next = self.next(&before.state, dist.version(), canary)?;
        let mut published = Published {
            version: dist.version().clone(),
            package_version: dist.record(0).package_version,
            outcome: Outcome::Unchanged,
            canary,
            before: before.state.current().cloned(),
            files: dist.record(0).files.len(),
            uploaded: 0,
            pruned: 0,
            prune_failed: None,
        };
        if before.state != next || !self.stands(&before, dist).await? {
            let (uploaded, switched) = self.bring(&before, dist, next, events).await?;
            published.uploaded = uploaded;
            if switched {
                published.outcome = if canary.is_some() {
                    Outcome::Canary
                } else {
                    Outcome::Current
                };
            }
        }
        match self.prune(KEPT, events).await {
            Ok(pruned) => published.pruned = pruned.map_or(0, |pruned| pruned.objects),
            Err(error) => published.prune_failed = Some(error.to_string()),
        }
        Ok(published)
    }

    /// Whether a release can be a canary: another one is current.
    ///
    /// # Errors
    /// If the pointer cannot be read.
    pub async fn takes_canary(&self, version: &Version) -> Result<bool, ReleaseError> {
        let pointer = self.pointer().await?;
        let current = pointer.state.current();
        Ok(current.is_some_and(|current| current != version))
    }

    pub(super) fn next(
        &self,
        state: &State,
        version: &Version,
        canary: Option<Percent>,
    ) -> Result<State, ReleaseError> {
        let Some(percent) = canary else {
            return Ok(state.with_current(version, now()));
        };
        if self.destination.application == Application::Shell {
            return Err(ReleaseError::CanaryOfShell);
        }
        match state.current() {
            None => Err(ReleaseError::CanaryAlone),
            Some(current) if current == version => {
                Err(ReleaseError::CanaryIsCurrent(version.clone()))
            }
            Some(_) => Ok(state.with_canary(version, percent)),
        }
    }

    /// Whether everything in the bucket matches the pointer, its own contents included. Loose files
    /// are restored silently.
    async fn stands(&self, pointer: &Pointer, dist: &Dist) -> Result<bool, ReleaseError> {
        let stock = BucketContents::read(&self.store).await?;
        let record = dist.record(now());
        let recorded = stock
            .records
            .get(&record.version)
            .is_some_and(|there| there.is_same(&record));
        if !recorded || !upload::missing(&record, &stock)?.is_empty() {
            return Ok(false);
        }
        let target = self.target(pointer.state.clone()).await?;
        if pointer.sha256.as_ref() != Some(&sha256(&target.body)) {
            return Ok(false);
        }
        self.settle().await.map(|()| true)
    }

    /// Uploads missing objects and switches, with an announcement around both.
    async fn bring(
        &self,
        before: &Pointer,
        dist: &Dist,
        next: State,
        events: &Events,
    ) -> Result<(usize, bool), ReleaseError> {
        let record = dist.record(now());
        let mut presence = Presence::announce(&self.store, &record, events).await?;
        let ended = self
            .bring_announced(&mut presence, before, dist, (record, next), events)
            .await;
        presence.end(&self.store).await;
        ended
    }

    async fn bring_announced(
        &self,
        presence: &mut Presence,
        before: &Pointer,
        dist: &Dist,
        (record, next): (Record, State),
        events: &Events,
    ) -> Result<(usize, bool), ReleaseError> {
        let uploaded = self.bring_files(presence, dist, &record, events).await?;
        let target = self.target(next).await?;
        if before.state == target.state && before.sha256.as_ref() == Some(&sha256(&target.body)) {
            return self.settle().await.map(|()| (uploaded, false));
        }
        self.switch(before, &target, events)
            .await
            .map(|()| (uploaded, true))
    }

    /// Uploads missing objects under an announcement, the record last. Returns their number.
    pub(super) async fn bring_files(
        &self,
        presence: &mut Presence,
        dist: &Dist,
        record: &Record,
        events: &Events,
    ) -> Result<usize, ReleaseError> {
        let mut uploaded = self.upload(dist, record, events).await?;
        while presence.is_old() {
            presence.renew(&self.store, record, events).await?;
            uploaded += self.upload(dist, record, events).await?;
        }
        upload::put_record(&self.store, record.clone()).await?;
        Ok(uploaded)
    }

    async fn upload(
        &self,
        dist: &Dist,
        record: &Record,
        events: &Events,
    ) -> Result<usize, ReleaseError> {
        let stock = BucketContents::read(&self.store).await?;
        let missing = upload::missing(record, &stock)?;
        let bytes = missing.iter().map(|part| part.file.size).sum();
        let present = upload::parts(record).count() - missing.len();
        events.tell(Event::Uploading {
            files: missing.len(),
            bytes,
            present,
        });
        upload::upload(&self.store, dist, missing, events).await
    }
}
