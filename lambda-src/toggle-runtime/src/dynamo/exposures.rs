//! The table of exposures, and the toggles that are counted in it.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use toggle_contract::exposure::{COUNT_PREFIX, DAY, EXPIRY};
use toggle_contract::{REMOVED, TOGGLE_KEY, VARIANT, VARIANTS};

use super::{SdkItem, TogglesTable, failed, toggle, with_id};
use crate::item::State;
use crate::ports::TableError;

/// How often what a read left out is read again. `DynamoDB` leaves out what is above 16 MB, or throttled (its API
/// reference, `BatchGetItem`).
const READS: usize = 3;

/// The table of exposures.
#[derive(Debug, Clone)]
pub struct ExposuresTable {
    /// The client.
    pub client: Client,
    /// The table's name.
    pub name: String,
}

impl TogglesTable {
    /// Those of at most 100 toggles that are there, with what their answers can be. One that a throttled table left out
    /// again and again is missing.
    pub async fn answers(&self, ids: &BTreeSet<&str>) -> Result<State, TableError> {
        let mut keys: Vec<SdkItem> = ids.iter().map(|id| key(id)).collect();
        let mut state = State::new();
        for _ in 0..READS {
            if keys.is_empty() {
                break;
            }
            let asked = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .projection_expression("#id, #variants, #variant, #removed")
                .expression_attribute_names("#id", TOGGLE_KEY)
                .expression_attribute_names("#variants", VARIANTS)
                .expression_attribute_names("#variant", VARIANT)
                .expression_attribute_names("#removed", REMOVED)
                .build();
            let asked = asked.map_err(|source| failed("read items of", &self.name, source))?;
            let get = self.client.batch_get_item();
            let got = get.request_items(&self.name, asked).send().await;
            let got = got.map_err(|source| failed("read items of", &self.name, source))?;
            let items = got.responses.unwrap_or_default().into_values().flatten();
            state.extend(items.filter_map(|item| with_id(toggle(&item))));
            let left = got.unprocessed_keys.unwrap_or_default().into_values();
            keys = left.flat_map(|left| left.keys).collect();
        }
        Ok(state)
    }
}

impl ExposuresTable {
    /// Counts one page load in which a toggle was asked for, for each of its answers, until `expiry` in seconds since
    /// the epoch.
    pub async fn count(
        &self,
        id: &str,
        day: &str,
        answers: &BTreeSet<String>,
        expiry: u64,
    ) -> Result<(), TableError> {
        let names = answers
            .iter()
            .enumerate()
            .map(|(place, answer)| (format!("#{place}"), format!("{COUNT_PREFIX}{answer}")));
        let names: Vec<_> = names.collect();
        let additions: Vec<_> = names
            .iter()
            .map(|(name, _)| format!("{name} :one"))
            .collect();
        let update = self.client.update_item().table_name(&self.name);
        let mut update = update
            .set_key(Some(key(id)))
            .key(DAY, AttributeValue::S(day.to_owned()))
            .update_expression(format!(
                "ADD {} SET #expiry = :expiry",
                additions.join(", ")
            ))
            .expression_attribute_names("#expiry", EXPIRY)
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":expiry", AttributeValue::N(expiry.to_string()));
        for (name, attribute) in names {
            update = update.expression_attribute_names(name, attribute);
        }
        let updated = update.send().await;
        updated.map_err(|source| failed("update an item of", &self.name, source))?;
        Ok(())
    }
}

fn key(id: &str) -> SdkItem {
    SdkItem::from([(TOGGLE_KEY.to_owned(), AttributeValue::S(id.to_owned()))])
}
