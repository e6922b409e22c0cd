//! Writes to the toggles table, each on condition that the item is still as it was read.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};

use crate::call::failed;
use crate::draft::{Draft, Item};
use crate::error::TogglesError;
use crate::store::Store;
use toggle_contract::{REVISION, TOGGLE_KEY};

/// A write fails only if another one succeeded in between, so this many in a row are a fault.
const ATTEMPTS: usize = 50;

/// What was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// The item before.
    pub(crate) before: Item,
    /// The item after.
    pub(crate) after: Item,
    /// Its revision.
    pub(crate) revision: u64,
}

/// A condition, and the value that it needs.
type Condition = (&'static str, Option<AttributeValue>);

impl Store {
    /// Writes what `make` makes of the item and of the lowest revision that it may get. It is read and
    /// made again as often as the item changes in between.
    ///
    /// # Errors
    /// [`TogglesError::Protected`] if the change needs a second person.
    pub(crate) async fn write(
        &self,
        id: &str,
        make: impl Fn(&Item, u64) -> Result<Draft, TogglesError>,
    ) -> Result<Written, TogglesError> {
        let mut floor = now_ms();
        let mut item = self.read(id).await?;
        let mut attempts = 1..ATTEMPTS;
        loop {
            let draft = make(&item, floor)?.requesting(self.receipt.as_deref(), &item);
            if let Some(pending) = self.pending(id, &item, &draft) {
                return Err(TogglesError::Protected(Box::new(pending)));
            }
            let draft = draft.signed(self.author.as_ref(), now_ms());
            let refusal = match self.try_write(id, &item, &draft).await {
                Ok(()) => return Ok(written(id, item, &draft)),
                Err(error) if error.is_conflict() => error,
                Err(error) => return Err(error),
            };
            let live = self.read(id).await?;
            if draft.is_in(&live) {
                return Ok(written(id, item, &draft));
            }
            if attempts.next().is_none() {
                return Err(refusal);
            }
            (item, floor) = (live, draft.revision);
        }
    }

    /// Writes a draft if the item is still as it was read.
    pub(crate) async fn try_write(
        &self,
        id: &str,
        read: &Item,
        draft: &Draft,
    ) -> Result<(), TogglesError> {
        if draft.replaces {
            self.put(id, draft, condition(read)).await
        } else {
            self.update(id, draft, condition(read)).await
        }
    }

    /// The part of a transaction that writes an item if it is still as it was read.
    pub(crate) fn replacing(
        &self,
        id: &str,
        read: &Item,
        draft: &Draft,
    ) -> Option<TransactWriteItem> {
        let (condition, value) = condition(read);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(draft.applied(id, read)))
            .condition_expression(condition)
            .set_expression_attribute_names(named(condition))
            .set_expression_attribute_values(
                value.map(|value| Item::from([(":read".to_owned(), value)])),
            );
        let put = put.build().ok()?;
        Some(TransactWriteItem::builder().put(put).build())
    }

    async fn put(
        &self,
        id: &str,
        draft: &Draft,
        (condition, read): Condition,
    ) -> Result<(), TogglesError> {
        let mut item = draft.assigned();
        item.insert(TOGGLE_KEY.to_owned(), AttributeValue::S(id.to_owned()));
        let mut call = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition);
        if condition.contains("#revision") {
            call = call.expression_attribute_names("#revision", REVISION);
        }
        if let Some(read) = read {
            call = call.expression_attribute_values(":read", read);
        }
        call.send().await.map_err(failed("dynamodb:PutItem"))?;
        Ok(())
    }

    async fn update(
        &self,
        id: &str,
        draft: &Draft,
        (condition, read): Condition,
    ) -> Result<(), TogglesError> {
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(TOGGLE_KEY, AttributeValue::S(id.to_owned()))
            .condition_expression(condition);
        if condition.contains("#revision") {
            call = call.expression_attribute_names("#revision", REVISION);
        }
        if let Some(read) = read {
            call = call.expression_attribute_values(":read", read);
        }
        let mut assignments = Vec::new();
        for (index, (name, value)) in draft.assigned().into_iter().enumerate() {
            assignments.push(format!("#s{index} = :s{index}"));
            call = call.expression_attribute_names(format!("#s{index}"), name);
            call = call.expression_attribute_values(format!(":s{index}"), value);
        }
        let mut expression = format!("SET {}", assignments.join(", "));
        let mut removals = Vec::new();
        for (index, name) in draft.remove.iter().enumerate() {
            removals.push(format!("#r{index}"));
            call = call.expression_attribute_names(format!("#r{index}"), name);
        }
        if !removals.is_empty() {
            expression = format!("{expression} REMOVE {}", removals.join(", "));
        }
        let call = call.update_expression(expression);
        call.send().await.map_err(failed("dynamodb:UpdateItem"))?;
        Ok(())
    }
}

fn written(id: &str, before: Item, draft: &Draft) -> Written {
    Written {
        after: draft.applied(id, &before),
        revision: draft.revision,
        before,
    }
}

/// The names in a condition.
fn named(condition: &str) -> Option<HashMap<String, String>> {
    let revision = || HashMap::from([("#revision".to_owned(), REVISION.to_owned())]);
    condition.contains("#revision").then(revision)
}

/// That the item is still as it was read: each change writes another revision.
fn condition(read: &Item) -> Condition {
    match read.get(REVISION) {
        Some(revision) => ("#revision = :read", Some(revision.clone())),
        None if read.is_empty() => ("attribute_not_exists(featureId)", None),
        None => (
            "attribute_exists(featureId) AND attribute_not_exists(#revision)",
            None,
        ),
    }
}

/// The milliseconds since the epoch.
#[must_use]
pub fn now_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since_epoch.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
