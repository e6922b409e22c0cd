//! A team's manifest, in the frontend-discovery schema v1-pre.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::application::{Application, Destination};
use super::record::Record;

const SCHEMA: &str =
    "https://raw.githubusercontent.com/awslabs/frontend-discovery/main/schema/v1-pre.json";

/// The document in which the shell finds a team's application.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    schema: &'static str,
    micro_frontends: BTreeMap<String, Vec<MicroFrontend>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MicroFrontend {
    url: String,
    fallback_url: String,
    metadata: Metadata,
    extras: Map<String, Value>,
    deployment: Deployment,
}

#[derive(Clone, Debug, Serialize)]
struct Metadata {
    integrity: String,
    version: String,
}

#[derive(Clone, Debug, Serialize)]
struct Deployment {
    traffic: u8,
    default: bool,
}

/// A canary's share of the clients: 1 to 99 percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Percent(u8);

/// A number outside the range of a canary's share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a canary gets 1 to 99 percent of the clients; to publish to all of them, omit --canary")]
pub struct InvalidPercent;

impl Percent {
    /// The number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Percent {
    type Error = InvalidPercent;

    fn try_from(number: u8) -> Result<Self, InvalidPercent> {
        if (1..=99).contains(&number) {
            Ok(Self(number))
        } else {
            Err(InvalidPercent)
        }
    }
}

impl FromStr for Percent {
    type Err = InvalidPercent;

    fn from_str(text: &str) -> Result<Self, InvalidPercent> {
        let number = text
            .strip_suffix('%')
            .unwrap_or(text)
            .parse::<u8>()
            .map_err(|_| InvalidPercent)?;
        Self::try_from(number)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

impl Manifest {
    /// The manifest of a current release, with or without a canary. `None` if one of them has no
    /// entry.
    #[must_use]
    pub(super) fn new(
        destination: &Destination,
        current: &Record,
        canary: Option<(&Record, Percent)>,
    ) -> Option<Self> {
        let Application::Team(team) = &destination.application else {
            return None;
        };
        let aside = canary.map_or(0, |(_, percent)| percent.get());
        let default = Deployment {
            traffic: 100 - aside,
            default: true,
        };
        let mut versions = vec![micro_frontend(current, default, "")?];
        if let Some((canary, _)) = canary {
            let deployment = Deployment {
                traffic: aside,
                default: false,
            };
            versions.push(micro_frontend(canary, deployment, "")?);
        }
        Some(Self::of(destination, team, versions))
    }

    /// The manifest of a release alone, for an object one folder below the site's root. `None` if it
    /// has no entry.
    #[must_use]
    pub(super) fn preview(destination: &Destination, record: &Record) -> Option<Self> {
        let Application::Team(team) = &destination.application else {
            return None;
        };
        let all = Deployment {
            traffic: 100,
            default: true,
        };
        let version = micro_frontend(record, all, "../")?;
        Some(Self::of(destination, team, vec![version]))
    }

    fn of(destination: &Destination, team: &str, versions: Vec<MicroFrontend>) -> Self {
        let name = format!("@{}/{team}", destination.system);
        Self {
            schema: SCHEMA,
            micro_frontends: BTreeMap::from([(name, versions)]),
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }
}

/// Its URLs are relative to the manifest's own, which the schema allows: the bucket outlives the
/// site's address, as when a system is destroyed without its data and applied again.
/// `root` is the site's root as seen from there.
fn micro_frontend(record: &Record, deployment: Deployment, root: &str) -> Option<MicroFrontend> {
    let entry = record.entry.as_ref()?;
    let package = record.package_version.as_deref().unwrap_or("0.0.0");
    let metadata = Metadata {
        integrity: entry.integrity.clone(),
        version: format!("{package}+{}", record.version),
    };
    Some(MicroFrontend {
        url: format!("{root}{}", entry.path),
        fallback_url: format!("{root}{}", record.version.key(&entry.path)),
        metadata,
        extras: record.extras.clone(),
        deployment,
    })
}
