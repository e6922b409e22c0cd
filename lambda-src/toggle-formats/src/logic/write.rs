//! Conditions as flagd's targeting.

use serde_json::{Value, json};

use super::{Comparison, Condition, Serve, Split, Test, Tree};

impl Tree {
    /// As targeting; `None` if it says nothing.
    pub(crate) fn targeting(&self) -> Option<Value> {
        let always = |(condition, _): &(Condition, Serve)| *condition == Condition::Always;
        let (rules, otherwise) = match self.rules.iter().position(always) {
            Some(index) => (&self.rules[..index], &self.rules[index].1),
            None => (&self.rules[..], &self.otherwise),
        };
        if rules.is_empty() {
            return match otherwise {
                Serve::Nothing => None,
                Serve::Variant(name) => Some(json!({ "if": [true, name, null] })),
                Serve::Split(split) => Some(split.value()),
            };
        }
        let rules = rules.iter().rev();
        let tree = rules.fold(otherwise.value(), |otherwise, (condition, serve)| {
            json!({ "if": [condition.value(), serve.value(), otherwise] })
        });
        Some(tree)
    }
}

impl Serve {
    fn value(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Variant(name) => json!(name),
            Self::Split(split) => split.value(),
        }
    }
}

impl Split {
    fn value(&self) -> Value {
        let parts = self
            .parts
            .iter()
            .map(|(name, weight)| json!([name, weight]));
        let mut arguments: Vec<Value> = parts.collect();
        let Some(by) = &self.by else {
            return json!({ "fractional": arguments });
        };
        let by = json!({ "var": by });
        arguments.insert(0, json!({ "cat": [{ "var": "$flagd.flagKey" }, by] }));
        // Those of whom it is not known are divided by nothing.
        json!({ "if": [by, { "fractional": arguments }, null] })
    }
}

impl Condition {
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Always => json!(true),
            Self::Never => json!(false),
            Self::All(parts) => json!({ "and": values(parts) }),
            Self::Any(parts) => json!({ "or": values(parts) }),
            Self::Not(part) => json!({ "!": [part.value()] }),
            Self::Segment(name) => json!({ "$ref": name }),
            Self::Is(attribute, test) => test.value(&json!({ "var": attribute })),
            Self::Time(comparison, seconds) => {
                json!({ comparison.operator(): [{ "var": "$flagd.timestamp" }, seconds] })
            }
            Self::Share(split) => {
                let on = split.parts.first().map(|(name, _)| name);
                json!({ "==": [split.value(), on] })
            }
        }
    }
}

fn values(parts: &[Condition]) -> Vec<Value> {
    parts.iter().map(Condition::value).collect()
}

impl Test {
    fn value(&self, of: &Value) -> Value {
        match self {
            Self::Known => json!({ "!==": [of, null] }),
            Self::OneOf(values) => json!({ "in": [of, values] }),
            Self::Has(values) => {
                let mut has: Vec<_> = values
                    .iter()
                    .map(|value| json!({ "in": [value, of] }))
                    .collect();
                if has.len() == 1 {
                    has.remove(0)
                } else {
                    json!({ "or": has })
                }
            }
            Self::Starts(text) => json!({ "starts_with": [of, text] }),
            Self::Ends(text) => json!({ "ends_with": [of, text] }),
            Self::Contains(text) => json!({ "in": [text, of] }),
            // An unknown number would count as zero.
            Self::Number(comparison, number) => json!({
                "and": [{ "!==": [of, null] }, { comparison.operator(): [of, number] }]
            }),
            Self::Version(comparison, version) => {
                let operator = match comparison {
                    Comparison::Equal => "=",
                    other => other.operator(),
                };
                json!({ "sem_ver": [of, operator, version] })
            }
        }
    }
}
