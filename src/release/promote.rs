//! Promotion: a release that is in the bucket becomes current, without an upload.

use super::error::ReleaseError;
use super::event::Events;
use super::manifest::Percent;
use super::preview::{self, PreviewName};
use super::publish::{Outcome, Published};
use super::releases::Releases;
use super::rollback::find;
use super::upload::BucketContents;
use super::version::Version;

impl Releases {
    /// The release that a text means: the one that a preview of this name shows, otherwise the one
    /// whose version begins like this; without a text, the canary.
    pub async fn resolve(&self, what: Option<&str>) -> Result<Version, ReleaseError> {
        let Some(text) = what else {
            let canary = self.pointer().await?.state.canary;
            return canary
                .map(|(version, _)| version)
                .ok_or(ReleaseError::NoCanary);
        };
        if let Ok(name) = text.parse::<PreviewName>()
            && let Some(preview) = preview::read(&self.store, name).await?
        {
            return Ok(preview.version);
        }
        find(&BucketContents::read(&self.store).await?.records, text)
    }

    /// Makes a release current for all clients, or a canary for some.
    ///
    /// # Errors
    /// Anything that kept it from that. Then what was current still is.
    pub async fn promote(
        &self,
        version: &Version,
        canary: Option<Percent>,
        events: &Events,
    ) -> Result<Published, ReleaseError> {
        let before = self.pointer().await?;
        let stock = BucketContents::read(&self.store).await?;
        let next = self.next(&before.state, version, canary)?;
        let changed = next != before.state;
        let record = self.make(&before, &stock, version, next, events).await?;
        Ok(Published {
            version: version.clone(),
            outcome: match canary {
                _ if !changed => Outcome::Unchanged,
                Some(_) => Outcome::Canary,
                None => Outcome::Current,
            },
            canary,
            before: before.state.current().cloned(),
            package_version: record.package_version.clone(),
            files: record.files.len(),
            uploaded: 0,
            pruned: 0,
            prune_failed: None,
        })
    }
}
