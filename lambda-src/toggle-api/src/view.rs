//! What is answered.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use toggle_contract::{
    ACTIVE, DEFAULT_VARIANT, LAST_CHANGE, PREREQUISITES, RAMP, REVISION, RULES, TARGETING,
    TOGGLE_KEY, TOUCHED_AT, VALUE, VARIANTS, WINDOWS,
};
use toggle_rules::segment_id;
use toggle_table::{Differing, Exposure, Guarded, Proposal, Recorded, Segment, Toggle};

use crate::person::Person;

type Json = Box<RawValue>;

/// Everything.
#[derive(Serialize)]
pub(crate) struct Everything {
    pub(crate) you: You,
    pub(crate) toggles: Vec<ToggleView>,
    pub(crate) segments: Vec<SegmentView>,
    pub(crate) now: u64,
}

/// Who asks.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct You {
    name: String,
    groups: Vec<String>,
    may_flip: Vec<String>,
}

impl From<&Person> for You {
    fn from(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            groups: person.groups.clone(),
            may_flip: person.may_flip.iter().map(str::to_owned).collect(),
        }
    }
}

/// A segment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SegmentView {
    name: String,
    condition: Json,
    used_by: Vec<String>,
    revision: u64,
    is_protected: bool,
    may_flip: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<ProposalView>,
}

/// A toggle.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToggleView {
    id: String,
    name: String,
    is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
    revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_change: Option<Json>,
    rules: RulesView,
    attributes: BTreeMap<String, Json>,
    is_protected: bool,
    may_flip: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<ProposalView>,
}

/// A toggle's rules, in natural JSON.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct RulesView {
    #[serde(skip_serializing_if = "Option::is_none")]
    targeting: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_variant: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prerequisites: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    windows: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ramp: Option<Json>,
}

impl RulesView {
    fn of(toggle: &Toggle) -> Self {
        let text = |name: &str| toggle.text(name).map(json_or_text);
        let plain = |name: &str| toggle.json(name).and_then(json);
        Self {
            targeting: text(TARGETING),
            variants: plain(VARIANTS),
            default_variant: plain(DEFAULT_VARIANT),
            prerequisites: plain(PREREQUISITES),
            windows: text(WINDOWS),
            ramp: text(RAMP),
        }
    }
}

/// How somebody sees toggles.
pub(crate) struct Eyes<'e> {
    pub(crate) person: &'e Person,
    pub(crate) guarded: &'e Guarded,
}

impl Eyes<'_> {
    /// A toggle, with what is proposed for it.
    pub(crate) fn toggle(&self, toggle: &Toggle, proposal: Option<&Proposal>) -> ToggleView {
        let own = [
            TOGGLE_KEY,
            "featureName",
            ACTIVE,
            VALUE,
            REVISION,
            LAST_CHANGE,
            DEFAULT_VARIANT,
            TOUCHED_AT,
        ];
        let others = toggle.others();
        let others = others.filter(|(name, _)| !own.contains(name) && !RULES.contains(name));
        let revision = toggle.revision().unwrap_or(0);
        ToggleView {
            id: toggle.id().to_owned(),
            name: toggle.name().to_owned(),
            is_active: toggle.is_active(),
            value: toggle.value().and_then(json),
            revision,
            last_change: toggle.json(LAST_CHANGE).and_then(json),
            rules: RulesView::of(toggle),
            attributes: others
                .filter_map(|(name, value)| Some((name.to_owned(), json(value)?)))
                .collect(),
            is_protected: self.guarded.has(toggle.id()),
            may_flip: self.person.may_flip.match_id(toggle.id()),
            proposal: proposal.map(|proposal| self.proposal(proposal, revision)),
        }
    }

    /// A segment at a revision, with what is proposed for it.
    pub(crate) fn segment(
        &self,
        segment: Segment,
        revision: u64,
        proposal: Option<&Proposal>,
    ) -> SegmentView {
        let id = segment_id(&segment.name);
        SegmentView {
            name: segment.name,
            condition: json_or_text(&segment.condition),
            used_by: segment.used_by,
            revision,
            is_protected: self.guarded.has(&id),
            may_flip: self.person.may_flip.match_id(&id),
            proposal: proposal.map(|proposal| self.proposal(proposal, revision)),
        }
    }

    /// A toggle that is proposed, and does not exist yet.
    pub(crate) fn proposed(&self, proposal: &Proposal) -> ToggleView {
        let id = proposal.toggle();
        ToggleView {
            id: id.to_owned(),
            name: id.to_owned(),
            is_active: false,
            value: None,
            revision: 0,
            last_change: None,
            rules: RulesView::default(),
            attributes: BTreeMap::new(),
            is_protected: self.guarded.has(id),
            may_flip: self.person.may_flip.match_id(id),
            proposal: Some(self.proposal(proposal, 0)),
        }
    }

    /// A proposal for a toggle that is at a revision.
    pub(crate) fn proposal(&self, proposal: &Proposal, live: u64) -> ProposalView {
        let is_yours = proposal.by_sub == self.person.sub;
        let may_flip = self.person.may_flip.match_id(proposal.toggle());
        ProposalView {
            id: proposal.id.clone(),
            change: proposal.kind.as_str(),
            by: proposal.by.clone(),
            at: proposal.at,
            comment: proposal.comment.clone(),
            revision: proposal.revision(),
            expires_at: proposal.expiry * 1_000,
            attributes: attributes(proposal.attributes()),
            is_yours,
            may_approve: may_flip && !is_yours && proposal.revision() == live,
        }
    }
}

