//! The flag definition that servers read: rules are evaluated there, by flagd's own engines.
//!
//! Windows, rollouts in steps and prerequisites become a part of the targeting, and segments are put in
//! their places. So each answer is that of the toggles' own functions, at any time: edges are compared with
//! the server's time. Of windows that come again the next [`EDGES`] edges are there, since the file is
//! written again at each of them.

mod expressions;

use serde_json::{Map, Value, json};
use toggle_contract::{DEFAULT_VARIANT, VALUE, VARIANTS};
use toggle_rules::{Item, Private, Rule};

use self::expressions::{Expressions, Truth, and, is_null};
use crate::Items;
use crate::flagd::{SCHEMA, on_off, own_metadata};
use crate::item::{is_active, text, toggles};
use crate::values::{plain, plain_members};

/// How many edges of a toggle's windows are in the file.
const EDGES: usize = 24;

/// The flag definition of all toggles from a moment on, in milliseconds since the epoch. Of other attributes it has
/// the metadata alone, unless they are private.
///
/// A toggle that is off is `false`. One with variants that are not true or false, or with a `value` and no
/// variants, gives the default of the code that asks.
#[must_use]
pub fn served(items: &Items, private: &Private, at_ms: u64) -> Value {
    let flags: Map<_, _> = toggles(items)
        .map(|(id, item)| {
            let mut flag = flag(items, id, item, at_ms);
            let metadata = own_metadata(&private.plain(item));
            if !metadata.is_empty() {
                flag.insert("metadata".to_owned(), metadata.into());
            }
            (id.clone(), Value::from(flag))
        })
        .collect();
    json!({ "$schema": SCHEMA, "flags": flags })
}

fn flag(items: &Items, id: &str, item: &Item, at_ms: u64) -> Map<String, Value> {
    let expressions = Expressions { items, at_ms };
    let shape = Shape::of(item);
    let rules = expressions
        .is_sound(id, item)
        .then(|| rules(&expressions, id, item, &shape));
    let (state, default, targeting) = match rules.flatten() {
        Some(rules) => ("ENABLED", rules.default, rules.targeting),
        // Nothing is said by a default of null alone, which older engines do not know.
        None if shape.off.is_none() => ("DISABLED", None, None),
        None => ("ENABLED", shape.off.clone(), None),
    };
    let mut flag = Map::from_iter([
        ("state".to_owned(), state.into()),
        ("variants".to_owned(), shape.variants.into()),
        ("defaultVariant".to_owned(), json!(default)),
    ]);
    flag.extend(targeting.map(|targeting| ("targeting".to_owned(), targeting)));
    flag
}

/// The variants of a flag, and the one that stands for off.
struct Shape {
    variants: Map<String, Value>,
    /// `None`: none does, and nothing is chosen.
    off: Option<String>,
    /// Whether `on` stands for the toggle's value.
    is_valued: bool,
}

impl Shape {
    fn of(item: &Item) -> Self {
        let own = item
            .get(VARIANTS)
            .and_then(|value| value.get("M")?.as_object());
        let mut variants = own.map(plain_members).unwrap_or_default();
        if variants.is_empty() {
            return Self::without_variants(item);
        }
        let mut off = None;
        if variants.values().all(Value::is_boolean) {
            let is_off = variants
                .iter()
                .find(|(_, value)| **value == Value::Bool(false));
            let name = is_off.map_or_else(|| free_name(&variants), |(name, _)| name.clone());
            variants.insert(name.clone(), false.into());
            off = Some(name);
        }
        Self {
            variants,
            off,
            is_valued: false,
        }
    }

    fn without_variants(item: &Item) -> Self {
        let value = item
            .get(VALUE)
            .map(plain)
            .filter(|value| !value.is_boolean());
        match value {
            Some(value) => Self {
                variants: Map::from_iter([("on".to_owned(), value)]),
                off: None,
                is_valued: true,
            },
            None => Self {
                variants: on_off(crate::item::targeting(item).ok().flatten().as_ref()),
                off: Some("off".to_owned()),
                is_valued: false,
            },
        }
    }
}

/// A name for a variant that no other has.
fn free_name(variants: &Map<String, Value>) -> String {
    let mut name = "off".to_owned();
    while variants.contains_key(&name) {
        name.insert(0, '_');
    }
    name
}

/// What a flag chooses.
struct Chosen {
    default: Option<String>,
    targeting: Option<Value>,
}

/// What a flag chooses; `None` if it is off for everybody.
fn rules(expressions: &Expressions<'_>, id: &str, item: &Item, shape: &Shape) -> Option<Chosen> {
    let mut conditions = Vec::new();
    let above = &mut vec![id.to_owned()];
    let all = [expressions.windows(item), expressions.ramp(item, None)].into_iter();
    for truth in all.chain(expressions.prerequisites(item, above)) {
        match truth {
            Truth::Always => {}
            Truth::Never => return None,
            Truth::If(condition) => conditions.push(condition),
        }
    }
    let targeting = expressions.targeting(item, None).ok()?;
    let default = default(item, targeting.is_some());
    let (targeting, default) = match targeting {
        Some(targeting) if shape.is_valued => {
            let is_on = expressions::chooses(
                &targeting,
                &["on", "true"],
                default.as_deref() == Some("on"),
            );
            (Some(json!({ "if": [is_on, "on", null] })), None)
        }
        targeting => (targeting, default),
    };
    let off = shape.off.clone();
    if conditions.is_empty() {
        let default = default.or(off);
        return (default.is_some() || targeting.is_some()).then_some(Chosen { default, targeting });
    }
    let then = match (targeting, &default) {
        (None, None) => return None,
        (None, Some(name)) => json!(name),
        (Some(targeting), Some(name)) if off.is_none() => {
            json!({ "if": [is_null(&targeting), name, targeting] })
        }
        (Some(targeting), _) => targeting,
    };
    Some(Chosen {
        targeting: Some(json!({ "if": [and(conditions), then, off] })),
        default: off.map(|off| default.unwrap_or(off)),
    })
}

/// The variant for those whom the targeting says nothing of; `None`: it is off for them.
fn default(item: &Item, has_targeting: bool) -> Option<String> {
    let own = item
        .get(VARIANTS)
        .and_then(|value| value.get("M")?.as_object());
    let has_variants = own.is_some_and(|own| !own.is_empty());
    match text(item, DEFAULT_VARIANT) {
        Some(name) if has_variants => Some(name.to_owned()),
        Some("on" | "true") => Some("on".to_owned()),
        None if !has_variants && !has_targeting => Some("on".to_owned()),
        _ => None,
    }
}

impl Expressions<'_> {
    /// Whether a toggle is switched on, and its rules are not broken.
    fn is_sound(&self, id: &str, item: &Item) -> bool {
        let find = |id: &str| self.items.get(id);
        is_active(item) && Rule::of(id, item, &find, self.at_ms).broken().is_none()
    }
}

#[cfg(test)]
mod tests;
