//! The toggles table, read and written with the operator's credentials.

use std::collections::HashMap;

use aws::{Account, failed};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::error::TogglesError;
use super::toggle::{ACTIVE, ID, NAME, Toggle};

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

    /// Changes a toggle, or creates it if it is new.
    pub async fn set(&self, change: &Change<'_>) -> Result<(), TogglesError> {
        let mut assignments = vec![format!("{ACTIVE} = :active")];
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
            .send()
            .await
            .map_err(failed("dynamodb:UpdateItem"))?;
        Ok(())
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
