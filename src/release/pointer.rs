//! The pointer's metadata, which say what is current.
//!
//! The whole state is there and nowhere else, so it changes together with the pointer in one write:
//! the current release, the canary and its share, and earlier current releases, newest first. S3
//! allows 2 kB of metadata; this needs 400 bytes.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use super::manifest::Percent;
use super::store::Head;
use super::version::{Version, hex};

/// The number of releases that are kept.
pub const KEPT: usize = 10;

/// The current release. Other tools may rely on this key.
const RELEASE: &str = "frontage-release";
/// The canary, `VERSION:PERCENT`.
const CANARY: &str = "frontage-canary";
/// The earlier current releases, newest first: `VERSION@SECONDS,…`.
const HISTORY: &str = "frontage-history";
/// A text that is unique to one write.
const WRITE: &str = "frontage-write";

/// The pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pointer {
    /// The entity tag for conditional writes; `None` if there is no pointer.
    pub(super) etag: Option<String>,
    /// The SHA-256 of its contents.
    pub(super) sha256: Option<String>,
    /// The write that created it.
    pub(super) write: Option<String>,
    /// The state in its metadata.
    pub(super) state: State,
}

/// The state in a pointer's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The running canary.
    pub(super) canary: Option<(Version, Percent)>,
    /// The current release and earlier ones, newest first, without duplicates.
    pub(super) history: Vec<Turn>,
}

/// The last time that a release was current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// The release.
    pub(super) version: Version,
    /// When it became current, in seconds since 1970.
    pub(super) since: i64,
}

impl Pointer {
    /// The pointer as it was read.
    pub(super) fn read(head: Option<Head>) -> Self {
        let Some(head) = head else {
            return Self::default();
        };
        let state = State::read(&head.metadata);
        Self {
            etag: Some(head.etag),
            sha256: head.sha256,
            write: head.metadata.get(WRITE).cloned(),
            state,
        }
    }
}

impl State {
    fn read(metadata: &HashMap<String, String>) -> Self {
        let text = |name: &str| metadata.get(name).map(String::as_str).unwrap_or_default();
        let mut history: Vec<Turn> = text(HISTORY).split(',').filter_map(turn).collect();
        if let Some(version) = Version::parse(text(RELEASE))
            && history.first().is_none_or(|turn| turn.version != version)
        {
            history.insert(0, Turn { version, since: 0 });
        }
        let canary = text(CANARY).split_once(':');
        let canary =
            canary.and_then(|(version, part)| Some((Version::parse(version)?, part.parse().ok()?)));
        Self { canary, history }
    }

    /// The metadata for a write of this state.
    pub(super) fn metadata(&self, write: &str) -> HashMap<String, String> {
        let turns = self
            .history
            .iter()
            .map(|turn| format!("{}@{}", turn.version, turn.since));
        let mut metadata = HashMap::from([
            (HISTORY.to_owned(), turns.collect::<Vec<_>>().join(",")),
            (WRITE.to_owned(), write.to_owned()),
        ]);
        if let Some(current) = self.current() {
            metadata.insert(RELEASE.to_owned(), current.to_string());
        }
        if let Some((version, percent)) = &self.canary {
            metadata.insert(CANARY.to_owned(), format!("{version}:{}", percent.get()));
        }
        metadata
    }

    /// The current release.
    pub(super) fn current(&self) -> Option<&Version> {
        self.history.first().map(|turn| &turn.version)
    }

    /// The release that was current before.
    pub(super) fn previous(&self) -> Option<&Version> {
        self.history.get(1).map(|turn| &turn.version)
    }

    /// When a release last became current.
    pub(super) fn since(&self, version: &Version) -> Option<i64> {
        self.history
            .iter()
            .find(|turn| turn.version == *version)
            .map(|turn| turn.since)
    }

    /// The state after this release becomes current for all.
    pub(super) fn with_current(&self, version: &Version, now: i64) -> Self {
        if self.current() == Some(version) {
            return Self {
                canary: None,
                history: self.history.clone(),
            };
        }
        let earlier = self
            .history
            .iter()
            .filter(|turn| turn.version != *version)
            .cloned();
        let turn = Turn {
            version: version.clone(),
            since: now,
        };
        Self {
            canary: None,
            history: std::iter::once(turn).chain(earlier).take(KEPT).collect(),
        }
    }

    /// The state after this release gets a share of the clients.
    pub(super) fn with_canary(&self, version: &Version, percent: Percent) -> Self {
        Self {
            canary: Some((version.clone(), percent)),
            history: self.history.clone(),
        }
    }
}

fn turn(text: &str) -> Option<Turn> {
    let (version, since) = text.split_once('@')?;
    Some(Turn {
        version: Version::parse(version)?,
        since: since.parse().ok()?,
    })
}

/// A text that no other process generates.
pub(super) fn unique() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    let nanoseconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    // The standard library's hash keys are random.
    let random = RandomState::new().hash_one(nanoseconds);
    hex(&Sha256::digest(format!(
        "{nanoseconds} {random} {}",
        std::process::id()
    )))[..16]
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(digit: u8) -> Version {
        Version::parse(&format!("{digit:012x}")).unwrap()
    }

    fn versions(state: &State) -> Vec<Version> {
        state
            .history
            .iter()
            .map(|turn| turn.version.clone())
            .collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let percent = Percent::try_from(30).unwrap();
        let state = State::default()
            .with_current(&version(1), 5)
            .with_current(&version(2), 9);
        let state = state.with_canary(&version(3), percent);
        assert_eq!(State::read(&state.metadata("x")), state);
        assert_eq!(state.metadata("x")["frontage-release"], version(2).as_str());
        assert_eq!(State::read(&HashMap::new()), State::default());
        assert!(state.with_current(&version(3), 10).canary.is_none());
    }

    #[test]
    fn history_has_each_release_once_and_ten_in_all() {
        let state = (1..=12).fold(State::default(), |state, n| {
            state.with_current(&version(n), i64::from(n))
        });
        assert_eq!(
            versions(&state),
            (3..=12).rev().map(version).collect::<Vec<_>>()
        );
        let back = state.with_current(&version(11), 20);
        assert_eq!(
            (back.current(), back.previous()),
            (Some(&version(11)), Some(&version(12)))
        );
        assert_eq!(back.history.len(), 10);
        assert_eq!(back.with_current(&version(11), 30), back);
        assert!(
            state
                .metadata("x")
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum::<usize>()
                < 500
        );
    }

    #[test]
    fn a_pointer_of_somebody_else_says_nothing() {
        let strange = HashMap::from([
            (HISTORY.to_owned(), "x@y,,1@2".to_owned()),
            (CANARY.to_owned(), "a:b".to_owned()),
        ]);
        assert_eq!(State::read(&strange), State::default());
    }

    #[test]
    fn no_two_writes_have_one_name() {
        assert_ne!(unique(), unique());
    }
}
