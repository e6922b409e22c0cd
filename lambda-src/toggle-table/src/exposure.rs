//! Who asked for toggles, and what was answered: the counts of the connection manager, for each day.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use toggle_contract::TOGGLE_KEY;
use toggle_contract::exposure::{COUNT_PREFIX, DAY};

use crate::call::failed;
use crate::draft::Item;
use crate::error::TogglesError;
use crate::history::time;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The table of exposures.
#[derive(Clone, Debug)]
pub struct Exposures {
    client: Client,
    table: String,
}

/// In how many of the counted page loads a toggle was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Exposure {
    /// The counts of each day on which it was asked for, by answer. A day is in UTC: `2026-11-30`.
    pub by_day: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Exposure {
    /// The last day on which it was asked for.
    #[must_use]
    pub fn last(&self) -> Option<&str> {
        self.by_day.keys().next_back().map(String::as_str)
    }

    /// The counts of all days together, by answer.
    #[must_use]
    pub fn answers(&self) -> BTreeMap<&str, u64> {
        let mut sums = BTreeMap::new();
        for (answer, count) in self.by_day.values().flatten() {
            *sums.entry(answer.as_str()).or_default() += count;
        }
        sums
    }

    fn add(&mut self, item: &Item) {
        let Some(day) = item.get(DAY).and_then(|day| day.as_s().ok()) else {
            return;
        };
        let counts = item.iter().filter_map(|(name, count)| {
            let answer = name.strip_prefix(COUNT_PREFIX)?;
            Some((answer.to_owned(), count.as_n().ok()?.parse().ok()?))
        });
        self.by_day.entry(day.clone()).or_default().extend(counts);
    }
}

/// The day of a time in milliseconds since the epoch, in UTC: `2026-11-30`.
#[must_use]
pub fn day(ms: u64) -> String {
    time(ms).chars().take_while(|of| *of != 'T').collect()
}

/// The first of so many days, of which the last is the day of `now_ms`.
#[must_use]
pub fn first_day(now_ms: u64, days: u64) -> String {
    let before = days.saturating_sub(1).saturating_mul(DAY_MS);
    day(now_ms.saturating_sub(before))
}

impl Exposures {
    /// The table of this name.
    #[must_use]
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// What was asked for since a day, by the toggle's id, also of toggles that are gone. A toggle that nobody asked
    /// for is not among them.
    pub async fn of_all(
        &self,
        since_day: &str,
    ) -> Result<BTreeMap<String, Exposure>, TogglesError> {
        let scan = self.client.scan().table_name(&self.table);
        let scan = scan
            .filter_expression("#day >= :since")
            .expression_attribute_names("#day", DAY)
            .expression_attribute_values(":since", AttributeValue::S(since_day.to_owned()));
        let mut pages = scan.into_paginator().items().send();
        let mut found = BTreeMap::<String, Exposure>::new();
        while let Some(item) = pages.try_next().await.map_err(failed("dynamodb:Scan"))? {
            if let Some(id) = item.get(TOGGLE_KEY).and_then(|id| id.as_s().ok()) {
                found.entry(id.clone()).or_default().add(&item);
            }
        }
        Ok(found)
    }

    /// What was asked of one toggle since a day.
    pub async fn of_one(&self, id: &str, since_day: &str) -> Result<Exposure, TogglesError> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let query = self.client.query().table_name(&self.table);
        let query = query
            .key_condition_expression("#id = :id AND #day >= :since")
            .expression_attribute_names("#id", TOGGLE_KEY)
            .expression_attribute_names("#day", DAY)
            .expression_attribute_values(":id", text(id))
            .expression_attribute_values(":since", text(since_day));
        let mut pages = query.into_paginator().items().send();
        let mut found = Exposure::default();
        while let Some(item) = pages.try_next().await.map_err(failed("dynamodb:Query"))? {
            found.add(&item);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;
    use serde_json::json;

    use super::*;
    use crate::fake::{last, table};

    fn exposures(fake: &FakeAws) -> Exposures {
        Exposures::new(table(fake), "exposures".to_owned())
    }

    #[test]
    fn thirty_days_end_today() {
        let now = 1_764_503_999_123;
        assert_eq!(day(now), "2025-11-30");
        assert_eq!(first_day(now, 30), "2025-11-01");
        assert_eq!(first_day(now, 1), "2025-11-30");
    }

    #[tokio::test]
    async fn all_toggles_are_read_page_by_page() {
        let first = json!({"Items": [
            {"featureId": {"S": "1"}, "day": {"S": "2026-11-29"}, "answer:on": {"N": "3"}, "expiry": {"N": "9"}},
            {"featureId": {"S": "2"}, "day": {"S": "2026-11-30"}, "answer:blue": {"N": "1"}},
        ], "LastEvaluatedKey": {"featureId": {"S": "2"}, "day": {"S": "2026-11-30"}}});
        let second = json!({"Items": [{"featureId": {"S": "1"}, "day": {"S": "2026-11-30"},
            "answer:on": {"N": "4"}, "answer:off": {"N": "2"}}]});
        let (first, second) = (first.to_string(), second.to_string());
        let fake = FakeAws::new([("Scan", 200, first.as_str()), ("Scan", 200, &second)]);
        let found = exposures(&fake).of_all("2026-11-01").await.unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), ["1", "2"]);
        let one = &found["1"];
        assert_eq!(one.last(), Some("2026-11-30"));
        assert_eq!(one.answers(), BTreeMap::from([("off", 2), ("on", 7)]));
        assert_eq!(
            serde_json::to_value(one).unwrap(),
            json!({"2026-11-29": {"on": 3}, "2026-11-30": {"off": 2, "on": 4}})
        );
        let scan = last(&fake);
        assert_eq!(scan["FilterExpression"], "#day >= :since");
        assert_eq!(
            scan["ExpressionAttributeValues"],
            json!({":since": {"S": "2026-11-01"}})
        );
    }

    #[tokio::test]
    async fn one_toggle_is_read_by_its_key() {
        let fake = FakeAws::new([("Query", 200, r#"{"Items": []}"#)]);
        let found = exposures(&fake).of_one("1", "2026-11-01").await.unwrap();
        assert_eq!((found.last(), found.answers().len()), (None, 0));
        let query = last(&fake);
        assert_eq!(
            query["KeyConditionExpression"],
            "#id = :id AND #day >= :since"
        );
    }
}
