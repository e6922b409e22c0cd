//! The tables in `DynamoDB`.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use toggle_contract::history;
use toggle_contract::receipt::{self, Share};
use toggle_contract::{
    APPROVED_BY, AT, BY, COMMENT, LAST_CHANGE, NAMES, PREREQUISITES, REVISION, SEGMENT, TARGETING,
    TOGGLE_KEY, TOUCHED_AT,
};
use tracing::warn;

use crate::connection::{
    CONNECTED_AT, CONNECTION_KEY, CONTEXT, Connection, ENDPOINT, EXPIRY, TRIED_AT,
};
use crate::history::Entry;
use crate::item::{Item, State, from_sdk, toggle_id};
use crate::ports::{Connections, Journal, Page, TableError, Toggles, Touch};
use crate::receipts::Place;
use crate::task::Segment;

type SdkItem = HashMap<String, AttributeValue>;

/// The toggles table.
#[derive(Debug, Clone)]
pub struct TogglesTable {
    /// The client.
    pub client: Client,
    /// The table's name.
    pub name: String,
}

impl Toggles for TogglesTable {
    async fn all(&self) -> Result<State, TableError> {
        let mut state = State::new();
        let mut after = None;
        loop {
            let scan = self.client.scan().set_exclusive_start_key(after);
            let (items, next) = scan_page(scan, &self.name).await?;
            state.extend(items.iter().map(toggle).filter_map(with_id));
            match next {
                Some(next) => after = Some(next),
                None => return Ok(state),
            }
        }
    }

    async fn referring(&self) -> Result<State, TableError> {
        let mut state = State::new();
        let mut after = None;
        loop {
            let scan = self
                .client
                .scan()
                .filter_expression(
                    "attribute_exists(#t) OR attribute_exists(#p) OR attribute_exists(#s)",
                )
                .projection_expression("#id, #t, #p, #s")
                .expression_attribute_names("#id", TOGGLE_KEY)
                .expression_attribute_names("#t", TARGETING)
                .expression_attribute_names("#p", PREREQUISITES)
                .expression_attribute_names("#s", SEGMENT)
                .set_exclusive_start_key(after);
            let (items, next) = scan_page(scan, &self.name).await?;
            state.extend(items.iter().map(toggle).filter_map(with_id));
            match next {
                Some(next) => after = Some(next),
                None => return Ok(state),
            }
        }
    }

    async fn one(&self, id: &str) -> Result<Option<Item>, TableError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.name)
            .consistent_read(true);
        let got = get
            .key(TOGGLE_KEY, AttributeValue::S(id.to_owned()))
            .send()
            .await;
        let got = got.map_err(|source| failed("read an item of", &self.name, source))?;
        Ok(got.item.as_ref().map(toggle))
    }
}

impl Touch for TogglesTable {
    async fn touch(&self, id: &str, item: &Item, now_ms: u64) -> Result<(), TableError> {
        let read = item.get(REVISION).and_then(|of| of.get("N")?.as_str());
        let next = read.and_then(|read| read.parse::<u64>().ok()?.checked_add(1));
        let condition = match read {
            Some(_) => "#revision = :read",
            None => "attribute_exists(#id) AND attribute_not_exists(#revision)",
        };
        let number = |number: u64| AttributeValue::N(number.to_string());
        let author = HashMap::from([
            (
                BY.to_owned(),
                AttributeValue::S(NAMES.toggle_clock.to_owned()),
            ),
            (AT.to_owned(), number(now_ms)),
        ]);
        let update = self.client.update_item().table_name(&self.name);
        let update = update
            .key(TOGGLE_KEY, AttributeValue::S(id.to_owned()))
            .condition_expression(condition)
            .update_expression("SET #touched = :now, #revision = :next, #author = :author")
            .expression_attribute_names("#touched", TOUCHED_AT)
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_names("#author", LAST_CHANGE)
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":next", number(next.unwrap_or(0).max(now_ms)))
            .expression_attribute_values(":author", AttributeValue::M(author));
        let update = match read {
            Some(read) => {
                update.expression_attribute_values(":read", AttributeValue::N(read.to_owned()))
            }
            None => update.expression_attribute_names("#id", TOGGLE_KEY),
        };
        match update.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                Ok(())
            }
            Err(source) => Err(failed("update an item of", &self.name, source)),
        }
    }
}

