//! Counts what clients tell that they asked for: `toggle_contract::exposure` says how they tell.
//!
//! Anybody who may connect can tell anything: what is no toggle, or no answer that the toggle can give, is not counted, so
//! there is nothing in the table but what the toggles' own names and variants allow. Nothing fails because of a message: it
//! is a sample, and whoever sent it does not wait for an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;
use toggle_contract::exposure::{LIFETIME_SECONDS, OFF, ON, TOGGLES_LIMIT};
use toggle_contract::{CONNECT_TIMEOUT_SECONDS, VARIANT, VARIANTS};
use toggle_rules::is_segment;
use tokio::time::Instant;
use tracing::error;

use crate::clock::{Clock, bounded};
use crate::dynamo::{ExposuresTable, TogglesTable};
use crate::item::{Item, State, is_tombstone};
use crate::ports::TableError;

/// How many toggles are counted at once.
const CONCURRENCY: usize = 16;

/// How long the tables have: the function must be done before Lambda stops it, which would be an error.
const PATIENCE: Duration = Duration::from_secs(6);
const _: () = assert!(PATIENCE.as_secs() < CONNECT_TIMEOUT_SECONDS as u64);

/// The longest id of a toggle, in bytes: that of a key. Source: the `DynamoDB` developer guide, `Constraints`.
const ID_LIMIT: usize = 2_048;

/// The tables of what is counted.
#[derive(Debug)]
pub struct Exposures {
    /// The toggles, of which others are not counted.
    pub toggles: TogglesTable,
    /// The counts.
    pub counts: ExposuresTable,
}

/// What became of a message, in toggles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Counted.
    pub counted: usize,
    /// Not counted, since there is no such toggle or it has no such answer.
    pub unknown: usize,
    /// Not counted, since a table failed.
    pub failed: usize,
    /// Whether the message is none, or has too many toggles: then none was counted.
    pub is_malformed: bool,
}

/// What a client tells.
#[derive(Deserialize)]
struct Message {
    /// The answers by toggle.
    toggles: Told,
}

type Told = BTreeMap<String, BTreeSet<String>>;

impl Exposures {
    /// Counts what the body of a message tells.
    pub async fn count(&self, body: Option<&str>, clock: &Clock) -> Counted {
        let Some(told) = body.and_then(read) else {
            let is_malformed = true;
            return Counted {
                is_malformed,
                ..Counted::default()
            };
        };
        let until = Instant::now() + PATIENCE;
        let number = told.len();
        let ids = told.keys().map(String::as_str).filter(|id| may_be(id));
        let ids = ids.collect();
        let known = match bounded(until, self.toggles.answers(&ids)).await {
            Ok(known) => answered(told, &known),
            Err(failure) => {
                log(&failure);
                return Counted {
                    failed: number,
                    ..Counted::default()
                };
            }
        };
        let unknown = number - known.len();
        let failed = self.add(&known, clock.now_ms(), until).await;
        Counted {
            counted: known.len() - failed,
            unknown,
            failed,
            is_malformed: false,
        }
    }

    /// Adds to the counts of a time in milliseconds since the epoch. Returns of how many toggles that failed.
    async fn add(&self, known: &Told, now_ms: u64, until: Instant) -> usize {
        let day = &day(now_ms);
        let expiry = now_ms / 1_000 + LIFETIME_SECONDS;
        let all = known.iter().map(|(id, answers)| async move {
            let count = self.counts.count(id, day, answers, expiry);
            let counted = bounded(until, count).await;
            counted.inspect_err(log).is_err()
        });
        let failed = stream::iter(all).buffer_unordered(CONCURRENCY);
        failed
            .filter(|failed| std::future::ready(*failed))
            .count()
            .await
    }
}

fn read(body: &str) -> Option<Told> {
    let Message { toggles } = serde_json::from_str(body).ok()?;
    (toggles.len() <= TOGGLES_LIMIT).then_some(toggles)
}

/// Whether this can be the id of a toggle: a read of one that cannot would fail for all.
fn may_be(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_LIMIT && !is_segment(id)
}

/// What was told of toggles that are there, with the answers that they can give.
fn answered(told: Told, known: &State) -> Told {
    let told = told.into_iter().filter_map(|(id, mut answers)| {
        let item = known.get(&id).filter(|item| !is_tombstone(item))?;
        answers.retain(|answer| gives(item, answer));
        (!answers.is_empty()).then_some((id, answers))
    });
    told.collect()
}

/// Whether a toggle can give an answer. Without variants it is on or off, or has a variant of its own; with variants it
/// may be off for all.
fn gives(item: &Item, answer: &str) -> bool {
    let variants = item.get(VARIANTS).and_then(|of| of.get("M")?.as_object());
    if let Some(variants) = variants {
        return variants.contains_key(answer) || answer == OFF;
    }
    let own = item.get(VARIANT).and_then(|of| of.get("S")?.as_str());
    [ON, OFF].contains(&answer) || own == Some(answer)
}

/// The day of a time in milliseconds since the epoch, in UTC: `2026-11-30`.
fn day(ms: u64) -> String {
    let time = DateTime::from_secs(i64::try_from(ms / 1_000).unwrap_or(i64::MAX));
    let time = time.fmt(Format::DateTime).unwrap_or_default();
    time.chars().take_while(|of| *of != 'T').collect()
}

