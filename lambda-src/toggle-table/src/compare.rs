//! What differs between the toggles of two systems.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::toggle::Toggle;

/// A toggle that two systems do not have in common. Its revision counts for nothing: it orders the
/// changes within one system.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The featureId.
    pub feature_id: String,
    /// The toggle of this system, if it has it.
    pub here: Option<Toggle>,
    /// The toggle of the other system, if it has it.
    pub there: Option<Toggle>,
}

/// An attribute that differs, in JSON; `None` where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// The attribute's name.
    pub name: String,
    /// Its value in this system.
    pub here: Option<String>,
    /// Its value in the other system.
    pub there: Option<String>,
}

impl Difference {
    /// The attributes that differ, by name.
    #[must_use]
    pub fn attributes(&self) -> Vec<Differing> {
        let of = |toggle: &Option<Toggle>| -> BTreeMap<String, String> {
            let attributes = toggle.iter().flat_map(Toggle::content);
            attributes
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        };
        let (here, there) = (of(&self.here), of(&self.there));
        let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
        let all = names.into_iter().map(|name| Differing {
            name: name.clone(),
            here: here.get(name).cloned(),
            there: there.get(name).cloned(),
        });
        all.filter(|of| of.here != of.there).collect()
    }
}

/// What differs between the toggles of this system and those of another, by id.
#[must_use]
pub fn differences(here: Vec<Toggle>, there: Vec<Toggle>) -> Vec<Difference> {
    let by_id = |toggles: Vec<Toggle>| -> BTreeMap<String, Toggle> {
        let pairs = toggles.into_iter().map(|of| (of.id().to_owned(), of));
        pairs.collect()
    };
    let (mut here, mut there) = (by_id(here), by_id(there));
    let ids: BTreeSet<_> = here.keys().chain(there.keys()).cloned().collect();
    let both = ids.into_iter().map(|id| Difference {
        here: here.remove(&id),
        there: there.remove(&id),
        feature_id: id,
    });
    let differs = |of: &Difference| match (&of.here, &of.there) {
        (Some(here), Some(there)) => !here.has_content_of(there),
        _ => true,
    };
    both.filter(differs).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn toggles(items: &Value) -> Vec<Toggle> {
        let items = items.as_array().expect("a list").iter();
        items.map(Toggle::from_message).collect()
    }

    #[test]
    fn the_order_in_a_set_is_no_difference() {
        let with = |texts: &[&str]| {
            let nested = json!({"M": {"of": {"L": [{"SS": texts}]}}});
            toggles(&json!([{"featureId": {"S": "a"}, "of": {"NS": texts}, "nested": nested}]))
        };
        assert_eq!(differences(with(&["1", "2"]), with(&["2", "1"])), []);
        assert_eq!(differences(with(&["1", "2"]), with(&["2", "3"])).len(), 1);
    }

    #[test]
    fn a_revision_is_no_difference_and_a_type_is_one() {
        let item = |id: &str, value: Value, revision: &str| json!({"featureId": {"S": id}, "value": value, "revision": {"N": revision}});
        let number = json!({"N": "5"});
        let here = toggles(&json!([
            item("same", number.clone(), "1"),
            item("type", number.clone(), "1"),
            item("here", number.clone(), "1"),
        ]));
        let there = toggles(&json!([
            item("there", number.clone(), "2"),
            item("type", json!({"S": "5"}), "2"),
            item("same", number, "2"),
        ]));
        let found = differences(here, there);
        let ids: Vec<_> = found.iter().map(|of| of.feature_id.as_str()).collect();
        assert_eq!(ids, ["here", "there", "type"]);
        let differing = |here: Option<&str>, there: Option<&str>| Differing {
            name: "value".to_owned(),
            here: here.map(str::to_owned),
            there: there.map(str::to_owned),
        };
        assert_eq!(found[0].attributes(), [differing(Some("5"), None)]);
        assert_eq!(found[1].attributes(), [differing(None, Some("5"))]);
        assert_eq!(found[2].attributes(), [differing(Some("5"), Some("\"5\""))]);
    }
}
