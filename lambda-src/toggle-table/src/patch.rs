//! A change that names some attributes of a toggle, and leaves the others as they are.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use toggle_contract::{
    ACTIVE, DEFAULT_VARIANT, PREREQUISITES, RULES, SEGMENT, TOUCHED_AT, VALUE, VARIANTS,
};
use toggle_rules::is_segment;

use crate::draft::{Draft, Item, expect, is_toggle, next_revision};
use crate::error::TogglesError;
use crate::limits::{NameError, check_attribute, check_removal};
use crate::store::Store;
use crate::toggle::{NAME, Toggle};
use crate::value::AttributeText;

/// A change that names some attributes of a toggle or a segment, and leaves the others as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    set: Item,
    remove: BTreeSet<String>,
}

impl Patch {
    /// Switches it on or off.
    pub fn switch(&mut self, is_active: bool) {
        self.put(ACTIVE, Some(AttributeValue::Bool(is_active)));
    }

    /// Names it.
    pub fn rename(&mut self, name: &str) {
        self.put(NAME, Some(AttributeValue::S(name.to_owned())));
    }

    /// Writes its value; `None` removes it.
    pub fn set_value(&mut self, value: Option<AttributeText>) {
        self.put(VALUE, value.map(|AttributeText(value)| value));
    }

    /// Writes an attribute as text; `None` removes it.
    ///
    /// # Errors
    /// If the attribute has another meaning.
    pub fn set_attribute(&mut self, name: &str, text: Option<String>) -> Result<(), NameError> {
        match text {
            Some(_) => check_attribute(name)?,
            // What only rules may write is removed as a rule.
            None if is_rule(name) => return Err(NameError::Rule(name.to_owned())),
            None => check_removal(name)?,
        }
        self.put(name, text.map(AttributeValue::S));
        Ok(())
    }

    /// Writes a rule that is a text: the targeting, the windows, the ramp or the default variant. `None` removes
    /// it.
    pub fn set_rule(&mut self, name: &'static str, text: Option<String>) {
        self.put(name, text.map(AttributeValue::S));
    }

    /// Writes the variants, by name; none removes them.
    pub fn set_variants(&mut self, variants: impl IntoIterator<Item = (String, AttributeText)>) {
        let variants = variants.into_iter();
        let variants: Item = variants
            .map(|(name, AttributeText(of))| (name, of))
            .collect();
        let variants = Some(variants).filter(|of| !of.is_empty());
        self.put(VARIANTS, variants.map(AttributeValue::M));
    }

    /// Writes the ids of the toggles that must be on; none removes them.
    pub fn set_prerequisites(&mut self, ids: impl IntoIterator<Item = String>) {
        let ids: BTreeSet<_> = ids.into_iter().collect();
        let ids = Some(ids).filter(|ids| !ids.is_empty());
        self.put(
            PREREQUISITES,
            ids.map(|ids| AttributeValue::Ss(ids.into_iter().collect())),
        );
    }

    /// Writes the condition of a segment, in JSON.
    pub fn set_condition(&mut self, condition: String) {
        self.put(SEGMENT, Some(AttributeValue::S(condition)));
    }

    fn put(&mut self, name: &str, value: Option<AttributeValue>) {
        self.set.remove(name);
        self.remove.remove(name);
        match value {
            Some(value) => drop(self.set.insert(name.to_owned(), value)),
            None => drop(self.remove.insert(name.to_owned())),
        }
    }

    /// Whether it names a rule or a condition.
    fn has_rules(&self) -> bool {
        let mut names = self.set.keys().chain(&self.remove);
        names.any(|name| is_rule(name) || name == SEGMENT)
    }

    /// The draft for an item as it is. A new toggle is off and named for its id, if nothing else is said.
    pub(crate) fn draft(&self, id: &str, item: &Item) -> Draft {
        let exists = is_toggle(item);
        let mut set = self.set.clone();
        if !is_segment(id) {
            let kept = |name: &str| exists && item.contains_key(name);
            let defaults = [
                (NAME, AttributeValue::S(id.to_owned())),
                (ACTIVE, AttributeValue::Bool(false)),
            ];
            for (name, value) in defaults {
                if !kept(name) {
                    set.entry(name.to_owned()).or_insert(value);
                }
            }
        }
        let is_there = |name: &&String| exists && item.contains_key(*name);
        Draft {
            set,
            remove: self.remove.iter().filter(is_there).cloned().collect(),
            replaces: !exists,
            ..Draft::default()
        }
    }
}

fn is_rule(name: &str) -> bool {
    RULES.contains(&name) || [DEFAULT_VARIANT, TOUCHED_AT].contains(&name)
}

