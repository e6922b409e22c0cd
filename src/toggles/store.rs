//! The toggles table, read and written with the operator's credentials.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use aws::{Account, failed};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure,
};

use super::error::TogglesError;
use super::toggle::{ACTIVE, ID, NAME, REVISION, Toggle};

/// The toggles table.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
}

/// A change to one toggle.
#[derive(Clone, Copy, Debug)]
pub struct Change<'c> {
    /// The featureId.
    pub id: &'c str,
    /// The isActive.
    pub active: bool,
    /// The featureName. `None` keeps the existing one; a new toggle is then named for its id.
    pub name: Option<&'c str>,
    /// Other attributes, as text.
    pub attributes: &'c [(String, String)],
    /// The revision that the toggle must have now; zero for none. `None` accepts any.
    pub if_revision: Option<u64>,
}

impl Store {
    /// The table of this name.
    #[must_use]
    pub fn new(account: &Account, table: String) -> Self {
        let client = Client::new(&account.config("dynamodb"));
        Self { client, table }
    }

    /// Every toggle, by id.
    pub async fn list(&self) -> Result<Vec<Toggle>, TogglesError> {
        let pages = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let items = pages
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed("dynamodb:Scan"))?;
        let mut toggles: Vec<_> = items.iter().map(Toggle::from_item).collect();
        toggles.sort_by(|one, other| one.id().cmp(other.id()));
        Ok(toggles)
    }

    /// Changes a toggle, or creates it if it is new. Returns its new revision: the milliseconds since
    /// the epoch, or one more than the last if that is higher, as after a change from a machine
    /// whose clock is ahead. So it rises with each change, and clients drop what is older.
    ///
    /// # Errors
    /// [`TogglesError::Revised`] if it is not at the expected revision, and
    /// [`TogglesError::OddRevision`] if its revision is not one of these.
    pub async fn set(&self, change: &Change<'_>) -> Result<u64, TogglesError> {
        let mut next = now_ms().max(
            change
                .if_revision
                .map_or(0, |expected| expected.saturating_add(1)),
        );
        loop {
            let update = self
                .update(change)
                .expression_attribute_names("#revision", REVISION);
            let update = update.expression_attribute_values(":revision", number(next));
            let update = match change.if_revision {
                None => update.condition_expression(
                    "attribute_not_exists(#revision) OR #revision < :revision",
                ),
                Some(0) => update.condition_expression("attribute_not_exists(#revision)"),
                Some(expected) => update
                    .condition_expression("#revision = :expected")
                    .expression_attribute_values(":expected", number(expected)),
            };
            let Err(error) = update.send().await else {
                return Ok(next);
            };
            let Some(live) = refused(error.as_service_error()) else {
                return Err(failed("dynamodb:UpdateItem")(error).into());
            };
            next = after(&live, change)?;
        }
    }

    /// The update of a toggle, without a condition.
    fn update(&self, change: &Change<'_>) -> UpdateItemFluentBuilder {
        let mut assignments = vec![
            format!("{ACTIVE} = :active"),
            "#revision = :revision".to_owned(),
        ];
        assignments.push(match change.name {
            Some(_) => format!("{NAME} = :name"),
            None => format!("{NAME} = if_not_exists({NAME}, :name)"),
        });
        let name = change.name.unwrap_or(change.id).to_owned();
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(ID, AttributeValue::S(change.id.to_owned()))
            .return_values_on_condition_check_failure(OnFailure::AllOld)
            .expression_attribute_values(":active", AttributeValue::Bool(change.active))
            .expression_attribute_values(":name", AttributeValue::S(name));
        for (index, (name, value)) in change.attributes.iter().enumerate() {
            assignments.push(format!("#a{index} = :a{index}"));
            call = call.expression_attribute_names(format!("#a{index}"), name);
            call = call.expression_attribute_values(
                format!(":a{index}"),
                AttributeValue::S(value.clone()),
            );
        }
        call.update_expression(format!("SET {}", assignments.join(", ")))
    }

    /// Deletes a toggle.
    ///
    /// # Errors
    /// [`TogglesError::NoToggle`] if it does not exist.
    pub async fn delete(&self, id: &str) -> Result<(), TogglesError> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(ID, AttributeValue::S(id.to_owned()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(failed("dynamodb:DeleteItem"))?;
        if answer.attributes().is_none_or(HashMap::is_empty) {
            return Err(TogglesError::NoToggle(id.to_owned()));
        }
        Ok(())
    }
}

