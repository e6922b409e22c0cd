//! Limits that emulators do not enforce, as data, and the findings of a check.

use engine::{Finding, UNKNOWN};
use serde_json::Value;

/// A limit of one property.
#[derive(Debug)]
pub(crate) struct Limit {
    /// Its path: `Timeout`, `Policies[].PolicyName` for each member of a list, `Tags{}` for each
    /// value of a map.
    property: &'static str,
    rule: Rule,
    /// Where AWS documents it.
    #[allow(dead_code)] // for readers of the tables and of their tests
    source: &'static str,
}

#[derive(Debug)]
enum Rule {
    Range(i64, i64),
    Length(usize, usize),
    Count(usize, usize),
    OneOf(&'static [&'static str]),
    Characters(fn(char) -> bool, &'static str),
}

impl Limit {
    const fn new(property: &'static str, rule: Rule, source: &'static str) -> Self {
        Self {
            property,
            rule,
            source,
        }
    }

    /// A number from `least` to `most`.
    pub(crate) const fn range(
        property: &'static str,
        least: i64,
        most: i64,
        source: &'static str,
    ) -> Self {
        Self::new(property, Rule::Range(least, most), source)
    }

    /// A string of `least` to `most` characters.
    pub(crate) const fn length(
        property: &'static str,
        least: usize,
        most: usize,
        source: &'static str,
    ) -> Self {
        Self::new(property, Rule::Length(least, most), source)
    }

    /// A list or a map of `least` to `most` members.
    pub(crate) const fn count(
        property: &'static str,
        least: usize,
        most: usize,
        source: &'static str,
    ) -> Self {
        Self::new(property, Rule::Count(least, most), source)
    }

    /// One of some strings.
    pub(crate) const fn one_of(
        property: &'static str,
        allowed: &'static [&'static str],
        source: &'static str,
    ) -> Self {
        Self::new(property, Rule::OneOf(allowed), source)
    }

    /// A string of some characters only; `names` describes them: `letters, digits, - and _`.
    pub(crate) const fn characters(
        property: &'static str,
        allowed: fn(char) -> bool,
        names: &'static str,
        source: &'static str,
    ) -> Self {
        Self::new(property, Rule::Characters(allowed, names), source)
    }

    fn problem(&self, value: &Value) -> Option<String> {
        if value.as_str().is_some_and(|text| text.contains(UNKNOWN)) {
            return None;
        }
        match (&self.rule, value) {
            (Rule::Range(least, most), Value::Number(number)) => {
                let inside = number.as_f64().is_some_and(|number| {
                    #[allow(clippy::cast_precision_loss)] // limits are far below 2^52
                    let (least, most) = (*least as f64, *most as f64);
                    (least..=most).contains(&number)
                });
                (!inside).then(|| format!("is {number}; {least} to {most} are allowed"))
            }
            (Rule::Length(least, most), Value::String(text)) => {
                let length = text.chars().count();
                let inside = (*least..=*most).contains(&length);
                (!inside).then(|| format!("has {length} characters; {least} to {most} are allowed"))
            }
            (Rule::Count(least, most), Value::Array(_) | Value::Object(_)) => {
                let count = value.as_array().map_or_else(
                    || value.as_object().map_or(0, serde_json::Map::len),
                    Vec::len,
                );
                let inside = (*least..=*most).contains(&count);
                (!inside).then(|| format!("has {count} members; {least} to {most} are allowed"))
            }
            (Rule::OneOf(allowed), Value::String(text)) => {
                let found = allowed.contains(&text.as_str());
                (!found).then(|| format!("is `{text}`; {} is allowed", allowed.join(" or ")))
            }
            (Rule::Characters(allowed, names), Value::String(text)) => {
                let only = text.chars().all(allowed);
                (!only).then(|| format!("is `{text}`; only {names} are allowed"))
            }
            _ => None,
        }
    }
}

/// The findings of one check.
#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<Finding>);

impl Checks {
    /// The findings, in the order in which they were made.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.0
    }

    /// Adds a finding: the property, and what is wrong with it.
    pub(crate) fn refuse(&mut self, property: impl Into<String>, problem: impl Into<String>) {
        self.0.push(Finding {
            property: property.into(),
            problem: problem.into(),
        });
    }

    /// Adds a finding unless a condition holds.
    pub(crate) fn require(&mut self, holds: bool, property: &str, problem: impl Into<String>) {
        if !holds {
            self.refuse(property, problem);
        }
    }

    /// Adds the limits that properties break.
    pub(crate) fn limits(&mut self, limits: &[Limit], properties: &Value) {
        for limit in limits {
            self.limit(limit, limit.property, String::new(), properties);
        }
    }

    fn limit(&mut self, limit: &Limit, rest: &str, mut path: String, value: &Value) {
        if rest.is_empty() {
            if let Some(problem) = limit.problem(value) {
                self.refuse(path, problem);
            }
            return;
        }
        if let Some(rest) = rest.strip_prefix("[]") {
            for (index, member) in value.as_array().into_iter().flatten().enumerate() {
                self.limit(limit, rest, format!("{path}[{index}]"), member);
            }
            return;
        }
        if let Some(rest) = rest.strip_prefix("{}") {
            for (name, member) in value.as_object().into_iter().flatten() {
                self.limit(limit, rest, format!("{path}.{name}"), member);
            }
            return;
        }
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let end = rest.find(['.', '[', '{']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        if let Some(member) = value.get(name) {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            self.limit(limit, rest, path, member);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIMITS: &[Limit] = &[
        Limit::range("Timeout", 1, 900, ""),
        Limit::length("Deep.Name", 1, 3, ""),
        Limit::count("Layers", 0, 1, ""),
        Limit::one_of("Policies[].Effect", &["Allow", "Deny"], ""),
        Limit::characters("Tags{}", |c| c.is_ascii_digit(), "digits", ""),
    ];

    fn findings(properties: &Value) -> Vec<String> {
        let mut checks = Checks::default();
        checks.limits(LIMITS, properties);
        let findings = checks.into_findings();
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_within_its_limits_or_absent_or_unknown_passes() {
        assert_eq!(findings(&json!({})), Vec::<String>::new());
        let properties = json!({
            "Timeout": 900,
            "Deep": {"Name": UNKNOWN},
            "Layers": ["a"],
            "Policies": [{"Effect": "Allow"}, {}],
            "Tags": {"a": "1"},
        });
        assert_eq!(findings(&properties), Vec::<String>::new());
    }

    #[test]
    fn every_broken_limit_is_found_with_its_path() {
        let properties = json!({
            "Timeout": 901,
            "Deep": {"Name": "long"},
            "Layers": ["a", "b"],
            "Policies": [{"Effect": "Allow"}, {"Effect": "Maybe"}],
            "Tags": {"a": "x"},
        });
        assert_eq!(
            findings(&properties),
            [
                "Timeout is 901; 1 to 900 are allowed",
                "Deep.Name has 4 characters; 1 to 3 are allowed",
                "Layers has 2 members; 0 to 1 are allowed",
                "Policies[1].Effect is `Maybe`; Allow or Deny is allowed",
                "Tags.a is `x`; only digits are allowed",
            ]
        );
    }
}
