//! Why a release failed, and how to resolve it.

use std::borrow::Cow;

use engine::DriverError;
use thiserror::Error;

use super::manifest::Percent;
use super::version::Version;
use crate::hint::Hint;

/// Why a release failed.
#[derive(Debug, Error)]
pub enum ReleaseError {
    /// S3 answered with an error.
    #[error(transparent)]
    Aws(DriverError),
    /// The bucket does not exist.
    #[error("the bucket {0} does not exist")]
    NoBucket(String),
    /// An object with the same name has different contents in the bucket.
    #[error("{0} is already in the bucket with different contents; nothing was switched")]
    Changed(String),
    /// The same version is a different release in the bucket.
    #[error(
        "the release {0} is already in the bucket and differs from this one; nothing was switched"
    )]
    Conflict(Version),
    /// The record of a release is malformed.
    #[error("{key} is not a release's record")]
    BadRecord {
        /// The object.
        key: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Another publisher was faster.
    #[error("someone else published in the meantime; {}", now_current(.0.as_ref()))]
    Lost(Option<Version>),
    /// The shell has no canaries.
    #[error("the shell cannot have a canary: it is the page that assigns clients to canaries")]
    CanaryOfShell,
    /// A canary without a current release.
    #[error("no release is current yet, so a canary has none to share the clients with")]
    CanaryAlone,
    /// A canary of the current release.
    #[error("{0} is already current for all clients")]
    CanaryIsCurrent(Version),
    /// The shell has no previews.
    #[error("the shell cannot have a preview: it is the page that shows those of the teams")]
    PreviewOfShell,
    /// Nothing to promote.
    #[error("there is no canary to promote")]
    NoCanary,
    /// A canary ended while it baked.
    #[error("{version} is no longer the canary at {percent}: someone else published, promoted or rolled back; {}", now_current(.current.as_ref()))]
    CanaryEnded {
        /// The canary.
        version: Version,
        /// Its share.
        percent: Percent,
        /// The release that is current now.
        current: Option<Version>,
    },
    /// An alarm went off before the canary began.
    #[error("the alarm {alarm} is ringing already: {reason}")]
    RingingAlready {
        /// The alarm.
        alarm: String,
        /// The reason that CloudWatch gives.
        reason: String,
    },
    /// An alarm went off while a canary baked, and the canary has ended.
    #[error("the canary {version} has ended at {percent}: the alarm {alarm} is ringing: {reason}; {}", now_current(.current.as_ref()))]
    Rang {
        /// The canary.
        version: Version,
        /// Its share.
        percent: Percent,
        /// The alarm.
        alarm: String,
        /// The reason that CloudWatch gives.
        reason: String,
        /// The release that is current now.
        current: Option<Version>,
    },
    /// An alarm went off, and the canary could not be ended.
    #[error("the alarm {alarm} is ringing, and the canary {version} could not be ended")]
    StillCanary {
        /// The canary.
        version: Version,
        /// The alarm.
        alarm: String,
        /// Why.
        source: Box<ReleaseError>,
    },
    /// An alarm that is to be watched does not exist.
    #[error("there is no alarm {0} in this account, neither in this Region nor in us-east-1")]
    NoAlarm(String),
    /// The alarms could not be read when a step was due.
    #[error("the canary {version} stays at {percent}: the alarms cannot be read")]
    Blind {
        /// The canary.
        version: Version,
        /// Its share.
        percent: Percent,
        /// Why.
        source: Box<ReleaseError>,
    },
    /// Another process is pruning, or there is too much to delete at once.
    #[error(
        "old releases are left: someone else is deleting them, or they are too many for a minute"
    )]
    Pruning,
    /// Nothing was ever published.
    #[error("nothing is published yet")]
    NothingPublished,
    /// Nothing was current before.
    #[error("no release was current before {0}")]
    NothingBefore(Version),
    /// No release has this version.
    #[error("no release has a version that begins with `{0}`")]
    Unknown(String),
    /// Several releases have versions that begin like this.
    #[error("several releases have versions that begin with `{text}`: {}", join(.matches))]
    Ambiguous {
        /// The given text.
        text: String,
        /// The matching versions.
        matches: Vec<Version>,
    },
    /// A release with files missing.
    #[error("the release {version} is incomplete: {missing} is not in the bucket")]
    Incomplete {
        /// The release.
        version: Version,
        /// The missing object.
        missing: String,
    },
    /// Other publishers kept changing the loose files.
    #[error("the loose files of the release {0} keep changing: someone else is publishing")]
    Restless(Version),
}

fn now_current(version: Option<&Version>) -> String {
    version.map_or_else(
        || "no release is current now".to_owned(),
        |version| format!("{version} is current now"),
    )
}

fn join(versions: &[Version]) -> String {
    versions
        .iter()
        .map(Version::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

impl Hint for ReleaseError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::Aws(error) => return error.hint(),
            Self::NoBucket(_) => "run `frontage apply` first",
            Self::Changed(_) => {
                "let the build name files by a hash of their contents: a file with a hash in its name never changes"
            }
            Self::Conflict(_) | Self::BadRecord { .. } => {
                "remove what was written to releases/ by hand, then run the command again"
            }
            Self::Lost(_) => {
                "check `frontage release list`, then run the command again if your release should be current"
            }
            Self::CanaryOfShell => "omit --canary",
            Self::CanaryAlone => "publish without --canary first, or add --else all",
            Self::CanaryIsCurrent(_) => "build a different release, or omit --canary",
            Self::PreviewOfShell => "omit --preview",
            Self::NoCanary => "name a preview or a version: `frontage release list` shows them",
            Self::CanaryEnded { .. } => "check `frontage release list`",
            Self::RingingAlready { .. } => "release once it is quiet again, or do not watch it",
            Self::Rang { .. } => "fix the cause, then publish the next build",
            Self::StillCanary { .. } => "run `frontage release rollback` for this application",
            Self::NoAlarm(_) => "pass the whole name of an alarm, as CloudWatch shows it",
            Self::Blind { .. } => {
                "run the command again to go on from this step, or end it: `frontage release promote`, `frontage release \
                 rollback`"
            }
            Self::Pruning => "run the command again in some minutes",
            Self::NothingPublished => "publish a release first: frontage release publish",
            Self::NothingBefore(_) | Self::Unknown(_) => {
                "run `frontage release list` to see the releases"
            }
            Self::Ambiguous { .. } => "pass more digits of the version",
            Self::Incomplete { .. } => "publish its build again",
            Self::Restless(_) => "run the command again",
        };
        Some(advice.into())
    }
}
