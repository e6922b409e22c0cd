//! The parts of an export that are read. All may be absent, or null.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// As if it was absent, if it is null.
fn or_default<'d, D: Deserializer<'d>, T: Default + Deserialize<'d>>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

macro_rules! lenient {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub(super) struct $name {
            $($(#[$attribute])* #[serde(deserialize_with = "or_default")] pub(super) $field: $type,)*
        }
    };
}

lenient! { Document {
    features: Option<Vec<Feature>>,
    feature_strategies: Vec<Strategy>,
    feature_environments: Vec<FeatureEnvironment>,
    segments: Vec<Segment>,
    dependencies: Vec<Dependencies>,
    feature_tags: Vec<Tag>,
    feature_strategy_segments: Vec<StrategySegment>,
} }

lenient! { Feature {
    name: String,
    description: Option<String>,
    enabled: Option<bool>,
    archived: bool,
    strategies: Vec<Strategy>,
    variants: Vec<Variant>,
    dependencies: Vec<Dependency>,
} }

lenient! { FeatureEnvironment {
    feature_name: String,
    environment: String,
    enabled: bool,
    variants: Vec<Variant>,
} }

lenient! { Strategy {
    id: String,
    feature_name: String,
    #[serde(alias = "strategyName")]
    name: String,
    environment: Option<String>,
    parameters: Map<String, Value>,
    constraints: Vec<Constraint>,
    segments: Vec<u64>,
    disabled: bool,
    variants: Vec<Variant>,
    sort_order: f64,
} }

lenient! { Constraint {
    context_name: String,
    operator: String,
    values: Vec<String>,
    value: String,
    inverted: bool,
    case_insensitive: bool,
} }

lenient! { Variant {
    name: String,
    weight: f64,
    stickiness: Option<String>,
    payload: Option<Payload>,
    overrides: Vec<Override>,
} }

lenient! { Payload {
    #[serde(rename = "type")]
    kind: String,
    value: String,
} }

lenient! { Override {
    context_name: String,
    values: Vec<String>,
} }

lenient! { Segment {
    id: u64,
    name: Option<String>,
    constraints: Option<Vec<Constraint>>,
} }

lenient! { StrategySegment {
    feature_strategy_id: String,
    segment_id: u64,
} }

lenient! { Dependencies {
    feature: String,
    dependencies: Vec<Dependency>,
} }

lenient! { Dependency {
    feature: String,
    enabled: Option<bool>,
    variants: Vec<String>,
} }

lenient! { Tag {
    feature_name: String,
    #[serde(rename = "tagType")]
    kind: String,
    #[serde(rename = "tagValue")]
    value: String,
} }
