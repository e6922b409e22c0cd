//! What leaves the account: an item as a client is told it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value, json};
use toggle_contract::{ACTIVE, NEVER_TOLD, REVISION, RULES, VALUE, VARIANT};

use crate::Item;
use crate::rule::{Answer, Revision, Rule};

/// Whether an item has rules. One without has the same bytes for everybody.
#[must_use]
pub fn has_rules(item: &Item) -> bool {
    RULES.iter().any(|name| item.contains_key(*name))
}

/// The attributes that are never told, apart from [`NEVER_TOLD`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private(BTreeSet<String>);

impl Private {
    /// From names that commas separate.
    #[must_use]
    pub fn of(names: &str) -> Self {
        let names = names.split(',').map(str::trim);
        Self(
            names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    fn has(&self, name: &str) -> bool {
        NEVER_TOLD.contains(&name) || self.0.contains(name)
    }

    /// An item without rules, as everybody is told it: itself, if it has nothing that is private.
    #[must_use]
    pub fn plain<'i>(&self, item: &'i Item) -> Cow<'i, Item> {
        if item.keys().any(|name| self.has(name)) {
            Cow::Owned(self.told(item))
        } else {
            Cow::Borrowed(item)
        }
    }

    /// An item with rules, as it is told with an answer: the published shape, with the answer as its
    /// `isActive`, and as `variant` and `value` if it has variants.
    #[must_use]
    pub fn answered(&self, item: &Item, rule: &Rule, answer: Answer) -> Item {
        let mut told = self.told(item);
        told.insert(ACTIVE.to_owned(), json!({ "BOOL": rule.is_on(answer) }));
        if let Some(revision) = told.get_mut(REVISION) {
            match rule.revision() {
                Revision::Own => {}
                Revision::Highest(highest) => *revision = json!({ "N": highest.to_string() }),
                Revision::Unknown => drop(told.remove(REVISION)),
            }
        }
        if rule.variants().is_empty() && rule.broken().is_none() {
            return told;
        }
        told.remove(VALUE);
        told.remove(VARIANT);
        if let Answer::Variant(index) = answer
            && let Some((name, value)) = rule.variants().get(usize::from(index))
        {
            told.insert(VARIANT.to_owned(), json!({ "S": name }));
            told.insert(VALUE.to_owned(), Value::clone(value));
        }
        told
    }

    fn told(&self, item: &Item) -> Item {
        let told = item.iter().filter(|(name, _)| !self.has(name));
        told.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}
