//! Receipts of changes: see [`toggle_contract::receipt`].

use std::collections::BTreeMap;
use std::time::Duration;

use aws::{Account, failed};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, Serializer};
use toggle_contract::CONNECTION_KEY;
use toggle_contract::receipt::{Delivery, PREFIX, Share};
use toggle_table::now_ms;
use tokio::time::{Instant, sleep};

use super::error::ServiceError;

/// How often a receipt is read.
const POLL: Duration = Duration::from_millis(200);

/// A receipt, which the functions write once a change has asked for it.
#[derive(Clone, Debug)]
pub struct Receipt {
    client: Client,
    table: String,
    key: String,
}

/// How far a change was delivered when its operator stopped waiting.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Waited {
    /// The connections.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// How long it took.
    #[serde(rename = "seconds", serialize_with = "fraction")]
    pub took: Duration,
}

impl Waited {
    /// How long it took, in seconds to the tenth.
    #[must_use]
    pub fn seconds(&self) -> String {
        format!("{:.1}", self.took.as_secs_f64())
    }

    /// Checks that all connections accepted the change.
    ///
    /// # Errors
    /// [`ServiceError::Undelivered`].
    pub fn check(self) -> Result<(), ServiceError> {
        if self.delivery.is_whole() {
            return Ok(());
        }
        Err(ServiceError::Undelivered(self))
    }
}

fn fraction<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((took.as_secs_f64() * 1e3).round() / 1e3)
}

impl Receipt {
    /// A new receipt in the connections table of this name, which is read once: so a permission that is
    /// missing is reported before anything is written.
    pub async fn open(account: &Account, table: String) -> Result<Self, ServiceError> {
        let receipt = Self::new(account.client(), table);
        receipt.shares().await?;
        Ok(receipt)
    }

    fn new(client: Client, table: String) -> Self {
        // Without randomness, the time tells two receipts apart.
        let random = getrandom::u64().unwrap_or_else(|_| now_ms());
        let key = format!("{PREFIX}{random:016x}");
        Self { client, table, key }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Waits until all connections are accounted for, for changes of these toggles that were just
    /// written, or for the given time.
    pub async fn wait(&self, toggles: &[String], limit: Duration) -> Result<Waited, ServiceError> {
        let began = Instant::now();
        loop {
            let shares = self.shares().await?;
            let delivery = Delivery::of(toggles.iter().map(String::as_str), &shares);
            let took = began.elapsed();
            if delivery.complete || took >= limit {
                return Ok(Waited { delivery, took });
            }
            sleep(POLL.min(limit.saturating_sub(took))).await;
        }
    }

    async fn shares(&self) -> Result<BTreeMap<String, Share>, ServiceError> {
        let call = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .key(CONNECTION_KEY, AttributeValue::S(self.key.clone()));
        let answer = call.send().await.map_err(failed("dynamodb:GetItem"))?;
        let attributes = answer.item.unwrap_or_default().into_iter();
        let share = |(name, value): (String, AttributeValue)| {
            let share = serde_json::from_str(value.as_s().ok()?).ok()?;
            Some((name, share))
        };
        Ok(attributes.filter_map(share).collect())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
    use fake_aws::FakeAws;
    use serde_json::json;

    use super::*;
    use crate::hint::Hint as _;

    const NOTHING: (&str, u16, &str) = ("GetItem", 200, "{}");

    /// What a receipt says that has these answers, the last one repeatedly, after a minute at most.
    async fn wait(toggles: &[&str], answers: &[(&'static str, u16, &'static str)]) -> Waited {
        let last = *answers.last().unwrap();
        let answers = answers
            .iter()
            .copied()
            .chain(std::iter::repeat_n(last, 400));
        let fake = FakeAws::new(answers.collect::<Vec<_>>());
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .endpoint_url("https://fake")
            .http_client(fake.client())
            .build();
        let receipt = Receipt::new(Client::from_conf(config), "connections".to_owned());
        let toggles: Vec<_> = toggles.iter().map(ToString::to_string).collect();
        let waited = receipt.wait(&toggles, Duration::from_mins(1)).await;
        assert!(fake.requests()[0].contains(receipt.key()));
        waited.unwrap()
    }

    fn told(waited: Waited) -> (String, String) {
        let error = waited.check().unwrap_err();
        (error.to_string(), error.hint().unwrap().into_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_until_every_function_has_reported() {
        let some = (
            "GetItem",
            200,
            r#"{"Item":{"connectionId":{"S":"receipt:a"},"expiry":{"N":"1"},
                "toggle 1":{"S":"{\"told\":0,\"unreached\":0,\"rests\":{\"m\":0,\"n\":0}}"},
                "message m":{"S":"{\"told\":5,\"unreached\":0,\"rests\":{}}"}}}"#,
        );
        let all = (
            "GetItem",
            200,
            r#"{"Item":{"toggle 1":{"S":"{\"told\":0,\"unreached\":0,\"rests\":{\"m\":0,\"n\":0}}"},
                "message m":{"S":"{\"told\":5,\"unreached\":0,\"rests\":{}}"},
                "message n":{"S":"{\"told\":2,\"unreached\":0,\"rests\":{}}"}}}"#,
        );
        let waited = wait(&["1"], &[NOTHING, some, all]).await;
        waited.check().unwrap();
        let json = serde_json::to_value(waited).unwrap();
        let wanted = json!({"connections": 7, "told": 7, "complete": true, "seconds": 0.4});
        assert_eq!(json, wanted);

        let (error, help) = told(wait(&["1"], &[some]).await);
        assert_eq!(
            error,
            "the change is written, and 5 of 5 connections accepted it within 60.0 s, as far as is known"
        );
        assert!(help.contains("toggle-slice"), "{help}");
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_an_error_that_says_what_to_check() {
        let (error, help) = told(wait(&["1"], &[NOTHING]).await);
        assert_eq!(
            error,
            "the change is written, and no function reported its delivery within 60.0 s"
        );
        assert!(help.contains("`frontage plan`"), "{help}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_was_closed_was_not_told() {
        let closed = (
            "GetItem",
            200,
            r#"{"Item":{"toggle 1":{"S":"{\"told\":4,\"unreached\":1,\"rests\":{}}"}}}"#,
        );
        let (error, help) = told(wait(&["1"], &[closed]).await);
        assert_eq!(
            error,
            "the change is written, and 4 of 5 connections accepted it; the others were closed"
        );
        assert!(help.contains("connect again"), "{help}");
    }
}
