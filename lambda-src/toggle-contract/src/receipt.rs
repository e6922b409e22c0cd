//! Receipts: how many connections accepted a change, for an operator who waits for that.
//!
//! The operator chooses the key of a receipt and writes it into the toggle, as [`REQUEST`]. Each
//! function that has sent the change to its part of the connections stores a [`Share`] in the item of
//! that key in the connections table, as an attribute of its own: a share that is stored again
//! replaces the first. What a share leaves to messages of the queue of slices it names, and the
//! shares of those are found by that. So no share counts twice, and one that is missing is known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The attribute of a toggle with the key of the receipt that is asked for. It is sent to no client.
pub const REQUEST: &str = "deliveryReceipt";
/// The beginning of a receipt's key. The ids of connections are Base64, which has no colon.
pub const PREFIX: &str = "receipt:";
/// How long a receipt is kept after its last share.
pub const LIFETIME_SECONDS: u64 = 3_600;

/// What one function did for its part of the connections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Connections that accepted the change.
    pub told: u64,
    /// Connections that could not be reached and were closed: their clients get the state when they
    /// connect again.
    pub unreached: u64,
    /// The messages that it left the others to, each with its number of connections. A message for
    /// a segment of the table has zero: their number is not known before.
    pub rests: BTreeMap<String, u64>,
}

/// The attribute of the share of a change's first function, for a toggle.
#[must_use]
pub fn of_toggle(id: &str) -> String {
    format!("toggle {id}")
}

/// The attribute of the share for a message of the queue.
#[must_use]
pub fn of_message(id: &str) -> String {
    format!("message {id}")
}

/// The sum of the shares of a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The connections as far as they are known. Those that ended meanwhile are not counted, nor
    /// those that are not open yet: they get the state once they are.
    pub connections: u64,
    /// Those that accepted the change.
    pub told: u64,
    /// Whether no share is missing.
    pub complete: bool,
}

impl Delivery {
    /// The delivery of the least favourable of these toggles, by the shares in a receipt.
    #[must_use]
    pub fn of<'t>(
        toggles: impl IntoIterator<Item = &'t str>,
        shares: &BTreeMap<String, Share>,
    ) -> Self {
        let deliveries = toggles.into_iter().map(|id| Self::of_one(id, shares));
        let rank = |delivery: &Self| (!delivery.complete, delivery.missing(), delivery.connections);
        let none = Self {
            complete: true,
            ..Self::default()
        };
        deliveries.max_by_key(rank).unwrap_or(none)
    }

    fn of_one(toggle: &str, shares: &BTreeMap<String, Share>) -> Self {
        let mut sum = Self {
            complete: true,
            ..Self::default()
        };
        let mut names = vec![(of_toggle(toggle), 0)];
        while let Some((name, connections)) = names.pop() {
            let Some(share) = shares.get(&name) else {
                sum.complete = false;
                sum.connections += connections;
                continue;
            };
            sum.told += share.told;
            sum.connections += share.told + share.unreached;
            let rests = share.rests.iter();
            names.extend(rests.map(|(id, connections)| (of_message(id), *connections)));
        }
        sum
    }

    /// The connections that have not accepted the change.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        self.connections - self.told
    }

    /// Whether all connections accepted the change.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.complete && self.missing() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(told: u64, unreached: u64, rests: &[(&str, u64)]) -> Share {
        Share {
            told,
            unreached,
            rests: rests.iter().map(|(id, n)| ((*id).to_owned(), *n)).collect(),
        }
    }

    fn delivery(toggles: &[&str], shares: &[(String, Share)]) -> (u64, u64, bool) {
        let shares = shares.iter().cloned().collect();
        let of = Delivery::of(toggles.iter().copied(), &shares);
        assert_eq!(of.is_whole(), of.complete && of.told == of.connections);
        (of.told, of.connections, of.complete)
    }

    #[test]
    fn shares_are_found_by_the_messages_that_others_name() {
        let mut shares = vec![
            (of_toggle("1"), share(5, 1, &[("a", 0), ("b", 3)])),
            (of_message("a"), share(7, 0, &[("c", 0)])),
            // A message of an attempt that was repeated: the share that named it is replaced.
            (of_message("x"), share(100, 0, &[])),
        ];
        assert_eq!(delivery(&["1"], &shares), (12, 16, false));
        shares.push((of_message("b"), share(2, 1, &[])));
        assert_eq!(delivery(&["1"], &shares), (14, 16, false));
        shares.push((of_message("c"), share(1, 0, &[])));
        assert_eq!(delivery(&["1"], &shares), (15, 17, true));
    }

    #[test]
    fn of_several_toggles_the_worst_counts() {
        let mut shares = vec![
            (of_toggle("1"), share(5, 0, &[])),
            (of_toggle("2"), share(4, 1, &[])),
        ];
        assert_eq!(delivery(&["1", "2"], &shares), (4, 5, true));
        assert_eq!(delivery(&["1", "2", "3"], &shares), (0, 0, false));
        shares[1].1 = share(6, 0, &[]);
        assert_eq!(delivery(&["1", "2"], &shares), (6, 6, true));
        assert_eq!(delivery(&[], &shares), (0, 0, true));
    }

    #[test]
    fn a_share_is_json_that_both_sides_know() {
        let json = r#"{"told":5,"unreached":1,"rests":{"a":3}}"#;
        assert_eq!(
            serde_json::to_string(&share(5, 1, &[("a", 3)])).ok(),
            Some(json.to_owned())
        );
        assert_eq!(
            serde_json::from_str(json).ok(),
            Some(share(5, 1, &[("a", 3)]))
        );
    }
}
