//! What the toggles' HTTP API is sent, and what it answers, in JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use toggle_contract::{
    ACTIVE, DEFAULT_VARIANT, LAST_CHANGE, PREREQUISITES, RAMP, REVISION, SEGMENT, TARGETING,
    TOGGLE_KEY, VALUE, VARIANTS, WINDOWS,
};
use toggle_rules::segment_id;
use toggle_table::{AttributeText, RuleChange, Toggle};

use crate::toggles::counted::Sum;
use crate::toggles::protection::{self, Proposed};

type Json = Box<RawValue>;

/// A change of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// When, in milliseconds since the epoch.
    pub changed_at: u64,
    /// The toggle's revision after it, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Who made it. `None`: it was not made through Frontage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Who agreed, if that was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Why, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whether the toggle was deleted.
    pub is_deletion: bool,
    /// The attributes that changed, by name.
    pub attributes: Vec<protection::Change>,
}

#[derive(Deserialize)]
pub(super) struct Changes {
    pub(super) changes: Vec<Changed>,
}

#[derive(Deserialize)]
pub(super) struct Everything {
    pub(super) toggles: Vec<Shown>,
    pub(super) segments: Vec<ShownSegment>,
}

#[derive(Deserialize)]
pub(super) struct Counts {
    pub(super) toggles: BTreeMap<String, Sum>,
}

/// A segment as the API shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownSegment {
    name: String,
    condition: Json,
    pub(super) is_protected: bool,
}

impl ShownSegment {
    /// The same segment as its item has it.
    pub(super) fn into_toggle(self) -> Toggle {
        let condition = in_text(&self.condition);
        let own = [
            (TOGGLE_KEY, text(&segment_id(&self.name))),
            (SEGMENT, condition),
        ];
        with_attributes(own.into_iter().map(|(name, json)| (name.to_owned(), json)))
    }
}

/// A toggle as the API shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is_active: bool,
    pub(super) value: Option<Json>,
    pub(super) revision: u64,
    pub(super) last_change: Option<Json>,
    pub(super) rules: Rules<Json>,
    pub(super) attributes: BTreeMap<String, Json>,
    pub(super) is_protected: bool,
    pub(super) proposal: Option<Proposed>,
}

/// Rules in natural JSON.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "J: Deserialize<'de>"))]
pub(super) struct Rules<J> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) targeting: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) variants: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) default_variant: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prerequisites: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) windows: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ramp: Option<J>,
}

impl Shown {
    /// Whether it exists: a toggle that is proposed is shown before it does.
    pub(super) fn exists(&self) -> bool {
        self.revision > 0 || self.proposal.as_ref().is_none_or(|of| of.revision > 0)
    }

    /// What is proposed for it.
    pub(super) fn proposed(&self) -> Option<Proposed> {
        let proposal = self.proposal.clone()?;
        Some(Proposed {
            feature_id: self.id.clone(),
            ..proposal
        })
    }

    /// The same toggle as its item has it, apart from types that JSON does not have.
    pub(super) fn into_toggle(self) -> Toggle {
        let json = |json: Option<Json>| json.map(|json| json.get().to_owned());
        let in_text = |json: Option<Json>| json.as_deref().map(in_text);
        let revision = (self.revision > 0).then(|| self.revision.to_string());
        let own = [
            (TOGGLE_KEY, Some(text(&self.id))),
            ("featureName", Some(text(&self.name))),
            (ACTIVE, Some(self.is_active.to_string())),
            (VALUE, json(self.value)),
            (REVISION, revision),
            (LAST_CHANGE, json(self.last_change)),
            (TARGETING, in_text(self.rules.targeting)),
            (VARIANTS, json(self.rules.variants)),
            (DEFAULT_VARIANT, json(self.rules.default_variant)),
            (PREREQUISITES, json(self.rules.prerequisites)),
            (WINDOWS, in_text(self.rules.windows)),
            (RAMP, in_text(self.rules.ramp)),
        ];
        let own = own.into_iter();
        let own = own.filter_map(|(name, json)| Some((name.to_owned(), json?)));
        let others = self.attributes.into_iter();
        let others = others.map(|(name, json)| (name, json.get().to_owned()));
        with_attributes(own.chain(others))
    }
}

/// A toggle with attributes in JSON.
fn with_attributes(attributes: impl Iterator<Item = (String, String)>) -> Toggle {
    let typed = |(name, json): (String, String)| Some((name, json.parse::<AttributeText>().ok()?));
    Toggle::of(attributes.filter_map(typed))
}

/// A text in JSON, which always serialises.
fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// JSON that the item has in a text.
fn in_text(json: &RawValue) -> String {
    text(json.get())
}

/// The body of a change.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Patch<'p> {
    pub(super) revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rules: Option<Rules<Json>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) attributes: BTreeMap<&'p str, Option<&'p str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<&'p str>,
}

#[derive(Serialize)]
pub(super) struct Rollback<'r> {
    pub(super) to: u64,
    pub(super) revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<&'r str>,
}

#[derive(Serialize)]
pub(super) struct Explain {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Approve<'a> {
    pub(super) proposal: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<&'a str>,
}

#[derive(Deserialize)]
pub(super) struct Waiting {
    pub(super) proposal: Proposed,
}

#[derive(Deserialize)]
pub(super) struct Problem {
    pub(super) title: String,
    pub(super) detail: String,
    pub(super) code: String,
}

/// The rules of a change, in which `null` removes one.
pub(super) fn rules(change: &RuleChange) -> Rules<Json> {
    let none = || change.clear.then(|| RawValue::NULL.to_owned());
    let json = |text: &Option<String>| text.as_deref().map(json_or_text).or_else(none);
    let variants = change.variants.iter();
    let variants: BTreeMap<_, _> = variants
        .map(|(name, value)| (name, raw(value.json())))
        .collect();
    let variants = (!variants.is_empty()).then(|| in_json(&variants));
    let prerequisites = &change.prerequisites;
    let prerequisites = (!prerequisites.is_empty()).then(|| in_json(prerequisites));
    Rules {
        targeting: json(&change.targeting),
        variants: variants.or_else(none),
        default_variant: change.default_variant.as_ref().map(in_json).or_else(none),
        prerequisites: prerequisites.or_else(none),
        windows: json(&change.windows),
        ramp: json(&change.ramp),
    }
}

/// Values always serialise.
fn in_json(value: &(impl Serialize + ?Sized)) -> Json {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

pub(super) fn raw(json: String) -> Json {
    RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// What is no JSON is sent as text: the service says what is wrong with it.
pub(super) fn json_or_text(text: &str) -> Json {
    RawValue::from_string(text.to_owned()).unwrap_or_else(|_| in_json(text))
}

/// What is sent always serialises.
pub(super) fn body_of(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
