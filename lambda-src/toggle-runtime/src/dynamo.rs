//! The tables in `DynamoDB`.

mod exposures;
mod history;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use toggle_contract::receipt::{self, Share};
use toggle_contract::{
    AT, BY, LAST_CHANGE, NAMES, PREREQUISITES, REVISION, SEGMENT, TARGETING, TOGGLE_KEY, TOUCHED_AT,
};
use tracing::warn;

use crate::connection::{
    CONNECTED_AT, CONNECTION_KEY, CONTEXT, Connection, ENDPOINT, EXPIRY, TRIED_AT,
};
use crate::item::{Item, State, from_sdk, toggle_id};
use crate::ports::{Connections, Page, TableError, Toggles, Touch};
use crate::receipts::Place;
use crate::task::Segment;

pub use self::exposures::ExposuresTable;
pub use self::history::HistoryTable;

type SdkItem = HashMap<String, AttributeValue>;

/// The toggles table.
#[derive(Debug, Clone)]
pub struct TogglesTable {
    /// The client.
    pub client: Client,
    /// The table's name.
    pub name: String,
}

impl TogglesTable {
    /// All pages of a scan.
    async fn scan(&self, scan: ScanFluentBuilder) -> Result<State, TableError> {
        let mut state = State::new();
        let mut after = None;
        loop {
            let page = scan.clone().set_exclusive_start_key(after);
            let (items, next) = scan_page(page, &self.name).await?;
            state.extend(items.iter().map(toggle).filter_map(with_id));
            match next {
                Some(next) => after = Some(next),
                None => return Ok(state),
            }
        }
    }
}

impl Toggles for TogglesTable {
    async fn all(&self) -> Result<State, TableError> {
        Box::pin(self.scan(self.client.scan())).await
    }

    async fn referring(&self) -> Result<State, TableError> {
        let scan = self.client.scan();
        let scan = scan
            .filter_expression(
                "attribute_exists(#t) OR attribute_exists(#p) OR attribute_exists(#s)",
            )
            .projection_expression("#id, #t, #p, #s")
            .expression_attribute_names("#id", TOGGLE_KEY)
            .expression_attribute_names("#t", TARGETING)
            .expression_attribute_names("#p", PREREQUISITES)
            .expression_attribute_names("#s", SEGMENT);
        Box::pin(self.scan(scan)).await
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
        conditional(update.send().await, "update an item of", &self.name)
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
        conditional(delete.send().await, "delete an item of", &self.name)
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
        conditional(update.send().await, "update an item of", &self.name)
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

/// The result of a conditional write, for which it is no error if the condition does not hold.
fn conditional<T, E>(
    result: Result<T, SdkError<E>>,
    action: &str,
    table: &str,
) -> Result<(), TableError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match result {
        Err(error) if error.code() != Some("ConditionalCheckFailedException") => {
            Err(failed(action, table, error))
        }
        Ok(_) | Err(_) => Ok(()),
    }
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