fn now_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since_epoch.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The item for which the condition did not hold, if that is the error.
fn refused(error: Option<&UpdateItemError>) -> Option<HashMap<String, AttributeValue>> {
    match error? {
        UpdateItemError::ConditionalCheckFailedException(refusal) => {
            Some(refusal.item().cloned().unwrap_or_default())
        }
        _ => None,
    }
}

/// The next revision of a toggle that has a higher one than was assumed.
fn after(live: &HashMap<String, AttributeValue>, change: &Change<'_>) -> Result<u64, TogglesError> {
    let id = change.id.to_owned();
    let revision = live.get(REVISION);
    let live = revision.and_then(|live| live.as_n().ok()?.parse::<u64>().ok());
    if let Some(expected) = change.if_revision {
        return Err(TogglesError::Revised { id, expected, live });
    }
    let next = live.and_then(|live| live.checked_add(1));
    next.ok_or(TogglesError::OddRevision(id))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
    use fake_aws::FakeAws;
    use serde_json::Value;

    use super::*;

    const AHEAD: &str = r#"{"__type": "ConditionalCheckFailedException", "Item": {"revision": {"N": "9000000000000"}}}"#;

    fn store(fake: &FakeAws) -> Store {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .endpoint_url("https://fake")
            .http_client(fake.client())
            .build();
        Store {
            client: Client::from_conf(config),
            table: "toggles".to_owned(),
        }
    }

    fn change(if_revision: Option<u64>) -> Change<'static> {
        Change {
            id: "1",
            active: true,
            name: None,
            attributes: &[],
            if_revision,
        }
    }

    fn bodies(fake: &FakeAws) -> Vec<Value> {
        let body = |name: &String| serde_json::from_str(&name[name.find('{').unwrap()..]).unwrap();
        fake.requests().iter().map(body).collect()
    }

    #[tokio::test]
    async fn a_revision_is_the_time_and_rises() {
        let fake = FakeAws::new([("UpdateItem", 200, "{}")]);
        let before = now_ms();
        let revision = store(&fake).set(&change(None)).await.unwrap();
        assert!((before..=now_ms()).contains(&revision));
        let update = &bodies(&fake)[0];
        assert_eq!(
            update["ConditionExpression"],
            "attribute_not_exists(#revision) OR #revision < :revision"
        );
        let sent = &update["ExpressionAttributeValues"][":revision"]["N"];
        assert_eq!(*sent, revision.to_string());
    }

    #[tokio::test]
    async fn it_rises_even_if_the_last_change_is_from_a_clock_that_is_ahead() {
        let fake = FakeAws::new([("UpdateItem", 400, AHEAD), ("UpdateItem", 200, "{}")]);
        let revision = store(&fake).set(&change(None)).await.unwrap();
        assert_eq!(revision, 9_000_000_000_001);
        let sent = &bodies(&fake)[1]["ExpressionAttributeValues"][":revision"]["N"];
        assert_eq!(sent, "9000000000001");
    }

    #[tokio::test]
    async fn a_toggle_at_another_revision_is_not_changed() {
        let fake = FakeAws::new([("UpdateItem", 400, AHEAD)]);
        let error = store(&fake).set(&change(Some(7))).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "toggle `1` is at revision 9000000000000, not 7"
        );
        assert_eq!(fake.requests().len(), 1);

        let new = r#"{"__type": "ConditionalCheckFailedException"}"#;
        let fake = FakeAws::new([("UpdateItem", 400, new)]);
        let error = store(&fake).set(&change(Some(7))).await.unwrap_err();
        assert_eq!(error.to_string(), "toggle `1` has no revision, not 7");
    }

    #[tokio::test]
    async fn the_expected_revision_is_a_condition_and_zero_is_none() {
        let fake = FakeAws::new([("UpdateItem", 200, "{}"), ("UpdateItem", 200, "{}")]);
        let store = store(&fake);
        let next = store.set(&change(Some(9_000_000_000_000))).await.unwrap();
        assert_eq!(next, 9_000_000_000_001);
        store.set(&change(Some(0))).await.unwrap();
        let conditions = bodies(&fake)
            .into_iter()
            .map(|mut body| body["ConditionExpression"].take());
        assert_eq!(
            conditions.collect::<Vec<_>>(),
            ["#revision = :expected", "attribute_not_exists(#revision)"]
        );
    }

    #[tokio::test]
    async fn a_revision_of_another_kind_is_reported() {
        let odd =
            r#"{"__type": "ConditionalCheckFailedException", "Item": {"revision": {"S": "v2"}}}"#;
        let fake = FakeAws::new([("UpdateItem", 400, odd)]);
        let error = store(&fake).set(&change(None)).await.unwrap_err();
        assert!(matches!(error, TogglesError::OddRevision(_)), "{error}");
    }
}
