//! Deletes the objects of releases that are no longer kept, and those that dead publishers left
//! behind.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use super::error::ReleaseError;
use super::event::{Event, Events};
use super::list::ranked;
use super::pointer::State;
use super::presence::{Claim, announced};
use super::preview::PreviewName;
use super::record::{Record, now};
use super::releases::Releases;
use super::store::Object;
use super::upload::BucketContents;
use super::version::Version;

/// How many objects are deleted between two checks of the clock.
const BATCH: usize = 1_000;
/// The suffix of the key of a release's record.
const RECORD: &str = "/release.json";

/// The objects to delete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Garbage {
    /// Deleted first.
    objects: Vec<String>,
    /// The records that name them: deleted last, so that after a pruner dies the next one knows
    /// what is left.
    records: Vec<String>,
    /// The size of both in bytes.
    bytes: u64,
}

/// What was, or would be, deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pruned {
    /// The releases.
    pub releases: Vec<Version>,
    /// The expired previews.
    pub previews: Vec<PreviewName>,
    /// The number of objects: also those that dead publishers left behind.
    pub objects: usize,
    /// Their size in bytes.
    pub bytes: u64,
}

impl Releases {
    /// What [`Self::prune`] would delete now.
    pub async fn prunable(&self, keep: usize) -> Result<Pruned, ReleaseError> {
        Ok(self.garbage(keep, now()).await?.told())
    }

    /// Deletes everything that is not kept: of the releases the current one, the canary, the previous
    /// one, those of previews that have not expired, and the latest of the others up to `keep` in
    /// total. `None` if another pruner is active, or if there is more than can be deleted under one
    /// claim.
    pub async fn prune(
        &self,
        keep: usize,
        events: &Events,
    ) -> Result<Option<Pruned>, ReleaseError> {
        // A check without a claim, so that nothing is written if there is nothing to prune.
        if self.garbage(keep, now()).await?.is_empty() {
            return Ok(Some(Pruned::default()));
        }
        let Some(claim) = Claim::take(&self.store).await? else {
            return Ok(None);
        };
        let ended = self.sweep(keep, &claim, events).await;
        claim.end(&self.store).await;
        ended
    }

    /// The garbage at this time. The pointer and the previews are read last: a release that one of
    /// them named before the listing is in it, and one that does so later is announced in the
    /// listing, or has waited for the claim.
    async fn garbage(&self, keep: usize, now: i64) -> Result<Garbage, ReleaseError> {
        let stock = BucketContents::read(&self.store).await?;
        let state = self.pointer().await?.state;
        let previews = self.previews().await?;
        let live = previews.values().filter(|preview| !preview.is_over(now));
        let mut garbage = Garbage::of(
            &stock,
            &Wanted {
                state: &state,
                previewed: live.map(|preview| preview.version.clone()).collect(),
                pointer: self.destination.application.pointer(),
                keep,
            },
            Ages {
                now,
                fresh: self.fresh,
            },
        );
        let over = previews.values().filter(|preview| preview.is_over(now));
        for key in over.map(|preview| preview.name.key()) {
            garbage.add(key, &stock);
        }
        Ok(garbage)
    }

    async fn sweep(
        &self,
        keep: usize,
        claim: &Claim,
        events: &Events,
    ) -> Result<Option<Pruned>, ReleaseError> {
        let garbage = self.garbage(keep, claim.at).await?;
        events.tell(Event::Pruning {
            objects: garbage.len(),
        });
        for batch in garbage
            .objects
            .chunks(BATCH)
            .chain(garbage.records.chunks(BATCH))
        {
            if claim.is_over() {
                return Ok(None);
            }
            self.store.delete(batch).await?;
        }
        Ok(Some(garbage.told()))
    }
}

/// What names releases that are kept.
struct Wanted<'w> {
    state: &'w State,
    /// The releases of previews that have not expired.
    previewed: BTreeSet<Version>,
    /// The key of the pointer.
    pointer: &'w str,
    /// How many releases are kept, those that are in use included.
    keep: usize,
}

/// The age that an object must reach before it counts as left behind.
#[derive(Clone, Copy, Debug)]
struct Ages {
    now: i64,
    fresh: Duration,
}

impl Ages {
    fn is_old(self, object: Object) -> bool {
        let age = u64::try_from(self.now - object.modified).unwrap_or_default();
        Duration::from_secs(age) >= self.fresh
    }
}

impl Garbage {
    fn of(stock: &BucketContents, wanted: &Wanted<'_>, ages: Ages) -> Self {
        let judge = Judge::new(stock, wanted, ages);
        let mut garbage = Self::default();
        for (key, object) in &stock.objects {
            if judge.is_garbage(key, *object) {
                garbage.add(key.clone(), stock);
            }
        }
        garbage
    }

