//! Toggles as other tools' files have them, and back: pure functions of items and documents.
//!
//! | format | document | source |
//! |---|---|---|
//! | [`flagd`] | a flag definition | `json/flags.json` of open-feature/flagd-schemas |
//! | [`unleash`] | an export | `export-result-schema.ts` of Unleash/unleash, and Unleash/client-specification |
//! | [`launchdarkly`] | flags of the REST API | its reference, `Get feature flag`, and launchdarkly/node-server-sdk |
//! | [`openfeature`] | a flag manifest | `schema/v0/flag-manifest.json` of open-feature/cli |
//!
//! No document has all that another one has. What cannot be carried is in [`Carried::lost`], and where it
//! decides for whom a toggle is on, the toggle is carried as off: a part of a rule that is missing must not
//! switch a feature on.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
pub mod flagd;
mod item;
pub mod launchdarkly;
mod logic;
pub mod openfeature;
mod rules;
#[cfg(test)]
mod samples;
mod served;
pub mod unleash;
mod values;

use std::collections::BTreeMap;

use serde::Serialize;
pub use toggle_rules::Item;

pub use self::error::FormatError;
pub use self::served::served;

/// Toggles and segments by their ids, in `DynamoDB` JSON.
pub type Items = BTreeMap<String, Item>;

/// What was carried from one form into another, and what was not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carried<T> {
    /// The items, or the document.
    pub content: T,
    /// What is not in it, or means something else there.
    pub lost: Vec<Lost>,
}

/// Something that a format cannot express.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lost {
    /// The id of the toggle, or of the segment.
    pub toggle: String,
    /// What.
    pub what: String,
    /// Why, and what becomes of it.
    pub why: String,
}

impl Lost {
    fn new(toggle: &str, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            toggle: toggle.to_owned(),
            what: what.into(),
            why: why.into(),
        }
    }
}
