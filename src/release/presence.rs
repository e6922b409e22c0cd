//! Publishers and pruners take notice of each other. Why that is enough is told in [`super`].

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use tokio::time::sleep;

use super::content::NO_CACHE;
use super::error::ReleaseError;
use super::event::{Event, Events};
use super::pointer::unique;
use super::record::{Record, now};
use super::store::{Body, Condition, Head, Put, Store};
use super::version::Version;

/// How long an announcement counts.
pub(super) const COUNTS_FOR: Duration = Duration::from_hours(1);
/// A publisher renews its announcement when it is older than this, before it switches.
const RENEWED_AFTER: Duration = Duration::from_mins(20);
/// The key of the claim to prune.
pub(super) const CLAIM: &str = "releases/prune.json";
/// How long publishers give way to a claim.
const CLAIM_COUNTS_FOR: i64 = 120;
/// How long a pruner deletes under its claim.
const CLAIM_ACTS_FOR: Duration = Duration::from_mins(1);
/// When a pruner takes over a claim, by its own clock, which may be some minutes wrong.
const CLAIM_IS_DEAD_AFTER: i64 = 600;

/// A publisher's announcement of the release that it leans on.
#[derive(Debug)]
pub(super) struct Presence {
    key: String,
    since: Stopwatch,
}

impl Presence {
    /// Announces a release, and waits until nobody prunes who may not have seen that.
    pub(super) async fn announce(
        store: &Store,
        record: &Record,
        events: &Events,
    ) -> Result<Self, ReleaseError> {
        let key = record.version.key(&format!("publishing-{}.json", unique()));
        let since = Stopwatch::start();
        store
            .put(&note(&key, record.to_json(), Condition::None))
            .await?;
        let presence = Self { key, since };
        match presence.give_way(store, events).await {
            Ok(()) => Ok(presence),
            Err(error) => {
                presence.end(store).await;
                Err(error)
            }
        }
    }

    /// Whether it is so old that it must be renewed, and what exists looked at again.
    pub(super) fn is_old(&self) -> bool {
        self.since.elapsed() > RENEWED_AFTER
    }

    /// Renews the announcement.
    pub(super) async fn renew(
        &mut self,
        store: &Store,
        record: &Record,
        events: &Events,
    ) -> Result<(), ReleaseError> {
        self.since = Stopwatch::start();
        store
            .put(&note(&self.key, record.to_json(), Condition::None))
            .await?;
        self.give_way(store, events).await
    }

    /// Takes the announcement back. Where that fails it is pruned once it counts no more.
    pub(super) async fn end(self, store: &Store) {
        if let Err(error) = store.delete(&[self.key]).await {
            tracing::warn!(%error, "an announcement stays behind");
        }
    }

    async fn give_way(&self, store: &Store, events: &Events) -> Result<(), ReleaseError> {
        let Some(mut claim) = store.head(CLAIM).await? else {
            return Ok(());
        };
        events.tell(Event::Waiting);
        // S3's time, so that two machines' clocks do not matter.
        let announced = store
            .head(&self.key)
            .await?
            .map_or_else(now, |own| own.modified);
        let began = Instant::now();
        loop {
            let waited = i64::try_from(began.elapsed().as_secs()).unwrap_or(i64::MAX);
            if announced.saturating_add(waited) - claim.modified > CLAIM_COUNTS_FOR {
                return Ok(());
            }
            sleep(Duration::from_millis(300)).await;
            match store.head(CLAIM).await? {
                // One that was made after the announcement has seen it.
                Some(next) if next.etag == claim.etag => claim = next,
                _ => return Ok(()),
            }
        }
    }
}

/// The release that an announcement is of.
pub(super) fn announced(key: &str) -> Option<Version> {
    let (version, name) = key.strip_prefix("releases/")?.split_once('/')?;
    name.starts_with("publishing-")
        .then(|| Version::parse(version))
        .flatten()
}

/// A pruner's claim.
#[derive(Debug)]
pub(super) struct Claim {
    since: Stopwatch,
    /// S3's time when it was made, in seconds since 1970.
    pub(super) at: i64,
}

impl Claim {
    /// Claims to prune; none if somebody else does.
    pub(super) async fn take(store: &Store) -> Result<Option<Self>, ReleaseError> {
        let condition = match store.head(CLAIM).await? {
            None => Condition::New,
            Some(Head { modified, .. }) if now() - modified < CLAIM_IS_DEAD_AFTER => {
                return Ok(None);
            }
            Some(dead) => Condition::Is(dead.etag),
        };
        let since = Stopwatch::start();
        let body = format!("{{\"claim\":\"{}\"}}", unique()).into_bytes();
        if !store.put(&note(CLAIM, body, condition)).await? {
            return Ok(None);
        }
        Ok(store.head(CLAIM).await?.map(|head| Self {
            since,
            at: head.modified,
        }))
    }

    /// Whether its time to delete is over. The wall's clock counts as well, since a machine may
    /// have slept.
    pub(super) fn is_over(&self) -> bool {
        self.since.elapsed() > CLAIM_ACTS_FOR
    }

    /// Gives the claim back. Where that fails it ends by itself.
    pub(super) async fn end(self, store: &Store) {
        if self.is_over() {
            return;
        }
        if let Err(error) = store.delete(&[CLAIM.to_owned()]).await {
            tracing::warn!(%error, "a claim to prune stays behind");
        }
    }
}

fn note(key: &str, body: Vec<u8>, condition: Condition) -> Put {
    Put {
        key: key.to_owned(),
        body: Body::Bytes(body),
        media_type: "application/json".to_owned(),
        cache: NO_CACHE,
        metadata: HashMap::new(),
        condition,
    }
}

/// Time since a moment, by whichever clock says more: one of them stands still while a machine
/// sleeps.
#[derive(Clone, Copy, Debug)]
struct Stopwatch {
    running: Instant,
    wall: SystemTime,
}

impl Stopwatch {
    fn start() -> Self {
        Self {
            running: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    fn elapsed(self) -> Duration {
        self.running
            .elapsed()
            .max(self.wall.elapsed().unwrap_or_default())
    }
}
