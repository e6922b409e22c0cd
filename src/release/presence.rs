//! Coordination of publishers and pruners. [`super`] explains why it is sufficient.

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

/// How long an announcement is valid.
pub(super) const COUNTS_FOR: Duration = Duration::from_hours(1);
/// The age at which a publisher renews its announcement before it switches.
const RENEWED_AFTER: Duration = Duration::from_mins(20);
/// The key of the claim to prune.
pub(super) const CLAIM: &str = "releases/prune.json";
/// How long publishers wait for a claim.
const CLAIM_COUNTS_FOR: i64 = 120;
/// How long a pruner deletes under its claim.
const CLAIM_ACTS_FOR: Duration = Duration::from_mins(1);
/// The age at which a pruner takes over a claim, by its own clock, which may be off by some
/// minutes.
const CLAIM_IS_DEAD_AFTER: i64 = 600;

/// A publisher's announcement of the release that it relies on.
#[derive(Debug)]
pub(super) struct Presence {
    key: String,
    since: Stopwatch,
}

impl Presence {
    /// Announces a release, and waits while a pruner is active that may not have seen it.
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

    /// Whether it is so old that it must be renewed and the bucket listed again.
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

    /// Withdraws the announcement. If that fails, it is pruned once it has expired.
    pub(super) async fn end(self, store: &Store) {
        if let Err(error) = store.delete(&[self.key]).await {
            tracing::warn!(%error, "an announcement was left behind");
        }
    }

    async fn give_way(&self, store: &Store, events: &Events) -> Result<(), ReleaseError> {
        let Some(mut claim) = store.head(CLAIM).await? else {
            return Ok(());
        };
        events.tell(Event::Waiting);
        // S3's time, so that the clocks of the two machines do not matter.
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
                // A claim that was made after the announcement has seen it.
                Some(next) if next.etag == claim.etag => claim = next,
                _ => return Ok(()),
            }
        }
    }
}

/// The release of an announcement.
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
    /// When it was made, by S3's clock, in seconds since 1970.
    pub(super) at: i64,
}

impl Claim {
    /// Claims the right to prune; `None` if another process has it.
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

    /// Whether its time to delete is over. The wall clock counts as well, since the machine may
    /// have slept.
    pub(super) fn is_over(&self) -> bool {
        self.since.elapsed() > CLAIM_ACTS_FOR
    }

    /// Releases the claim. If that fails, it expires.
    pub(super) async fn end(self, store: &Store) {
        if self.is_over() {
            return;
        }
        if let Err(error) = store.delete(&[CLAIM.to_owned()]).await {
            tracing::warn!(%error, "a claim to prune was left behind");
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

/// Time since a moment, by whichever clock has advanced more: one of them stops while a machine
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