/// A toggle as clients may have it: without the key of a receipt, and without who changed it.
fn toggle(item: &SdkItem) -> Item {
    let mut item = from_sdk(item);
    item.remove(receipt::REQUEST);
    item.remove(LAST_CHANGE);
    item
}

fn with_id(item: Item) -> Option<(String, Item)> {
    let id = toggle_id(&item)?.to_owned();
    Some((id, item))
}

/// The connections table.
#[derive(Debug, Clone)]
pub struct ConnectionsTable {
    /// The client.
    pub client: Client,
    /// The table's name.
    pub name: String,
}

impl ConnectionsTable {
    /// Stores a connection.
    pub async fn remember(&self, connection: &Connection) -> Result<(), TableError> {
        let expiry = connection
            .expiry
            .map(|at| AttributeValue::N(at.to_string()));
        let put = self.client.put_item().table_name(&self.name);
        let put = put
            .item(CONNECTION_KEY, AttributeValue::S(connection.id.clone()))
            .item(ENDPOINT, AttributeValue::S(connection.endpoint.clone()))
            .item(
                CONNECTED_AT,
                AttributeValue::N(connection.connected_at.to_string()),
            );
        let put = match expiry {
            Some(expiry) => put.item(EXPIRY, expiry),
            None => put,
        };
        let put = match &connection.context {
            Some(context) => put.item(CONTEXT, AttributeValue::S(context.clone())),
            None => put,
        };
        put.send()
            .await
            .map_err(|source| failed("put an item into", &self.name, source))?;
        Ok(())
    }

    /// Deletes the item of a connection that has ended.
    pub async fn remove(&self, id: &str) -> Result<(), TableError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key(CONNECTION_KEY, AttributeValue::S(id.into()));
        delete
            .send()
            .await
            .map_err(|source| failed("delete an item of", &self.name, source))?;
        Ok(())
    }
}

impl Connections for ConnectionsTable {
    async fn page(&self, of: &Segment) -> Result<Page, TableError> {
        let key = |id: &String| (CONNECTION_KEY.to_owned(), AttributeValue::S(id.clone()));
        let after = of.after.as_ref().map(|id| HashMap::from([key(id)]));
        let scan = self.client.scan().set_exclusive_start_key(after);
        let scan = match of.of {
            // The whole table.
            0 | 1 => scan,
            total => scan.segment(number(of.index)).total_segments(number(total)),
        };
        let (items, next) = scan_page(scan, &self.name).await?;
        let connections = items
            .iter()
            .map(from_sdk)
            .filter_map(|item| well_formed(&item))
            .collect();
        Ok(Page {
            connections,
            next: next.and_then(|key| key.get(CONNECTION_KEY)?.as_s().ok().cloned()),
        })
    }