    fn add(&mut self, key: String, stock: &BucketContents) {
        let size = stock.objects.get(&key).map_or(0, |object| object.size);
        self.bytes = self.bytes.saturating_add(size);
        if key.ends_with(RECORD) {
            self.records.push(key);
        } else {
            self.objects.push(key);
        }
    }

    fn told(&self) -> Pruned {
        let version = |key: &String| match place(key) {
            Place::Release(version) => Some(version),
            _ => None,
        };
        let previews = self.objects.iter();
        Pruned {
            releases: self.records.iter().filter_map(version).collect(),
            previews: previews
                .filter_map(|key| PreviewName::of_key(key))
                .collect(),
            objects: self.len(),
            bytes: self.bytes,
        }
    }

    fn len(&self) -> usize {
        self.objects.len() + self.records.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Decides for each object whether it is still needed.
struct Judge<'s> {
    stock: &'s BucketContents,
    kept: BTreeSet<Version>,
    used: Paths<'s>,
    unused: Paths<'s>,
    ages: Ages,
}

impl<'s> Judge<'s> {
    fn new(stock: &'s BucketContents, wanted: &Wanted<'_>, ages: Ages) -> Self {
        let is_fresh = |key: &String| {
            stock
                .objects
                .get(key)
                .is_some_and(|object| !ages.is_old(*object))
        };
        let announced = stock
            .announced
            .iter()
            .filter(|(key, _)| is_fresh(key))
            .map(|(_, record)| record);
        let announced: Vec<&Record> = announced.collect();
        let mut kept = kept(stock, wanted);
        kept.extend(announced.iter().map(|record| record.version.clone()));
        let (used, unused): (Vec<&Record>, Vec<&Record>) = stock
            .records
            .values()
            .partition(|record| kept.contains(&record.version));
        let used = Paths::of(used.into_iter().chain(announced), wanted.pointer);
        Self {
            stock,
            kept,
            used,
            unused: Paths::of(unused, wanted.pointer),
            ages,
        }
    }

    fn is_garbage(&self, key: &str, object: Object) -> bool {
        let is_old = self.ages.is_old(object);
        match place(key) {
            Place::Asset => !self.used.has(key) && (is_old || self.unused.has(key)),
            // A file that no release ever named is not managed by Frontage.
            Place::Loose => !self.used.has(key) && self.unused.has(key),
            Place::Announcement => is_old,
            Place::Release(version) => {
                !self.kept.contains(&version)
                    && (is_old || self.stock.records.contains_key(&version))
            }
            Place::Other => false,
        }
    }
}

/// The kept releases: the current one, the canary, the previous one, those of previews, and the
/// latest of the others up to a number in total. Previews do not count towards it.
fn kept(stock: &BucketContents, wanted: &Wanted<'_>) -> BTreeSet<Version> {
    let state = wanted.state;
    let always = [
        state.current(),
        state.previous(),
        state.canary.as_ref().map(|(version, _)| version),
    ];
    let mut kept: BTreeSet<Version> = always.into_iter().flatten().cloned().collect();
    for record in ranked(&stock.records, state) {
        if kept.len() >= wanted.keep {
            break;
        }
        if !wanted.previewed.contains(&record.version) {
            kept.insert(record.version.clone());
        }
    }
    kept.extend(wanted.previewed.iter().cloned());
    kept
}

/// The paths that records name, except the pointer's.
struct Paths<'r>(BTreeSet<&'r str>);

impl<'r> Paths<'r> {
    fn of(records: impl IntoIterator<Item = &'r Record>, pointer: &str) -> Self {
        let paths = records
            .into_iter()
            .flat_map(|record| &record.files)
            .map(|file| file.path.as_str());
        Self(paths.filter(|path| *path != pointer).collect())
    }

    fn has(&self, path: &str) -> bool {
        self.0.contains(path)
    }
}

/// The kind of an object, by its key.
enum Place {
    Asset,
    Loose,
    Announcement,
    Release(Version),
    /// The claim, and anything else in releases/.
    Other,
}

fn place(key: &str) -> Place {
    if announced(key).is_some() {
        return Place::Announcement;
    }
    match key.split_once('/') {
        Some(("assets", _)) => Place::Asset,
        Some(("releases", rest)) => {
            let version = rest
                .split_once('/')
                .and_then(|(version, _)| Version::parse(version));
            version.map_or(Place::Other, Place::Release)
        }
        _ => Place::Loose,
    }
}

#[cfg(test)]
mod tests;
