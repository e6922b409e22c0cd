//! What has become of toggles: the records of the function toggle-history.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde_json::Value;
use toggle_contract::history::{AFTER, BEFORE, CHANGED_AT, WITHOUT_IMAGES};
use toggle_contract::receipt::REQUEST;
use toggle_contract::{APPROVED_BY, BY, COMMENT, LAST_CHANGE, REVISION, TOGGLE_KEY};

use crate::call::failed;
use crate::compare::{Difference, Differing};
use crate::draft::{Draft, Item, expect, is_toggle, next_revision, revision};
use crate::error::TogglesError;
use crate::store::Store;
use crate::toggle::Toggle;
use crate::value::untyped;

/// The history of the toggles.
#[derive(Clone, Debug)]
pub struct History {
    client: Client,
    table: String,
}

/// A change of a toggle.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// When, in milliseconds since the epoch.
    pub changed_at: u64,
    /// The toggle's revision after it, if it has one.
    pub revision: Option<u64>,
    /// Who made it: the ARN of a caller of AWS, as a rule. `None`: it was not made through Frontage.
    pub by: Option<String>,
    /// Who agreed, if the change needed a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Why, if that was said.
    pub comment: Option<String>,
    /// The toggle before it; `None` if there was none, or it is not known.
    pub before: Option<Toggle>,
    /// The toggle after it; `None` if it was deleted.
    pub after: Option<Toggle>,
    /// Whether the toggle was too large to be kept in the history.
    pub without_images: bool,
}

impl Recorded {
    /// When it was made: RFC 3339, in UTC.
    #[must_use]
    pub fn time(&self) -> String {
        time(self.changed_at)
    }

    /// Whether the toggle was deleted.
    #[must_use]
    pub fn is_deletion(&self) -> bool {
        self.after.is_none() && !self.without_images
    }

    /// The attributes that changed, by name: `here` is the value before, `there` that after.
    #[must_use]
    pub fn attributes(&self) -> Vec<Differing> {
        let change = Difference {
            feature_id: String::new(),
            here: self.before.clone(),
            there: self.after.clone(),
        };
        change.attributes()
    }

    fn from_item(item: &Item) -> Self {
        let text = |name: &str| item.get(name).and_then(|of| of.as_s().ok());
        let number = |name: &str| item.get(name)?.as_n().ok()?.parse().ok();
        let toggle = |name: &str| {
            let item = image(text(name)?);
            is_toggle(&item).then(|| Toggle::from_item(item).without_author())
        };
        Self {
            changed_at: number(CHANGED_AT).unwrap_or_default(),
            revision: revision(item),
            by: text(BY).cloned(),
            approved_by: text(APPROVED_BY).cloned(),
            comment: text(COMMENT).cloned(),
            before: toggle(BEFORE),
            after: toggle(AFTER),
            without_images: item.contains_key(WITHOUT_IMAGES),
        }
    }
}

/// A time in milliseconds since the epoch: RFC 3339, in UTC.
#[must_use]
pub fn time(ms: u64) -> String {
    let time = i64::try_from(ms).map(DateTime::from_millis);
    let time = time.map(|time| time.fmt(DateTimeFormat::DateTime).unwrap_or_default());
    time.unwrap_or_default()
}

/// An item that a record has in DynamoDB's JSON.
fn image(text: &str) -> Item {
    let attributes = serde_json::from_str::<Value>(text).unwrap_or_default();
    let attributes = attributes.as_object().into_iter().flatten();
    attributes
        .map(|(name, value)| (name.clone(), untyped(value)))
        .collect()
}

impl History {
    /// The table of this name.
    #[must_use]
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The changes of a toggle, the newest first, and at most so many.
    pub async fn of(&self, id: &str, limit: usize) -> Result<Vec<Recorded>, TogglesError> {
        let query = self
            .newest(id)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let mut pages = query.into_paginator().items().send();
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(item) = pages.try_next().await.map_err(failed("dynamodb:Query"))?
        {
            found.push(Recorded::from_item(&item));
        }
        Ok(found)
    }

