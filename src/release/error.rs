//! Why a release did not come about, and what to do about it.

use engine::DriverError;
use thiserror::Error;

use super::version::Version;
use crate::hint::Hint;

/// Why a release did not come about.
#[derive(Debug, Error)]
pub enum ReleaseError {
    /// S3 answered with an error.
    #[error(transparent)]
    Aws(DriverError),
    /// The bucket is not there.
    #[error("the bucket {0} does not exist")]
    NoBucket(String),
    /// The same name has other contents in the bucket.
    #[error("{0} is in the bucket already, with other contents; nothing was switched")]
    Changed(String),
    /// The same version is another release in the bucket.
    #[error(
        "the release {0} is in the bucket already and differs from this one; nothing was switched"
    )]
    Conflict(Version),
    /// The record of a release is no such thing.
    #[error("{key} is not a release's record")]
    BadRecord {
        /// The object.
        key: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Another publisher was faster.
    #[error("somebody else published meanwhile; {}", current(.0.as_ref()))]
    Lost(Option<Version>),
    /// The shell has no canaries.
    #[error(
        "the shell has no canaries: it is the page that sorts clients into those of a canary and others"
    )]
    CanaryOfShell,
    /// A canary with nothing beside it.
    #[error("nothing is current yet, so a canary has nothing to share the clients with")]
    CanaryAlone,
    /// A canary of the current release.
    #[error("{0} is current for all clients already")]
    CanaryIsCurrent(Version),
    /// Nothing was ever published.
    #[error("nothing is published yet")]
    NothingPublished,
    /// Nothing was current before.
    #[error("no release was current before {0}")]
    NothingBefore(Version),
    /// No release has this version.
    #[error("no release has a version that begins with `{0}`")]
    Unknown(String),
    /// Several releases have versions like this.
    #[error("several releases have versions that begin with `{text}`: {}", join(.matches))]
    Ambiguous {
        /// What was given.
        text: String,
        /// What it may be.
        matches: Vec<Version>,
    },
    /// A release without all its files.
    #[error("the release {version} is not whole: {missing} is not in the bucket")]
    Incomplete {
        /// The release.
        version: Version,
        /// What is missing.
        missing: String,
    },
    /// Other publishers kept the loose files moving.
    #[error("the files beside the release {0} do not come to rest: others are publishing")]
    Restless(Version),
}

fn current(version: Option<&Version>) -> String {
    version.map_or_else(
        || "nothing is current now".to_owned(),
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
    fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Aws(error) => return error.hint(),
            Self::NoBucket(_) => "run `frontage apply` first",
            Self::Changed(_) => {
                "what is under a name with a hash never changes: let the build name files by their contents"
            }
            Self::Conflict(_) | Self::BadRecord { .. } => {
                "somebody wrote into releases/ by hand: look at it, remove it, then run this again"
            }
            Self::Lost(_) => {
                "look at `frontage release list`, then run this again if yours is to be current"
            }
            Self::CanaryOfShell => "leave --canary out",
            Self::CanaryAlone => "publish without --canary first",
            Self::CanaryIsCurrent(_) => "build a release that differs, or leave --canary out",
            Self::NothingPublished => "publish a release first: frontage release publish",
            Self::NothingBefore(_) | Self::Unknown(_) => {
                "`frontage release list` shows the releases that are there"
            }
            Self::Ambiguous { .. } => "write more of the version",
            Self::Incomplete { .. } => "publish its build again",
            Self::Restless(_) => "run this again",
        })
    }
}
