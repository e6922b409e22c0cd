//! The toggle stack's tables, used by a client without any of Frontage's code.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::cli::Project;

type Item = HashMap<String, AttributeValue>;

/// A client for the tables.
pub fn dynamodb(project: &Project) -> Client {
    Client::new(&project.world.config())
}

/// The contents of the connections table.
pub async fn connections(project: &Project) -> Vec<Item> {
    let scan = dynamodb(project)
        .scan()
        .table_name(project.world.name("connections-table"))
        .consistent_read(true);
    scan.into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .expect("scanned")
}

/// Stores a toggle.
pub async fn put(project: &Project, id: &str, name: &str, active: bool) {
    let put = dynamodb(project)
        .put_item()
        .table_name(project.world.name("toggles-table"))
        .item("featureId", AttributeValue::S(id.to_owned()))
        .item("featureName", AttributeValue::S(name.to_owned()))
        .item("isActive", AttributeValue::Bool(active));
    put.send().await.expect("stored");
}

/// Deletes a toggle.
pub async fn delete(project: &Project, id: &str) {
    let key = AttributeValue::S(id.to_owned());
    let delete = dynamodb(project)
        .delete_item()
        .table_name(project.world.name("toggles-table"))
        .key("featureId", key);
    delete.send().await.expect("deleted");
}
