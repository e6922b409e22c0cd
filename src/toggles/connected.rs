//! How many clients are connected.

use aws::{Account, failed};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use engine::DriverError;
use toggle_contract::receipt::PREFIX;
use toggle_contract::{CONNECTION_EXPIRY, CONNECTION_KEY};
use toggle_table::now_ms;

/// The connections in the table of this name, without receipts and what has expired: `DynamoDB` deletes
/// that within a few days. `None` if the table does not exist. A scan reads 1 MB per call.
pub async fn connected(account: &Account, table: &str) -> Result<Option<u64>, DriverError> {
    let client: Client = account.for_data().client();
    let mut pages = client
        .scan()
        .table_name(table)
        .select(Select::Count)
        .filter_expression(
            "NOT begins_with(#key, :receipt) AND (attribute_not_exists(#expiry) OR #expiry > :now)",
        )
        .expression_attribute_names("#key", CONNECTION_KEY)
        .expression_attribute_names("#expiry", CONNECTION_EXPIRY)
        .expression_attribute_values(":receipt", AttributeValue::S(PREFIX.to_owned()))
        .expression_attribute_values(":now", AttributeValue::N((now_ms() / 1_000).to_string()))
        .into_paginator()
        .send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        match page.map_err(failed("dynamodb:Scan")) {
            Err(error) if error.is("ResourceNotFoundException") => return Ok(None),
            page => count += u64::try_from(page?.count).unwrap_or_default(),
        }
    }
    Ok(Some(count))
}
