//! Previews: releases that only who has the link sees.
//!
//! A preview is one small object beside a team's pointer, `previews/NAME.json`. The shell reads it
//! in place of the manifest if the page's address names it: `?mfe:TEAM=@NAME`. It is as public as
//! the site, so its name is no secret that protects anything.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::application::Application;
use super::content::{NO_CACHE, media_type};
use super::dist::Dist;
use super::error::ReleaseError;
use super::event::{Event, Events};
use super::manifest::Manifest;
use super::presence::Presence;
use super::record::{Record, now, timestamp};
use super::releases::Releases;
use super::store::{Body, Condition, Put, Store};
use super::upload::together;
use super::version::Version;

/// The folder of the previews' objects.
pub(super) const FOLDER: &str = "previews/";

/// A preview's name: 1 to 63 lower-case letters, digits and hyphens. The shell applies the same rule
/// (`assets/shell/src/child/previews.ts`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PreviewName(String);

/// A text that is no preview's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a preview's name is 1 to 63 characters of a-z, 0-9 and `-`, such as `pr-12`")]
pub struct InvalidPreviewName;

impl PreviewName {
    const LONGEST: usize = 63;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the preview's object.
    pub(super) fn key(&self) -> String {
        format!("{FOLDER}{self}.json")
    }

    /// The preview with this key.
    pub(super) fn of_key(key: &str) -> Option<Self> {
        let name = key.strip_prefix(FOLDER)?.strip_suffix(".json")?;
        name.parse().ok()
    }
}

impl FromStr for PreviewName {
    type Err = InvalidPreviewName;

    fn from_str(text: &str) -> Result<Self, InvalidPreviewName> {
        let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
        let fits = (1..=Self::LONGEST).contains(&text.len());
        if fits && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPreviewName)
        }
    }
}

impl fmt::Display for PreviewName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A preview in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// Its name.
    pub name: PreviewName,
    /// The release that it shows.
    pub version: Version,
    /// When the shell stops showing it, RFC 3339.
    pub expires: String,
}

impl Preview {
    /// Whether it is shown no longer at a time, in seconds since 1970.
    pub(super) fn is_over(&self, now: i64) -> bool {
        DateTime::from_str(&self.expires, DateTimeFormat::DateTime)
            .is_ok_and(|time| time.secs() <= now)
    }
}

/// A preview's object: a manifest with the one release, and how long it counts.
#[derive(Debug, Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    manifest: Manifest,
    expires: &'d str,
    release: &'d Version,
}

/// What of a preview's object is read again.
#[derive(Debug, Deserialize)]
struct Stored {
    expires: String,
    release: Version,
}

/// The result of publishing a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Previewed {
    /// The preview.
    #[serde(flatten)]
    pub preview: Preview,
    /// The version of the package that it was built from, if the build states one.
    pub package_version: Option<String>,
    /// The number of its files.
    pub files: usize,
    /// How many of its objects were not in the bucket.
    pub uploaded: usize,
}

impl Releases {
    /// Publishes a build as a preview, in place of an earlier one of the same name. It expires at a
    /// time, in seconds since 1970. No other visit changes.
    ///
    /// # Errors
    /// Anything that kept it from being shown. Then an earlier one of the same name still is.
    pub async fn publish_preview(
        &self,
        dist: &Dist,
        name: &PreviewName,
        expires: i64,
        events: &Events,
    ) -> Result<Previewed, ReleaseError> {
        if self.destination.application == Application::Shell {
            return Err(ReleaseError::PreviewOfShell);
        }
        let record = dist.record(now());
        let preview = Preview {
            name: name.clone(),
            version: record.version.clone(),
            expires: timestamp(expires),
        };
        let mut presence = Presence::announce(&self.store, &record, events).await?;
        let shown = self
            .show(&mut presence, dist, &record, &preview, events)
            .await;
        presence.end(&self.store).await;
        Ok(Previewed {
            uploaded: shown?,
            package_version: record.package_version,
            files: record.files.len(),
            preview,
        })
    }

    async fn show(
        &self,
        presence: &mut Presence,
        dist: &Dist,
        record: &Record,
        preview: &Preview,
        events: &Events,
    ) -> Result<usize, ReleaseError> {
        let uploaded = self.bring_files(presence, dist, record, events).await?;
        events.tell(Event::Showing(preview.name.clone()));
        let manifest =
            Manifest::preview(&self.destination, record).ok_or(ReleaseError::PreviewOfShell)?;
        let document = Document {
            manifest,
            expires: &preview.expires,
            release: &preview.version,
        };
        let key = preview.name.key();
        let put = Put {
            body: Body::Bytes(serde_json::to_vec_pretty(&document).unwrap_or_default()),
            media_type: media_type(&key),
            key,
            cache: NO_CACHE,
            metadata: HashMap::new(),
            condition: Condition::None,
        };
        self.store.put(&put).await?;
        Ok(uploaded)
    }

    /// The previews in the bucket, by their names. The shell has none.
    pub(super) async fn previews(&self) -> Result<BTreeMap<PreviewName, Preview>, ReleaseError> {
        if self.destination.application == Application::Shell {
            return Ok(BTreeMap::new());
        }
        let objects = self.store.list_below(FOLDER).await?;
        let names = objects.keys().filter_map(|key| PreviewName::of_key(key));
        let read = names.map(|name| read(&self.store, name).boxed()).collect();
        let previews = together(read).await?;
        Ok(previews
            .into_iter()
            .flatten()
            .map(|preview| (preview.name.clone(), preview))
            .collect())
    }
}

/// A preview, or `None` if there is none of this name, or its object is somebody else's.
pub(super) async fn read(
    store: &Store,
    name: PreviewName,
) -> Result<Option<Preview>, ReleaseError> {
    let Some(bytes) = store.get(&name.key()).await? else {
        return Ok(None);
    };
    let stored = serde_json::from_slice::<Stored>(&bytes).ok();
    let stored = stored.filter(|stored| Version::parse(stored.release.as_str()).is_some());
    Ok(stored.map(|stored| Preview {
        name,
        version: stored.release,
        expires: stored.expires,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_short() {
        for name in ["a", "pr-12", "0", "-", &"a".repeat(63)] {
            assert_eq!(name.parse::<PreviewName>().unwrap().as_str(), name);
        }
        for name in [
            "",
            "A",
            "a_b",
            "a/b",
            "..",
            "a.b",
            "ä",
            "@a",
            &"a".repeat(64),
        ] {
            assert_eq!(
                name.parse::<PreviewName>(),
                Err(InvalidPreviewName),
                "{name}"
            );
        }
    }

    #[test]
    fn a_key_has_its_name() {
        let name: PreviewName = "pr-12".parse().unwrap();
        assert_eq!(name.key(), "previews/pr-12.json");
        assert_eq!(PreviewName::of_key(&name.key()), Some(name));
        for key in [
            "previews/A.json",
            "previews/a/b.json",
            "previews/a",
            "a.json",
        ] {
            assert_eq!(PreviewName::of_key(key), None, "{key}");
        }
    }

    #[test]
    fn a_preview_is_over_from_its_time_on() {
        let preview = Preview {
            name: "a".parse().unwrap(),
            version: Version::parse("0123456789ab").unwrap(),
            expires: timestamp(100),
        };
        assert!(!preview.is_over(99) && preview.is_over(100));
        let endless = Preview {
            expires: "soon".to_owned(),
            ..preview
        };
        assert!(!endless.is_over(i64::MAX));
    }
}
