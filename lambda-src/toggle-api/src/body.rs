//! The bodies of requests.
//!
//! JSON that goes into a toggle is kept as text: a binary number may have other digits.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use toggle_contract::{DEFAULT_VARIANT, RAMP, TARGETING, WINDOWS};
use toggle_rules::is_segment;
use toggle_table::{AttributeText, Patch, check_comment};

use crate::event::Event;
use crate::problem::{Code, Problem};

/// Text in JSON, also `null`.
type Json = Option<Box<RawValue>>;

/// A change of what it names.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PatchBody {
    pub(crate) revision: Option<u64>,
    is_active: Option<bool>,
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    value: Json,
    rules: Option<RulesBody>,
    attributes: Option<BTreeMap<String, Option<String>>>,
    /// Of a segment.
    condition: Json,
    pub(crate) comment: Option<String>,
}

/// Rules; `null` removes one.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RulesBody {
    #[serde(default, deserialize_with = "present")]
    targeting: Json,
    #[serde(default, deserialize_with = "present")]
    variants: Json,
    #[serde(default, deserialize_with = "present")]
    default_variant: Json,
    #[serde(default, deserialize_with = "present")]
    prerequisites: Json,
    #[serde(default, deserialize_with = "present")]
    windows: Json,
    #[serde(default, deserialize_with = "present")]
    ramp: Json,
}

/// A way back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollbackBody {
    pub(crate) to: u64,
    pub(crate) revision: u64,
    pub(crate) comment: Option<String>,
}

/// A question for the audience.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AudienceBody {
    pub(crate) patch: Option<PatchBody>,
}

/// A question why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainBody {
    pub(crate) context: Option<BTreeMap<String, Box<RawValue>>>,
    pub(crate) at: Option<u64>,
}

/// A consent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveBody {
    pub(crate) proposal: String,
    pub(crate) comment: Option<String>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
    Box::deserialize(deserializer).map(Some)
}

/// The body of a request.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(event: &Event) -> Result<T, Problem> {
    let text = event.text();
    let text = text.ok_or_else(|| Problem::malformed("the body is no text"))?;
    serde_json::from_str(&text).map_err(|error| Problem::malformed(format!("the body: {error}")))
}

/// A comment, checked.
pub(crate) fn comment(comment: Option<String>) -> Result<Option<String>, Problem> {
    if let Some(comment) = &comment {
        check_comment(comment).map_err(|error| Problem::malformed(error.to_string()))?;
    }
    Ok(comment)
}

impl PatchBody {
    /// The change of the toggle or the segment of this id.
    pub(crate) fn patch(self, id: &str) -> Result<Patch, Problem> {
        let invalid = |error: String| Problem::new(Code::Invalid, error);
        let mut patch = Patch::default();
        if is_segment(id) {
            let is_alone = self.is_active.is_none()
                && self.name.is_none()
                && self.value.is_none()
                && self.rules.is_none()
                && self.attributes.is_none();
            let condition = self.condition.filter(|_| is_alone);
            let condition = condition.ok_or_else(|| {
                invalid("a segment has a `condition`, and nothing else".to_owned())
            })?;
            patch.set_condition(condition.get().to_owned());
            return Ok(patch);
        }
        if self.condition.is_some() {
            return Err(invalid("only a segment has a `condition`".to_owned()));
        }
        if let Some(is_active) = self.is_active {
            patch.switch(is_active);
        }
        if let Some(name) = self.name {
            patch.rename(&name);
        }
        if let Some(value) = self.value {
            patch.set_value(some(&value).map(typed).transpose()?);
        }
        for (name, text) in self.attributes.into_iter().flatten() {
            let set = patch.set_attribute(&name, text);
            set.map_err(|error| invalid(error.to_string()))?;
        }
        if let Some(rules) = self.rules {
            rules.write(&mut patch)?;
        }
        Ok(patch)
    }
}

impl RulesBody {
    fn write(self, patch: &mut Patch) -> Result<(), Problem> {
        let texts = [
            (TARGETING, self.targeting),
            (WINDOWS, self.windows),
            (RAMP, self.ramp),
        ];
        for (name, json) in texts {
            if let Some(json) = json {
                patch.set_rule(name, some(&json).map(|json| json.get().to_owned()));
            }
        }
        if let Some(json) = self.default_variant {
            patch.set_rule(DEFAULT_VARIANT, of("defaultVariant", &json)?);
        }
        if let Some(json) = self.variants {
            let variants: Option<BTreeMap<String, Box<RawValue>>> = of("variants", &json)?;
            let variants = variants.into_iter().flatten();
            let variants = variants.map(|(name, value)| Ok((name, typed(&value)?)));
            patch.set_variants(variants.collect::<Result<Vec<_>, Problem>>()?);
        }
        if let Some(json) = self.prerequisites {
            let ids: Option<Vec<String>> = of("prerequisites", &json)?;
            patch.set_prerequisites(ids.into_iter().flatten());
        }
        Ok(())
    }
}

/// The JSON, unless it is `null`.
fn some(json: &RawValue) -> Option<&RawValue> {
    Some(json).filter(|json| json.get() != "null")
}

fn of<T: for<'de> Deserialize<'de>>(name: &str, json: &RawValue) -> Result<T, Problem> {
    let parsed = serde_json::from_str(json.get());
    parsed.map_err(|error| Problem::malformed(format!("the body: {name}: {error}")))
}

fn typed(json: &RawValue) -> Result<AttributeText, Problem> {
    let typed = json.get().parse::<AttributeText>();
    typed.map_err(|error| Problem::new(Code::Invalid, error.to_string()))
}
