//! Deletes the objects of releases that are no longer kept, and those that dead publishers left
//! behind.

use std::collections::BTreeSet;
use std::time::Duration;

use super::error::ReleaseError;
use super::event::{Event, Events};
use super::list::ranked;
use super::pointer::KEPT;
use super::pointer::State;
use super::presence::{Claim, announced};
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
}

impl Releases {
    /// Deletes everything that is not kept. Returns the number of objects; also 0 if another pruner
    /// is active.
    pub(super) async fn prune(&self, events: &Events) -> Result<usize, ReleaseError> {
        // A check without a claim, so that nothing is written if there is nothing to prune.
        if self.garbage(now()).await?.is_empty() {
            return Ok(0);
        }
        let Some(claim) = Claim::take(&self.store).await? else {
            return Ok(0);
        };
        let ended = self.sweep(&claim, events).await;
        claim.end(&self.store).await;
        ended
    }

    /// The garbage at this time. The pointer is read last: a release that became current before the
    /// listing is in it, and one that does so later is announced in the listing, or has waited for
    /// the claim.
    async fn garbage(&self, now: i64) -> Result<Garbage, ReleaseError> {
        let stock = BucketContents::read(&self.store).await?;
        let state = self.pointer().await?.state;
        let pointer = self.destination.application.pointer();
        Ok(Garbage::of(
            &stock,
            &state,
            pointer,
            Ages {
                now,
                fresh: self.fresh,
            },
        ))
    }

    async fn sweep(&self, claim: &Claim, events: &Events) -> Result<usize, ReleaseError> {
        let garbage = self.garbage(claim.at).await?;
        events.tell(Event::Pruning {
            objects: garbage.len(),
        });
        for batch in garbage
            .objects
            .chunks(BATCH)
            .chain(garbage.records.chunks(BATCH))
        {
            if claim.is_over() {
                return Ok(0);
            }
            self.store.delete(batch).await?;
        }
        Ok(garbage.len())
    }
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
    fn of(stock: &BucketContents, state: &State, pointer: &str, ages: Ages) -> Self {
        let judge = Judge::new(stock, state, pointer, ages);
        let garbage = stock
            .objects
            .iter()
            .filter(|(key, object)| judge.is_garbage(key, **object));
        let (records, objects) = garbage
            .map(|(key, _)| key.clone())
            .partition(|key| key.ends_with(RECORD));
        Self { objects, records }
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
    fn new(stock: &'s BucketContents, state: &State, pointer: &str, ages: Ages) -> Self {
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
        let mut kept = kept(stock, state);
        kept.extend(announced.iter().map(|record| record.version.clone()));
        let (used, unused): (Vec<&Record>, Vec<&Record>) = stock
            .records
            .values()
            .partition(|record| kept.contains(&record.version));
        let used = Paths::of(used.into_iter().chain(announced), pointer);
        Self {
            stock,
            kept,
            used,
            unused: Paths::of(unused, pointer),
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

/// The kept releases: the current one, the canary, the previous one, and the latest of the others
/// up to ten in total.
fn kept(stock: &BucketContents, state: &State) -> BTreeSet<Version> {
    let always = [
        state.current(),
        state.previous(),
        state.canary.as_ref().map(|(version, _)| version),
    ];
    let mut kept: BTreeSet<Version> = always.into_iter().flatten().cloned().collect();
    for record in ranked(&stock.records, state) {
        if kept.len() >= KEPT {
            break;
        }
        kept.insert(record.version.clone());
    }
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