    /// The item that the change with a revision left. A change that was not made through Frontage leaves
    /// the revision of the one before, so the first with the revision counts.
    ///
    /// # Errors
    /// [`TogglesError::NoRecord`] if there is no such change, [`TogglesError::NoImage`] if the item was too
    /// large to be kept, and [`TogglesError::Deletion`] if the change was a deletion.
    async fn left_by(&self, id: &str, revision: u64) -> Result<Item, TogglesError> {
        let number = AttributeValue::N(revision.to_string());
        let query = self
            .newest(id)
            .filter_expression("#revision = :revision")
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_values(":revision", number);
        let pages = query.into_paginator().items().send();
        let found = pages.collect::<Result<Vec<_>, _>>().await;
        let found = found.map_err(failed("dynamodb:Query"))?;
        let id = id.to_owned();
        let Some(first) = found.last() else {
            return Err(TogglesError::NoRecord { id, revision });
        };
        if first.contains_key(WITHOUT_IMAGES) {
            return Err(TogglesError::NoImage { id, revision });
        }
        let after = first.get(AFTER).and_then(|after| after.as_s().ok());
        let item = after.map(|after| image(after)).unwrap_or_default();
        if is_toggle(&item) {
            Ok(item)
        } else {
            Err(TogglesError::Deletion { id, revision })
        }
    }

    fn newest(&self, id: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            .key_condition_expression("#id = :id")
            .expression_attribute_names("#id", TOGGLE_KEY)
            .expression_attribute_values(":id", AttributeValue::S(id.to_owned()))
    }
}

impl Store {
    /// Writes a toggle as the change with a revision left it, with all its attributes, whatever has become
    /// of it since: it may have been deleted. The revision and the author are new. Returns the toggle.
    ///
    /// # Errors
    /// As [`Store::set`], also if its rules of then would be broken now, and if the history does not have it.
    pub async fn roll_back(
        &self,
        history: &History,
        id: &str,
        to: u64,
        if_revision: Option<u64>,
    ) -> Result<Toggle, TogglesError> {
        let mut set = history.left_by(id, to).await?;
        for own in [TOGGLE_KEY, REVISION, LAST_CHANGE, REQUEST] {
            set.remove(own);
        }
        self.check_rules(id, &set).await?;
        let write = self.write(id, |item, floor| {
            expect(id, item, if_revision)?;
            let draft = Draft {
                set: set.clone(),
                replaces: true,
                revision: next_revision(id, item, floor)?,
                ..Draft::default()
            };
            draft.checked(id, item)
        });
        Ok(Toggle::from_item(write.await?.after))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_says_what_changed_and_a_tombstone_is_a_deletion() {
        let text = |value: &Value| AttributeValue::S(value.to_string());
        let on = json!({"featureId": {"S": "1"}, "isActive": {"BOOL": true}, "revision": {"N": "7"},
            "lastChange": {"M": {}}});
        let off =
            json!({"featureId": {"S": "1"}, "isActive": {"BOOL": false}, "revision": {"N": "8"}});
        let tombstone = json!({"featureId": {"S": "1"}, "isRemoved": {"BOOL": true}});
        let record = |before: &Value, after: &Value| {
            Recorded::from_item(&Item::from([
                (
                    CHANGED_AT.to_owned(),
                    AttributeValue::N("1764503999123".to_owned()),
                ),
                (BEFORE.to_owned(), text(before)),
                (AFTER.to_owned(), text(after)),
                (REVISION.to_owned(), AttributeValue::N("8".to_owned())),
            ]))
        };
        let changed = record(&on, &off);
        assert_eq!(changed.time(), "2025-11-30T11:59:59.123Z");
        assert!(!changed.is_deletion());
        let attributes = changed.attributes();
        let [of] = &attributes[..] else {
            panic!("{attributes:?}");
        };
        assert_eq!(of.name, "isActive");
        assert_eq!(
            (of.here.as_deref(), of.there.as_deref()),
            (Some("true"), Some("false"))
        );
        assert!(record(&off, &tombstone).is_deletion());
        assert_eq!(record(&tombstone, &on).before, None);
        let json = serde_json::to_value(&changed).unwrap();
        assert_eq!(
            json["before"],
            json!({"featureId": "1", "isActive": true, "revision": 7})
        );
    }
}
