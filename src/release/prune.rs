//! Deleting what only releases use that are not kept any more, and what dead publishers left behind.

use std::collections::BTreeSet;
use std::time::Duration;

use super::list::ranked;
use super::pointer::State;
use super::presence::{CLAIM, Claim, announced};
use super::record::{NAME, Record, now};
use super::upload::Stock;
use super::{Event, Events, KEPT, ReleaseError, Releases, Version};

/// How many objects are deleted between two looks at the clock.
const BATCH: usize = 1_000;

/// What is to be deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Garbage {
    /// Deleted first.
    objects: Vec<String>,
    /// The records that tell of it: deleted last, so that whoever comes after a pruner that died knows what is left.
    records: Vec<String>,
}

impl Releases {
    /// Deletes what is not kept. Answers with how many objects; 0 as well if somebody else is at it.
    pub(super) async fn prune(&self, events: &Events) -> Result<usize, ReleaseError> {
        // A look without a claim, so that nothing is written where there is nothing to prune.
        if self.garbage(now()).await?.is_empty() {
            return Ok(0);
        }
        let Some(claim) = Claim::take(&self.store).await? else { return Ok(0) };
        let ended = self.sweep(&claim, events).await;
        claim.end(&self.store).await;
        ended
    }

    /// What is garbage at this time. The pointer is read last: a release that became current before the listing is in
    /// it, and one that does so later is announced in the listing, or has waited for the claim.
    async fn garbage(&self, now: i64) -> Result<Garbage, ReleaseError> {
        let stock = Stock::read(&self.store).await?;
        let state = self.pointer().await?.state;
        let pointer = self.destination.application.pointer();
        Ok(Garbage::of(&stock, &state, pointer, &Ages { now, fresh: self.fresh }))
    }

    async fn sweep(&self, claim: &Claim, events: &Events) -> Result<usize, ReleaseError> {
        let garbage = self.garbage(claim.at).await?;
        events.tell(Event::Pruning { objects: garbage.len() });
        for batch in garbage.objects.chunks(BATCH).chain(garbage.records.chunks(BATCH)) {
            if claim.is_over() {
                return Ok(0);
            }
            self.store.delete(batch).await?;
        }
        Ok(garbage.len())
    }
}

/// What is too young to be left behind.
#[derive(Clone, Copy, Debug)]
struct Ages {
    now: i64,
    fresh: Duration,
}

impl Ages {
    fn is_old(&self, modified: i64) -> bool {
        let age = u64::try_from(self.now - modified).unwrap_or_default();
        Duration::from_secs(age) >= self.fresh
    }
}

impl Garbage {
    fn of(stock: &Stock, state: &State, pointer: &str, ages: &Ages) -> Self {
        let announcements = stock.announced.iter();
        let announcements = announcements.filter(|(key, _)| !stock.objects.get(*key).is_some_and(|o| ages.is_old(o.modified)));
        let announcements: Vec<&Record> = announcements.map(|(_, record)| record).collect();
        let mut kept = kept(stock, state);
        kept.extend(announcements.iter().map(|record| record.version.clone()));
        let (used, unused): (Vec<&Record>, Vec<&Record>) =
            stock.records.values().partition(|record| kept.contains(&record.version));
        let used = Paths::of(used.into_iter().chain(announcements), pointer);
        let unused = Paths::of(unused, pointer);
        let mut garbage = Self::default();
        for (key, object) in &stock.objects {
            let is_old = ages.is_old(object.modified);
            match place(key) {
                Place::Record(version) if stock.records.contains_key(&version) => {
                    if !kept.contains(&version) {
                        garbage.records.push(key.clone());
                    }
                    continue;
                }
                Place::Announcement if !is_old => continue,
                Place::Announcement => {}
                Place::Record(version) | Place::Release(version) => {
                    let left = !stock.records.contains_key(&version) && is_old;
                    if kept.contains(&version) || !(left || stock.records.contains_key(&version)) {
                        continue;
                    }
                }
                Place::Asset if used.assets.contains(key.as_str()) => continue,
                Place::Asset if is_old || unused.assets.contains(key.as_str()) => {}
                Place::Loose if unused.loose.contains(key.as_str()) && !used.loose.contains(key.as_str()) => {}
                Place::Asset | Place::Loose | Place::Other => continue,
            }
            garbage.objects.push(key.clone());
        }
        garbage
    }

    fn len(&self) -> usize {
        self.objects.len() + self.records.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The releases that are kept: the current, the canary, the previous, and the latest of the others up to ten.
fn kept(stock: &Stock, state: &State) -> BTreeSet<Version> {
    let always = [state.current(), state.previous(), state.canary.as_ref().map(|(version, _)| version)];
    let mut kept: BTreeSet<Version> = always.into_iter().flatten().cloned().collect();
    for record in ranked(&stock.records, state) {
        if kept.len() >= KEPT {
            break;
        }
        kept.insert(record.version.clone());
    }
    kept
}

/// The paths that records name.
struct Paths<'r> {
    assets: BTreeSet<&'r str>,
    loose: BTreeSet<&'r str>,
}

impl<'r> Paths<'r> {
    fn of(records: impl IntoIterator<Item = &'r Record>, pointer: &str) -> Self {
        let files = records.into_iter().flat_map(|record| &record.files).filter(|file| file.path != pointer);
        let (assets, loose): (Vec<_>, Vec<_>) = files.partition(|file| file.is_asset());
        let paths = |files: Vec<&'r super::record::File>| files.into_iter().map(|file| file.path.as_str()).collect();
        Self { assets: paths(assets), loose: paths(loose) }
    }
}

/// What an object is, by its key.
enum Place {
    Asset,
    Record(Version),
    Announcement,
    Release(Version),
    Loose,
    /// Not a release's: the claim, and whatever else is in releases/.
    Other,
}

fn place(key: &str) -> Place {
    let Some(rest) = key.strip_prefix("releases/") else {
        return if key.starts_with("assets/") { Place::Asset } else { Place::Loose };
    };
    if key == CLAIM || announced(key).is_some() {
        return if key == CLAIM { Place::Other } else { Place::Announcement };
    }
    let Some((version, name)) = rest.split_once('/') else { return Place::Other };
    match Version::parse(version) {
        Some(version) if name == NAME => Place::Record(version),
        Some(version) => Place::Release(version),
        None => Place::Other,
    }
}

#[cfg(test)]
mod tests;
