//! The parts of a flag that are read. All may be absent.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Flag {
    pub(super) key: String,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) variations: Vec<Value>,
    pub(super) tags: Vec<String>,
    pub(super) archived: bool,
    pub(super) environments: Option<BTreeMap<String, Configuration>>,
    /// As files of the SDKs have it.
    #[serde(flatten)]
    pub(super) configuration: Configuration,
}

/// What a flag is in an environment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Configuration {
    pub(super) on: bool,
    pub(super) targets: Vec<Target>,
    pub(super) context_targets: Vec<Target>,
    pub(super) rules: Vec<Rule>,
    pub(super) fallthrough: Served,
    pub(super) off_variation: Option<usize>,
    pub(super) prerequisites: Vec<Prerequisite>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Target {
    pub(super) values: Vec<String>,
    pub(super) variation: usize,
    pub(super) context_kind: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) clauses: Vec<Clause>,
    #[serde(flatten)]
    pub(super) served: Served,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Clause {
    pub(super) attribute: String,
    pub(super) op: String,
    pub(super) values: Vec<Value>,
    pub(super) negate: bool,
    pub(super) context_kind: Option<String>,
}

/// A variation, or a rollout.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Served {
    pub(super) variation: Option<usize>,
    pub(super) rollout: Option<Rollout>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rollout {
    pub(super) kind: Option<String>,
    pub(super) context_kind: Option<String>,
    pub(super) variations: Vec<Weighted>,
    pub(super) bucket_by: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Weighted {
    pub(super) variation: usize,
    pub(super) weight: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Prerequisite {
    pub(super) key: String,
    pub(super) variation: usize,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Segment {
    pub(super) key: String,
    pub(super) included: Vec<String>,
    pub(super) excluded: Vec<String>,
    pub(super) included_contexts: Vec<Target>,
    pub(super) excluded_contexts: Vec<Target>,
    pub(super) rules: Vec<SegmentRule>,
    pub(super) unbounded: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SegmentRule {
    pub(super) clauses: Vec<Clause>,
    pub(super) weight: Option<u64>,
}

impl Flag {
    /// The values of its variations: the REST API has objects with them, and files the values themselves.
    pub(super) fn values(&self) -> Vec<Value> {
        let value = |of: &Value| match of.get("value") {
            Some(value) if self.environments.is_some() => value.clone(),
            _ => of.clone(),
        };
        self.variations.iter().map(value).collect()
    }
}