fn log(failure: &TableError) {
    let failure = failure as &dyn Error;
    error!(error = failure, "not counted");
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;
    use serde_json::{Value, json};

    use super::*;
    use crate::wire::{bodies, tables};

    const NOON: u64 = 1_764_504_000_123;

    async fn count(fake: &FakeAws, body: &str) -> Counted {
        let exposures = Exposures {
            toggles: TogglesTable {
                client: tables(fake),
                name: "toggles".into(),
            },
            counts: ExposuresTable {
                client: tables(fake),
                name: "exposures".into(),
            },
        };
        exposures.count(Some(body), &Clock::at(NOON)).await
    }

    fn told(toggles: &Value) -> String {
        json!({"action": "exposed", "toggles": toggles}).to_string()
    }

    fn found(items: &Value) -> String {
        json!({"Responses": {"toggles": items}}).to_string()
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_added_to_the_count_of_its_day() {
        let plain = found(&json!([{"featureId": {"S": "1"}}]));
        let fake = FakeAws::new([
            ("BatchGetItem", 200, plain.as_str()),
            ("UpdateItem", 200, "{}"),
        ]);
        let counted = count(&fake, &told(&json!({"1": ["on", "off"]}))).await;
        assert_eq!(
            (counted.counted, counted.unknown, counted.failed),
            (1, 0, 0)
        );
        let [get, update] = &bodies(&fake)[..] else {
            panic!("{fake:?}");
        };
        let asked = &get["RequestItems"]["toggles"];
        assert_eq!(asked["Keys"], json!([{"featureId": {"S": "1"}}]));
        assert_eq!(
            update,
            &json!({
                "TableName": "exposures",
                "Key": {"featureId": {"S": "1"}, "day": {"S": "2025-11-30"}},
                "UpdateExpression": "ADD #0 :one, #1 :one SET #expiry = :expiry",
                "ExpressionAttributeNames": {"#0": "answer:off", "#1": "answer:on", "#expiry": "expiry"},
                "ExpressionAttributeValues": {":one": {"N": "1"}, ":expiry": {"N": "1772280000"}},
            })
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_no_toggle_answers_is_not_counted() {
        let items = found(&json!([
            {"featureId": {"S": "plain"}},
            {"featureId": {"S": "colour"}, "variants": {"M": {"red": {"S": "#f00"}, "blue": {"S": "#00f"}}}},
            {"featureId": {"S": "own"}, "variant": {"S": "mine"}},
            {"featureId": {"S": "gone"}, "isRemoved": {"BOOL": true}},
        ]));
        let done = ("UpdateItem", 200, "{}");
        let fake = FakeAws::new([("BatchGetItem", 200, items.as_str()), done, done]);
        let message = told(&json!({
            "plain": ["red", "answer:on"], "colour": ["on", "off", "blue", "red"], "own": ["mine", "yours"],
            "gone": ["on"], "unknown": ["on"], "segment:staff": ["on"], "": ["on"], "silent": [],
        }));
        let counted = count(&fake, &message).await;
        assert_eq!((counted.counted, counted.unknown), (2, 6));
        let bodies = bodies(&fake);
        let asked = bodies[0]["RequestItems"]["toggles"]["Keys"].to_string();
        assert!(
            !asked.contains("segment:") && !asked.contains(r#""S":"""#),
            "{asked}"
        );
        let names: BTreeMap<_, _> = bodies[1..]
            .iter()
            .map(|body| {
                (
                    body["Key"]["featureId"]["S"].as_str(),
                    &body["ExpressionAttributeNames"],
                )
            })
            .collect();
        assert_eq!(
            json!(names[&Some("colour")]),
            json!({"#0": "answer:blue", "#1": "answer:off", "#2": "answer:red", "#expiry": "expiry"})
        );
        assert_eq!(
            json!(names[&Some("own")]),
            json!({"#0": "answer:mine", "#expiry": "expiry"})
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_is_none_reads_no_table() {
        let many: BTreeMap<_, _> = (0..=TOGGLES_LIMIT)
            .map(|id| (id.to_string(), ["on"]))
            .collect();
        for message in [
            "",
            "no",
            "[]",
            "{}",
            r#"{"toggles": ["1"]}"#,
            r#"{"toggles": {"1": "on"}}"#,
            r#"{"toggles": {"1": [true]}}"#,
            &told(&json!(many)),
        ] {
            let fake = FakeAws::default();
            assert!(count(&fake, message).await.is_malformed, "{message}");
            assert_eq!(fake.requests().len(), 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_table_does_not_take_is_lost_and_fails_nothing() {
        let refused = r#"{"__type": "ResourceNotFoundException"}"#;
        let message = told(&json!({"1": ["on"], "2": ["off"]}));
        let fake = FakeAws::new([("BatchGetItem", 400, refused)]);
        assert_eq!(count(&fake, &message).await.failed, 2);
        let items = found(&json!([{"featureId": {"S": "1"}}, {"featureId": {"S": "2"}}]));
        let fake = FakeAws::new([
            ("BatchGetItem", 200, items.as_str()),
            ("UpdateItem", 400, refused),
            ("UpdateItem", 200, "{}"),
        ]);
        let counted = count(&fake, &message).await;
        assert_eq!((counted.counted, counted.failed), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_read_leaves_out_is_read_again() {
        let first = json!({"Responses": {"toggles": [{"featureId": {"S": "1"}}]},
            "UnprocessedKeys": {"toggles": {"Keys": [{"featureId": {"S": "2"}}]}}})
        .to_string();
        let second = found(&json!([{"featureId": {"S": "2"}}]));
        let done = ("UpdateItem", 200, "{}");
        let read = |answer| ("BatchGetItem", 200, answer);
        let fake = FakeAws::new([read(first.as_str()), read(second.as_str()), done, done]);
        let counted = count(&fake, &told(&json!({"1": ["on"], "2": ["on"]}))).await;
        assert_eq!(counted.counted, 2);
        let again = &bodies(&fake)[1]["RequestItems"]["toggles"];
        assert_eq!(again["Keys"], json!([{"featureId": {"S": "2"}}]));
    }
}
