//! The table of the toggles' history.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use toggle_contract::{APPROVED_BY, BY, COMMENT, LAST_CHANGE, REVISION, TOGGLE_KEY, history};

use super::{SdkItem, conditional, failed};
use crate::history::Entry;
use crate::ports::{Journal, TableError};

/// The table of the toggles' history.
#[derive(Debug, Clone)]
pub struct HistoryTable {
    /// The client.
    pub client: Client,
    /// The table's name.
    pub name: String,
    /// How long records are kept, in seconds.
    pub kept: u64,
}

impl Journal for HistoryTable {
    async fn last_before(&self, toggle: &str, at: &str) -> Result<Option<Entry>, TableError> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let query = self.client.query().table_name(&self.name);
        let query = query
            .key_condition_expression("#id = :id AND #at < :at")
            .expression_attribute_names("#id", TOGGLE_KEY)
            .expression_attribute_names("#at", history::AT)
            .expression_attribute_values(":id", text(toggle))
            .expression_attribute_values(":at", text(at))
            .scan_index_forward(false)
            .limit(1)
            .consistent_read(true);
        let found = query.send().await;
        let found = found.map_err(|source| failed("query", &self.name, source))?;
        Ok(found.items().first().map(|item| Entry {
            toggle: toggle.to_owned(),
            after: attribute(item, history::AFTER),
            last_change: attribute(item, LAST_CHANGE),
            ..Entry::default()
        }))
    }

    async fn add(&self, entry: &Entry) -> Result<(), TableError> {
        let put = self.client.put_item().table_name(&self.name);
        let put = put
            .set_item(Some(recorded(entry, self.kept)))
            .condition_expression("attribute_not_exists(#id)")
            .expression_attribute_names("#id", TOGGLE_KEY);
        conditional(put.send().await, "put an item into", &self.name)
    }
}

fn attribute(item: &SdkItem, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

/// The item of a record.
fn recorded(entry: &Entry, kept: u64) -> SdkItem {
    let number = |number: u64| Some(AttributeValue::N(number.to_string()));
    let text = |text: &Option<String>| text.clone().map(AttributeValue::S);
    let author = entry.author.as_ref();
    let attributes = [
        (TOGGLE_KEY, Some(AttributeValue::S(entry.toggle.clone()))),
        (history::AT, Some(AttributeValue::S(entry.at.clone()))),
        (history::CHANGED_AT, number(entry.changed_at)),
        (history::EXPIRY, number(entry.changed_at / 1_000 + kept)),
        (history::AFTER, text(&entry.after)),
        (history::BEFORE, text(&entry.before)),
        (
            history::WITHOUT_IMAGES,
            entry
                .is_without_images
                .then_some(AttributeValue::Bool(true)),
        ),
        (REVISION, entry.revision.clone().map(AttributeValue::N)),
        (BY, author.map(|of| AttributeValue::S(of.by.clone()))),
        (COMMENT, author.and_then(|of| text(&of.comment))),
        (APPROVED_BY, author.and_then(|of| text(&of.approved_by))),
        (LAST_CHANGE, text(&entry.last_change)),
    ];
    let stated = attributes.into_iter();
    let stated = stated.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    stated.collect()
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;
    use serde_json::json;

    use super::*;
    use crate::wire::{bodies, tables};

    fn history(fake: &FakeAws) -> HistoryTable {
        HistoryTable {
            client: tables(fake),
            name: "history".into(),
            kept: 86_400,
        }
    }

    #[tokio::test]
    async fn a_record_of_the_history_is_stored_once_and_expires() {
        let refused = r#"{"__type":"ConditionalCheckFailedException"}"#;
        let fake = FakeAws::new([("PutItem", 200, "{}"), ("PutItem", 400, refused)]);
        let entry = Entry {
            toggle: "1".into(),
            at: "0000000000009-1".into(),
            changed_at: 9_123,
            after: Some("{}".into()),
            revision: Some("7".into()),
            ..Entry::default()
        };
        history(&fake).add(&entry).await.unwrap();
        history(&fake).add(&entry).await.unwrap();
        fake.assert_used();
        let put = &bodies(&fake)[0];
        assert_eq!(put["ConditionExpression"], "attribute_not_exists(#id)");
        let item = json!({"featureId": {"S": "1"}, "at": {"S": "0000000000009-1"}, "changedAt": {"N": "9123"},
            "expiry": {"N": "86409"}, "after": {"S": "{}"}, "revision": {"N": "7"}});
        assert_eq!(put["Item"], item);
    }

    #[tokio::test]
    async fn the_record_before_is_the_last_of_those_with_a_lower_key() {
        let found = r#"{"Items":[{"featureId":{"S":"1"},"at":{"S":"8"},"after":{"S":"{}"},"lastChange":{"S":"who"}}]}"#;
        let fake = FakeAws::new([("Query", 200, found), ("Query", 200, r#"{"Items":[]}"#)]);
        let last = history(&fake).last_before("1", "9").await.unwrap().unwrap();
        assert_eq!(
            (last.after.as_deref(), last.last_change.as_deref()),
            (Some("{}"), Some("who"))
        );
        assert_eq!(history(&fake).last_before("1", "9").await.unwrap(), None);
        let query = &bodies(&fake)[0];
        assert_eq!(query["KeyConditionExpression"], "#id = :id AND #at < :at");
        assert_eq!(
            (
                &query["ScanIndexForward"],
                &query["Limit"],
                &query["ConsistentRead"]
            ),
            (&json!(false), &json!(1), &json!(true))
        );
    }
}