impl Store {
    /// Changes what a patch names. Returns the toggle as it is then, with who changed it. Only the revision it
    /// must have now is accepted, if there is one; zero is none.
    ///
    /// # Errors
    /// As [`Store::set`].
    pub async fn patch(
        &self,
        id: &str,
        patch: &Patch,
        if_revision: Option<u64>,
    ) -> Result<Toggle, TogglesError> {
        if patch.has_rules() {
            let item = self.read(id).await?;
            let after = patch.draft(id, &item).applied(id, &item);
            self.check_rules(id, &after).await?;
        }
        let write = self.write(id, |item, floor| {
            expect(id, item, if_revision)?;
            let draft = Draft {
                revision: next_revision(id, item, floor)?,
                ..patch.draft(id, item)
            };
            draft.checked(id, item)
        });
        Ok(Toggle::from_item(write.await?.after))
    }
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;
    use serde_json::json;

    use super::*;
    use crate::fake::{last, store};

    const LIVE: &str = r#"{"Item": {"featureId": {"S": "1"}, "featureName": {"S": "One"}, "isActive": {"BOOL": true},
        "revision": {"N": "9000000000000"}, "owner": {"S": "web"}, "prerequisites": {"SS": ["2"]}, "value": {"N": "1.50"}}}"#;

    #[tokio::test]
    async fn only_what_is_named_is_touched() {
        let fake = FakeAws::new([("GetItem", 200, LIVE), ("UpdateItem", 200, "{}")]);
        let mut patch = Patch::default();
        patch.set_value(None);
        patch.set_attribute("team", Some("a".to_owned())).unwrap();
        let toggle = store(&fake)
            .patch("1", &patch, Some(9_000_000_000_000))
            .await
            .unwrap();
        let update = last(&fake);
        assert_eq!(
            update["UpdateExpression"],
            "SET #s0 = :s0, #s1 = :s1 REMOVE #r0"
        );
        assert_eq!(update["ExpressionAttributeNames"]["#r0"], "value");
        assert_eq!(
            serde_json::to_value(&toggle).unwrap(),
            json!({"featureId": "1", "featureName": "One", "isActive": true, "owner": "web", "prerequisites": ["2"],
                "revision": 9_000_000_000_001_u64, "team": "a"})
        );
    }

    #[tokio::test]
    async fn a_new_toggle_is_off_and_named_for_its_id() {
        let fake = FakeAws::new([("GetItem", 200, "{}"), ("PutItem", 200, "{}")]);
        let toggle = store(&fake)
            .patch("1", &Patch::default(), Some(0))
            .await
            .unwrap();
        assert_eq!((toggle.name(), toggle.is_active()), ("1", false));
        let fake = FakeAws::new([("GetItem", 200, LIVE)]);
        let refused = store(&fake).patch("1", &Patch::default(), Some(0)).await;
        assert!(
            matches!(refused, Err(TogglesError::Revised { .. })),
            "{refused:?}"
        );
    }

    #[tokio::test]
    async fn rules_are_checked_before_they_are_written() {
        let mut broken = Patch::default();
        broken.set_rule("targeting", Some(r#"{"iff": []}"#.to_owned()));
        let mut without = Patch::default();
        without.set_prerequisites(["gone".to_owned()]);
        for (patch, reads) in [(broken, 1), (without, 2)] {
            let fake = FakeAws::new([("GetItem", 200, LIVE), ("GetItem", 200, "{}")]);
            store(&fake).patch("1", &patch, None).await.unwrap_err();
            assert_eq!(fake.requests().len(), reads, "nothing is written");
        }
        let mut none = Patch::default();
        none.set_prerequisites([]);
        let fake = FakeAws::new([
            ("GetItem", 200, LIVE),
            ("GetItem", 200, LIVE),
            ("UpdateItem", 200, "{}"),
        ]);
        store(&fake).patch("1", &none, None).await.unwrap();
        assert_eq!(
            last(&fake)["ExpressionAttributeNames"]["#r0"],
            "prerequisites"
        );
    }

    #[test]
    fn what_has_another_meaning_is_no_attribute() {
        let mut patch = Patch::default();
        for name in [
            "isActive",
            "revision",
            "targeting",
            "lastChange",
            "isRemoved",
        ] {
            patch.set_attribute(name, Some("x".to_owned())).unwrap_err();
        }
        for name in [
            "isActive",
            "revision",
            "targeting",
            "lastChange",
            "touchedAt",
        ] {
            patch.set_attribute(name, None).unwrap_err();
        }
        assert_eq!(patch, Patch::default());
    }
}
