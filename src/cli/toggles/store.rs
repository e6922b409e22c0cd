//! The toggles table, read and written with the operator's credentials.

use std::collections::HashMap;

use aws::failed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use engine::DriverError;
use miette::{Report, miette};
use model::{Address, StackName};
use stacks::toggles::STACK;

use crate::cli::advice;
use crate::cli::context::{Context, Zips};
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};

/// The toggles table.
#[derive(Debug)]
pub(in crate::cli) struct Store {
    client: Client,
    table: String,
}

/// A change to one toggle.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Change<'c> {
    /// The featureId.
    pub(in crate::cli) id: &'c str,
    /// The isActive.
    pub(in crate::cli) active: bool,
    /// The featureName, if it changes.
    pub(in crate::cli) name: Option<&'c str>,
    /// Other attributes.
    pub(in crate::cli) attributes: &'c [(String, String)],
}

type Item = HashMap<String, AttributeValue>;

impl Store {
    pub(super) async fn open(global: &Global) -> Result<Self, Report> {
        Ok(Self::open_in(&Context::open(global, Zips::None).await?))
    }

    /// The table of a context's system.
    pub(in crate::cli) fn open_in(context: &Context) -> Self {
        let address = Address::new(StackName::new(STACK), "toggles-table");
        let name = context
            .graph
            .node(&address)
            .and_then(|node| node.properties["TableName"].as_str());
        let client = Client::new(&context.account.config("dynamodb"));
        Self {
            client,
            table: name.unwrap_or_default().to_owned(),
        }
    }

    async fn items(&self) -> Result<Vec<Item>, Report> {
        let pages = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        pages
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed("dynamodb:Scan"))
            .map_err(report)
    }

    pub(super) async fn list(&self, format: Format) -> Result<(), Report> {
        let mut items = self.items().await?;
        items.sort_by_key(|item| text(item, "featureId"));
        match format {
            Format::Json => print_json(&items.iter().map(json).collect::<Vec<_>>()),
            Format::Human => {
                let width = items
                    .iter()
                    .map(|item| text(item, "featureId").len())
                    .max()
                    .unwrap_or(0);
                for item in &items {
                    let state = if active(item) { "on " } else { "off" };
                    print(&format!(
                        "{:width$}  {state}  {}",
                        text(item, "featureId"),
                        text(item, "featureName")
                    ));
                }
                if items.is_empty() {
                    say(
                        "there are no toggles; create one: frontage toggles set 1 on --name \"Feature toggle 1\"",
                    );
                }
                Ok(())
            }
        }
    }

    pub(in crate::cli) async fn set(&self, change: &Change<'_>) -> Result<(), Report> {
        let mut assignments = vec!["isActive = :active".to_owned()];
        assignments.push(match change.name {
            Some(_) => "featureName = :name".to_owned(),
            None => "featureName = if_not_exists(featureName, :name)".to_owned(),
        });
        let name = change.name.unwrap_or(change.id).to_owned();
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("featureId", AttributeValue::S(change.id.to_owned()))
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
        let call = call.update_expression(format!("SET {}", assignments.join(", ")));
        call.send()
            .await
            .map(drop)
            .map_err(failed("dynamodb:UpdateItem"))
            .map_err(report)
    }

    pub(super) async fn delete(&self, id: &str) -> Result<(), Report> {
        let call = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("featureId", AttributeValue::S(id.to_owned()))
            .return_values(ReturnValue::AllOld);
        let answer = call
            .send()
            .await
            .map_err(failed("dynamodb:DeleteItem"))
            .map_err(report)?;
        if answer.attributes().is_none_or(HashMap::is_empty) {
            return Err(miette!(
                help = "run `frontage toggles list` to see all toggles",
                "there is no toggle `{id}`"
            ));
        }
        Ok(())
    }
}

fn report(error: DriverError) -> Report {
    let help = match error.code() {
        Some("ResourceNotFoundException") => {
            Some("the toggles table does not exist: run `frontage apply` first")
        }
        _ => aws::hint(&error),
    };
    advice::advise(error, help)
}

fn text(item: &Item, name: &str) -> String {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .cloned()
        .unwrap_or_default()
}

fn active(item: &Item) -> bool {
    item.get("isActive")
        .and_then(|value| value.as_bool().ok())
        .copied()
        .unwrap_or_default()
}

/// An item as plain JSON: strings, numbers, booleans, lists and maps; sets as lists, bytes as their
/// length.
fn json(item: &Item) -> serde_json::Value {
    item.iter()
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn plain(value: &AttributeValue) -> serde_json::Value {
    use serde_json::Value;
    match value {
        AttributeValue::S(text) => Value::from(text.as_str()),
        AttributeValue::N(number) => {
            serde_json::from_str(number).unwrap_or_else(|_| Value::from(number.as_str()))
        }
        AttributeValue::Bool(truth) => Value::from(*truth),
        AttributeValue::M(members) => json(members),
        AttributeValue::L(items) => items.iter().map(plain).collect(),
        AttributeValue::Ss(items) | AttributeValue::Ns(items) => {
            items.iter().map(String::as_str).collect()
        }
        AttributeValue::B(bytes) => Value::from(format!("{} bytes", bytes.as_ref().len())),
        _ => Value::Null,
    }
}
