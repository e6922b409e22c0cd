//! Who may write: a lease per stack, and the history of runs, in one small table of the system.
//!
//! The table `SYSTEM-control` holds no state of the system: losing it loses the history alone. The
//! first run that writes creates it, and a destruction after which nothing is left deletes it.

mod alive;
mod binding;
pub(crate) mod calls;
mod claim;
mod history;
mod lease;
mod row;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType, TableStatus, Tag,
};
use engine::DriverError;
use model::{SYSTEM_TAG, Tags};

pub use self::binding::{Binding, new_id};
pub use self::claim::{Claim, LeaseError, Others};
pub use self::history::{Ended, Run};
pub use self::lease::{Fences, Lease};
pub use self::row::{Held, now};
use crate::account::Account;
use crate::kit::call::Call as _;
use crate::kit::wait::{WaitPolicy, until};

/// The key of the table: what a row is about, and of which.
const KIND: &str = "kind";
const NAME: &str = "name";

/// How long `DynamoDB` may take to create or delete the table.
const TABLE: WaitPolicy = WaitPolicy::seconds(300);

type Row = std::collections::HashMap<String, AttributeValue>;

/// The table of leases and runs of a system in a Region.
#[derive(Clone, Debug)]
pub struct Control {
    account: Account,
    sdk: Client,
    table: String,
    tags: Tags,
}

/// The name of the table of a system.
pub(crate) fn table(system: &str) -> String {
    format!("{system}-control")
}

impl Control {
    /// The table, which need not exist. `tags` are what the description demands of every resource.
    #[must_use]
    pub fn new(account: &Account, tags: &Tags) -> Self {
        let account = account.for_data();
        let mut tags = tags.clone();
        tags.insert(SYSTEM_TAG.to_owned(), account.system().to_owned());
        Self {
            sdk: account.client(),
            table: table(account.system()),
            account,
            tags,
        }
    }

    /// The name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Whether a row cannot be read or written since there is no table.
    fn is_absent(error: &DriverError) -> bool {
        error.is("ResourceNotFoundException")
    }

    /// Creates the table if it does not exist, and waits until it can be used, or is gone: it may be
    /// that another run is deleting it.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    async fn create(&self) -> Result<(), DriverError> {
        match self.send_create().await {
            Err(error) if error.is("ResourceInUseException") => {}
            created => created?,
        }
        let settled =
            |status: Option<TableStatus>| status.is_none_or(|status| status == TableStatus::Active);
        self.wait("to be active", settled).await
    }

    /// Waits for a status of the table, `None` if there is none.
    async fn wait(
        &self,
        what: &str,
        holds: impl Fn(Option<TableStatus>) -> bool,
    ) -> Result<(), DriverError> {
        let look = || async {
            let call = self.sdk.describe_table().table_name(&self.table).send();
            let status = match call.sent("dynamodb:DescribeTable").await {
                Err(error) if Self::is_absent(&error) => None,
                answer => answer?.table.and_then(|table| table.table_status),
            };
            let shown = status
                .as_ref()
                .map_or("not there", |status| status.as_str());
            let shown = shown.to_owned();
            Ok(if holds(status) { Ok(()) } else { Err(shown) })
        };
        until(&format!("the table {} {what}", self.table), TABLE, look).await
    }

    async fn send_create(&self) -> Result<(), DriverError> {
        let (mut call, built) = (self.sdk.create_table(), "an attribute is complete");
        for (name, key) in [(KIND, KeyType::Hash), (NAME, KeyType::Range)] {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build();
            let element = KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(key)
                .build();
            let invalid = |_| DriverError::internal(built);
            call = call
                .attribute_definitions(definition.map_err(invalid)?)
                .key_schema(element.map_err(invalid)?);
        }
        for (key, value) in &self.tags {
            let tag = Tag::builder().key(key).value(value).build();
            call = call.tags(tag.map_err(|_| DriverError::internal(built))?);
        }
        call.table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .send()
            .done("dynamodb:CreateTable")
            .await
    }

    /// Deletes the table, if it exists: nothing of the system is left. One that another run is just
    /// creating is that run's.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn delete(&self) -> Result<(), DriverError> {
        let call = self.sdk.delete_table().table_name(&self.table).send();
        match call.done("dynamodb:DeleteTable").await {
            Err(error) if Self::is_absent(&error) || error.is("ResourceInUseException") => {
                return Ok(());
            }
            answer => answer?,
        }
        self.wait("to be gone", |status| status.is_none()).await
    }

    /// All rows of a kind, by name; none if there is no table.
    async fn rows(&self, kind: &str) -> Result<BTreeMap<String, Row>, DriverError> {
        let rows = self
            .sdk
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#kind = :kind")
            .expression_attribute_names("#kind", KIND)
            .expression_attribute_values(":kind", AttributeValue::S(kind.to_owned()))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .sent("dynamodb:Query")
            .await;
        let rows = match rows {
            Err(error) if Self::is_absent(&error) => Vec::new(),
            rows => rows?,
        };
        let named = rows.into_iter();
        Ok(named
            .filter_map(|row| Some((row::text(&row, NAME)?, row)))
            .collect())
    }
}
