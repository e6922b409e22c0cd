//! Receipts that operators wait for, as the functions write them: see [`toggle_contract::receipt`].

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use toggle_contract::receipt::{self, LIFETIME_SECONDS, Share};
use tracing::warn;

use crate::clock::bounded;
use crate::coalesce::Pending;
use crate::event::StreamEvent;
use crate::item::{Item, toggle_id};
use crate::line::Delivery;
use crate::policy::Rule;
use crate::ports::{Callback, Connections};
use crate::sending::Counts;

/// Messages that work was left to, each with the number of its connections, or zero.
pub type Rests = BTreeMap<String, u64>;

/// The place of a share: an attribute of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The receipt's key.
    pub receipt: String,
    /// The attribute.
    pub name: String,
}

/// The receipts that a batch of changes asks for, by toggle.
///
/// The request is read from a record, not from the table: each writer's change has a record of its
/// own, however soon another follows. The state that is sent for it is at least as new.
#[derive(Debug, Default)]
pub struct Requests(BTreeMap<String, BTreeSet<String>>);

impl Requests {
    /// Those of a batch.
    #[must_use]
    pub fn of(event: &StreamEvent) -> Self {
        let mut requests = Self::default();
        for record in &event.records {
            let key = record.change.new_image.as_ref().and_then(requested);
            if let (Some(id), Some(key)) = (toggle_id(&record.change.keys), key) {
                let keys = requests.0.entry(id.to_owned()).or_default();
                keys.insert(key.to_owned());
            }
        }
        requests
    }

    /// The places for the first share of these toggles, which are then no longer requested.
    pub fn take(&mut self, toggles: &[Pending]) -> Vec<Place> {
        let places = toggles.iter().flat_map(|toggle| {
            let keys = self.0.remove(&toggle.id).unwrap_or_default();
            keys.into_iter().map(|receipt| Place {
                receipt,
                name: receipt::of_toggle(&toggle.id),
            })
        });
        places.collect()
    }
}

/// The receipt that an item asks for. Nothing else is written under the key that it names.
fn requested(item: &Item) -> Option<&str> {
    let key = item
        .get(receipt::REQUEST)?
        .get("S")
        .and_then(Value::as_str)?;
    key.starts_with(receipt::PREFIX).then_some(key)
}

/// The request in a message of the queue: the message has a share in these receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The receipts' keys.
    pub receipts: BTreeSet<String>,
    /// The name of the message in them.
    pub message: String,
}

impl Request {
    /// The places for the message's share.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.receipts.iter().map(|receipt| Place {
            receipt: receipt.clone(),
            name: receipt::of_message(&self.message),
        })
    }
}

/// The receipts of some places.
#[must_use]
pub fn receipts(places: &[Place]) -> BTreeSet<String> {
    places.iter().map(|place| place.receipt.clone()).collect()
}

/// Stores a share in its places. One that cannot be stored is only missed by an operator who waits for
/// it: no record is repeated for that.
pub async fn report<C: Connections, P: Callback>(
    places: &[Place],
    counts: Counts,
    rests: Rests,
    exchange: &Delivery<'_, C, P>,
) {
    let accounts = exchange.policy.keeps(Rule::Account);
    let share = Share {
        told: counts.told,
        unreached: counts.unreached,
        rests: if accounts { rests } else { Rests::new() },
    };
    let expiry = exchange.clock.now_ms() / 1_000 + LIFETIME_SECONDS;
    let (share, until) = (&share, exchange.deadline.close);
    let reports = stream::iter(places).map(|place| async move {
        let report = exchange.connections.report(place, share, expiry);
        if let Err(error) = bounded(until, report).await {
            let error = &error as &dyn std::error::Error;
            warn!(error, receipt = place.receipt, "receipt cannot be written");
        }
    });
    let reports = reports.buffer_unordered(exchange.policy.concurrency);
    reports.collect::<()>().await;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::changes;

    fn pending(id: &str) -> Pending {
        Pending {
            needs: BTreeMap::new(),
            id: id.to_owned(),
            item: None,
            first: 0,
        }
    }

    fn place(receipt: &str, id: &str) -> Place {
        Place {
            receipt: receipt.to_owned(),
            name: receipt::of_toggle(id),
        }
    }

    /// Two operators change a toggle one soon after the other: a batch has a record of each.
    #[test]
    fn every_request_of_a_batch_is_taken_once() {
        let mut event = changes(&[("1", Some(1)), ("1", Some(2)), ("2", Some(1)), ("3", None)]);
        let keys = ["receipt:a", "receipt:b", "c"];
        for (record, key) in event.records.iter_mut().zip(keys) {
            let image = record.change.new_image.as_mut().unwrap();
            image.insert(receipt::REQUEST.into(), json!({ "S": key }));
        }
        let mut requests = Requests::of(&event);
        assert_eq!(
            requests.take(&[pending("2"), pending("3")]),
            [],
            "no receipt"
        );
        let both = [place("receipt:a", "1"), place("receipt:b", "1")];
        assert_eq!(requests.take(&[pending("1")]), both);
        assert_eq!(requests.take(&[pending("1")]), []);
    }
}