    async fn exists(&self, connection: &Connection) -> Result<bool, TableError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.name)
            .consistent_read(true);
        let got = get
            .key(CONNECTION_KEY, AttributeValue::S(connection.id.clone()))
            .send()
            .await;
        Ok(got
            .map_err(|source| failed("read an item of", &self.name, source))?
            .item
            .is_some())
    }

    async fn forget(&self, connection: &Connection) -> Result<(), TableError> {
        let (condition, at) = unchanged(connection);
        let delete = self.client.delete_item().table_name(&self.name);
        let delete = delete
            .key(CONNECTION_KEY, AttributeValue::S(connection.id.clone()))
            .condition_expression(condition)
            .expression_attribute_names("#at", CONNECTED_AT)
            .set_expression_attribute_values(at);
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                Ok(())
            }
            Err(source) => Err(failed("delete an item of", &self.name, source)),
        }
    }

    async fn requeue(&self, connection: &Connection, now_ms: u64) -> Result<(), TableError> {
        let (condition, at) = unchanged(connection);
        let update = self.client.update_item().table_name(&self.name);
        let update = update
            .key(CONNECTION_KEY, AttributeValue::S(connection.id.clone()))
            .condition_expression(format!("attribute_exists(#id) AND ({condition})"))
            .update_expression("SET #tried = :now")
            .expression_attribute_names("#at", CONNECTED_AT)
            .expression_attribute_names("#id", CONNECTION_KEY)
            .expression_attribute_names("#tried", TRIED_AT)
            .set_expression_attribute_values(at)
            .expression_attribute_values(":now", AttributeValue::N(now_ms.to_string()));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                Ok(())
            }
            Err(source) => Err(failed("update an item of", &self.name, source)),
        }
    }

    async fn report(&self, place: &Place, share: &Share, expiry: u64) -> Result<(), TableError> {
        let update = self.client.update_item().table_name(&self.name);
        let update = update
            .key(CONNECTION_KEY, AttributeValue::S(place.receipt.clone()))
            .update_expression("SET #share = :share, #expiry = :expiry")
            .expression_attribute_names("#share", &place.name)
            .expression_attribute_names("#expiry", EXPIRY)
            .expression_attribute_values(":share", written(share))
            .expression_attribute_values(":expiry", AttributeValue::N(expiry.to_string()));
        update
            .send()
            .await
            .map_err(|source| failed("update an item of", &self.name, source))?;
        Ok(())
    }
}

/// A share as the receipt has it: JSON in one attribute.
fn written(share: &Share) -> AttributeValue {
    AttributeValue::S(serde_json::to_string(share).unwrap_or_default())
}

/// The condition that an item is still the one that was read, and its values.
fn unchanged(connection: &Connection) -> (&'static str, Option<SdkItem>) {
    match connection.connected_at {
        0 => ("attribute_not_exists(#at)", None),
        at => {
            let at = AttributeValue::N(at.to_string());
            let values = HashMap::from([(":at".to_owned(), at)]);
            ("attribute_not_exists(#at) OR #at = :at", Some(values))
        }
    }
}

/// An item that cannot be posted to can be skipped: the connection manager did not write it.
/// Receipts are in the table as well.
fn well_formed(item: &Item) -> Option<Connection> {
    let connection = Connection::from_item(item);
    let id = item.get(CONNECTION_KEY).and_then(|id| id["S"].as_str());
    let is_receipt = id.is_some_and(|id| id.starts_with(receipt::PREFIX));
    if connection.is_none() && !is_receipt {
        warn!("connection item has no id or no endpoint");
    }
    connection
}

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
        match put.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                Ok(())
            }
            Err(source) => Err(failed("put an item into", &self.name, source)),
        }
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

fn number(segments: u32) -> i32 {
    i32::try_from(segments).unwrap_or(i32::MAX)
}

/// One page of a strongly consistent scan, and the key after which the next begins. In a parallel
/// scan, that key is valid for the same segment only (`DynamoDB` API reference, `Scan`).
async fn scan_page(
    scan: ScanFluentBuilder,
    table: &str,
) -> Result<(Vec<SdkItem>, Option<SdkItem>), TableError> {
    let page = scan
        .table_name(table)
        .consistent_read(true)
        .send()
        .await
        .map_err(|source| failed("scan", table, source))?;
    let next = page.last_evaluated_key.filter(|key| !key.is_empty());
    Ok((page.items.unwrap_or_default(), next))
}

fn failed(
    action: &str,
    table: &str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> TableError {
    TableError {
        action: format!("{action} table {table}"),
        source: Box::new(source),
    }
}

#[cfg(test)]
mod tests;
