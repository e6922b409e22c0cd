//! The row that binds the name of a system to its id.
//!
//! Every resource records the id, so a row that was lost is written again from what stands.

use std::time::SystemTime;

use engine::DriverError;
use serde::Serialize;

use super::lease::milliseconds;
use super::row::{now, s, text};
use super::{Control, KIND, NAME, Row, table};
use crate::kit::call::Call as _;

/// The kind of the row.
const SYSTEM: &str = "system";

/// Which system a name is of in an account and a Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Binding {
    /// The system's name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// The account's 12 digits.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Since when, in UTC: `2026-01-31T12:00:00.000Z`.
    pub since: String,
}

impl Binding {
    fn of(row: &Row) -> Option<Self> {
        Some(Self {
            name: text(row, NAME)?,
            id: text(row, "id")?,
            account: text(row, "account")?,
            region: text(row, "region")?,
            since: text(row, "since")?,
        })
    }
}

/// An id for a new system, at random: 8 of `0-9a-f`.
#[must_use]
pub fn new_id() -> String {
    let random = getrandom::u64().unwrap_or_else(|_| milliseconds(SystemTime::now()));
    format!("{random:016x}")[8..].to_owned()
}

impl Control {
    /// The system that the name is bound to; `None` before its first write.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn binding(&self) -> Result<Option<Binding>, DriverError> {
        self.binding_of(self.account.system()).await
    }

    /// The same of a system of another name, in the same account and Region.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn binding_of(&self, system: &str) -> Result<Option<Binding>, DriverError> {
        let row = self
            .sdk
            .get_item()
            .table_name(table(system))
            .consistent_read(true)
            .key(KIND, s(SYSTEM))
            .key(NAME, s(system))
            .send()
            .sent("dynamodb:GetItem")
            .await;
        match row {
            Err(error) if Self::is_absent(&error) => Ok(None),
            row => Ok(row?.item.as_ref().and_then(Binding::of)),
        }
    }

    /// Binds the name to an id. False if it is bound to another one.
    ///
    /// # Errors
    /// `DynamoDB`'s.
    pub async fn bind(&self, id: &str) -> Result<bool, DriverError> {
        let put = self
            .sdk
            .put_item()
            .table_name(&self.table)
            .item(KIND, s(SYSTEM))
            .item(NAME, s(self.account.system()))
            .item("id", s(id))
            .item("account", s(self.account.id()))
            .item("region", s(self.account.region()))
            .item("since", s(now()))
            .condition_expression("attribute_not_exists(id) OR id = :id")
            .expression_attribute_values(":id", s(id))
            .send()
            .done("dynamodb:PutItem")
            .await;
        match put {
            Err(error) if error.is("ConditionalCheckFailedException") => Ok(false),
            put => put.map(|()| true),
        }
    }
}