/// A proposal.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProposalView {
    id: String,
    change: &'static str,
    by: String,
    at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    revision: u64,
    expires_at: u64,
    attributes: Vec<AttributeView>,
    is_yours: bool,
    may_approve: bool,
}

/// A proposal, as an answer.
#[derive(Serialize)]
pub(crate) struct Proposed {
    pub(crate) proposal: ProposalView,
}

/// An attribute that changes, in JSON.
#[derive(Serialize)]
struct AttributeView {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

fn attributes(differing: Vec<Differing>) -> Vec<AttributeView> {
    let views = differing.into_iter().map(|of| AttributeView {
        name: of.name,
        before: of.here,
        after: of.there,
    });
    views.collect()
}

/// A toggle's changes.
#[derive(Serialize)]
pub(crate) struct Changes {
    pub(crate) changes: Vec<ChangeView>,
}

/// A change of the past.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeView {
    changed_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    is_deletion: bool,
    attributes: Vec<AttributeView>,
}

impl From<Recorded> for ChangeView {
    fn from(recorded: Recorded) -> Self {
        Self {
            attributes: attributes(recorded.attributes()),
            is_deletion: recorded.is_deletion(),
            changed_at: recorded.changed_at,
            revision: recorded.revision,
            by: recorded.by,
            approved_by: recorded.approved_by,
            comment: recorded.comment,
        }
    }
}

/// In how many of the counted page loads a toggle was asked for, on all days together.
#[derive(Serialize)]
pub(crate) struct ExposureSum<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<&'e str>,
    answers: BTreeMap<&'e str, u64>,
}

impl<'e> From<&'e Exposure> for ExposureSum<'e> {
    fn from(exposure: &'e Exposure) -> Self {
        Self {
            last: exposure.last(),
            answers: exposure.answers(),
        }
    }
}

/// What was asked of all toggles.
#[derive(Serialize)]
pub(crate) struct ExposuresView<'e> {
    pub(crate) days: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) share: Option<f64>,
    pub(crate) toggles: BTreeMap<&'e str, ExposureSum<'e>>,
}

/// What was asked of one toggle.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExposureView<'e> {
    pub(crate) days: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) share: Option<f64>,
    #[serde(flatten)]
    pub(crate) sum: ExposureSum<'e>,
    pub(crate) by_day: &'e Exposure,
}

/// JSON that is in a text. What is no JSON is the text: others may have written it.
fn json_or_text(text: &str) -> Json {
    let parsed = RawValue::from_string(text.to_owned()).ok();
    let parsed = parsed.or_else(|| serde_json::value::to_raw_value(text).ok());
    parsed.unwrap_or_else(|| RawValue::NULL.to_owned())
}

fn json(text: String) -> Option<Json> {
    RawValue::from_string(text).ok()
}
