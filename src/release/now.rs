//! Which releases are served, without a look at the others.

use serde::Serialize;

use super::error::ReleaseError;
use super::manifest::Percent;
use super::record::timestamp;
use super::releases::Releases;
use super::version::Version;

/// What an application's pointer says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Now {
    /// The current release; null before the first one.
    pub current: Option<Version>,
    /// When it became current, RFC 3339, in UTC.
    pub since: Option<String>,
    /// The running canary.
    pub canary: Option<Canary>,
}

/// A running canary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Canary {
    /// Its release.
    pub version: Version,
    /// The share of clients that get it.
    pub percent: Percent,
}

impl Releases {
    /// What is served now: one call.
    pub async fn now(&self) -> Result<Now, ReleaseError> {
        let state = self.pointer().await?.state;
        let current = state.current().cloned();
        let since = current.as_ref().and_then(|version| state.since(version));
        let canary = state.canary;
        Ok(Now {
            since: since.filter(|since| *since > 0).map(timestamp),
            current,
            canary: canary.map(|(version, percent)| Canary { version, percent }),
        })
    }
}
