//! The schedules of a group of `EventBridge` Scheduler: one per toggle that has a next edge.

use std::fmt::Write as _;
use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};

use crate::backoff::Backoff;
use crate::clock::Clock;
use crate::ports::{ScheduleError, Schedules};
use crate::signed::{Answer, Request, Signed};

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(3);

/// A schedule is at least so many seconds ahead: whether one that is past fires is documented nowhere.
const AHEAD: u64 = 5;

/// The digits of a toggle's digest in the names of its schedules, which have at most 64 characters (API
/// reference, `CreateSchedule`).
const DIGITS: usize = 40;

/// How long and how often a wake-up is tried: the most that there is (API reference, `RetryPolicy`).
const TRIED_SECONDS: u32 = 86_400;
const TRIES: u32 = 185;

/// A group of schedules.
#[derive(Debug)]
pub struct ScheduleGroup {
    /// Signs and sends.
    pub http: Signed,
    /// The URL of the service, without a slash at its end.
    pub endpoint: String,
    /// The group's name.
    pub name: String,
    /// The ARN of the function that schedules invoke.
    pub target: String,
    /// The ARN of the role by which they do.
    pub role: String,
    /// The ARN of the queue of those that could not.
    pub dead_letters: String,
}

/// The URL of the service.
#[must_use]
pub fn endpoint(stated: Option<&str>, region: &str) -> String {
    match stated {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None if region.starts_with("cn-") => {
            format!("https://scheduler.{region}.amazonaws.com.cn")
        }
        None => format!("https://scheduler.{region}.amazonaws.com"),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    #[serde(default)]
    schedules: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

impl Schedules for ScheduleGroup {
    /// The name of a schedule has its time. So one that has fired, and is deleted because of that later, is
    /// not the next one.
    async fn arm(
        &self,
        toggle: &str,
        at_ms: Option<u64>,
        until: Instant,
    ) -> Result<(), ScheduleError> {
        let own = digest(toggle);
        let earliest = Clock::system().now_ms() / 1_000 + AHEAD;
        let at = at_ms.map(|at_ms| at_ms.div_ceil(1_000).max(earliest));
        let name = at.map(|at| format!("{own}-{at}"));
        if let (Some(at), Some(name)) = (at, &name) {
            self.put(name, &self.schedule(toggle, at), until).await?;
        }
        for other in self.named(&own, until).await? {
            if Some(&other) != name.as_ref() {
                self.delete(&other, until).await?;
            }
        }
        Ok(())
    }
}

impl ScheduleGroup {
    fn schedule(&self, toggle: &str, at: u64) -> Value {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        let at = DateTime::from_secs(at).fmt(Format::DateTime);
        let at = at.unwrap_or_default();
        json!({
            "GroupName": self.name,
            // Without a zone it is UTC.
            "ScheduleExpression": format!("at({})", at.trim_end_matches('Z')),
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": self.target,
                "RoleArn": self.role,
                "Input": json!({"wake": {"toggle": toggle}}).to_string(),
                "RetryPolicy": {
                    "MaximumEventAgeInSeconds": TRIED_SECONDS,
                    "MaximumRetryAttempts": TRIES,
                },
                "DeadLetterConfig": {"Arn": self.dead_letters},
            },
        })
    }

    /// Creates a schedule, or writes over the one that has the name, whose role or queue may be another.
    async fn put(&self, name: &str, schedule: &Value, until: Instant) -> Result<(), ScheduleError> {
        let body = schedule.to_string();
        let path = format!("/schedules/{name}");
        let answer = self.call("POST", &path, body.as_bytes(), until).await?;
        let answer = match answer.status {
            409 => self.call("PUT", &path, body.as_bytes(), until).await?,
            _ => answer,
        };
        accepted(&path, answer).map(drop)
    }

    async fn delete(&self, name: &str, until: Instant) -> Result<(), ScheduleError> {
        let path = format!("/schedules/{name}?groupName={}", self.name);
        let answer = self.call("DELETE", &path, &[], until).await?;
        match answer.status {
            404 => Ok(()),
            _ => accepted(&path, answer).map(drop),
        }
    }

    /// The names of a toggle's schedules: one or two, as a rule, of the hundred that a page has.
    async fn named(&self, prefix: &str, until: Instant) -> Result<Vec<String>, ScheduleError> {
        let path = format!("/schedules?NamePrefix={prefix}&ScheduleGroup={}", self.name);
        let answer = self.call("GET", &path, &[], until).await?;
        let answer = accepted(&path, answer)?;
        let listed: Listed = serde_json::from_slice(&answer.body)
            .map_err(|error| ScheduleError(format!("{path}: {error}")))?;
        Ok(listed.schedules.into_iter().map(|of| of.name).collect())
    }

    /// The answer to a call, which is repeated until then if it was throttled or got none: each does the
    /// same if it is made twice.
    async fn call(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        until: Instant,
    ) -> Result<Answer, ScheduleError> {
        let mut backoff = Backoff::overload();
        loop {
            let request = Request {
                service: "scheduler",
                method,
                uri: format!("{}{path}", self.endpoint),
                headers: &[("content-type", "application/json")],
                body,
            };
            let failed = match timeout(ATTEMPT, self.http.send(&request)).await {
                Ok(Ok(answer)) if answer.status != 429 && answer.status < 500 => return Ok(answer),
                Ok(Ok(answer)) => answer.to_string(),
                Ok(Err(unsent)) => unsent.to_string(),
                Err(_) => format!("no answer in {ATTEMPT:?}"),
            };
            if !backoff.wait_until(until).await {
                return Err(ScheduleError(format!("{method} {path}: {failed}")));
            }
        }
    }
}

fn accepted(path: &str, answer: Answer) -> Result<Answer, ScheduleError> {
    match answer.status {
        200..300 => Ok(answer),
        _ => Err(ScheduleError(format!("{path}: {answer}"))),
    }
}

/// The beginning of the names of a toggle's schedules: its id may have any characters, and 2,048 bytes.
fn digest(toggle: &str) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(toggle.as_bytes()) {
        let _ = write!(text, "{byte:02x}");
    }
    text.truncate(DIGITS);
    text
}

#[cfg(test)]
mod tests {
    use fake_aws::FakeAws;

    use super::*;
    use crate::wire::signed;

    /// Of the id `a`.
    const OWN: &str = "ca978112ca1bbdcafac231b39a23dc4da786eff8";
    const LIST: &str = "GET https://fake/schedules?NamePrefix=ca978112ca1bbdcafac231b39a23dc4da786eff8&ScheduleGroup=acme-toggles-schedules";
    const NONE: &str = r#"{"Schedules":[]}"#;
    /// In the year 2096, in milliseconds.
    const EDGE: u64 = 4_000_000_000_001;
    const POST: &str =
        "POST https://fake/schedules/ca978112ca1bbdcafac231b39a23dc4da786eff8-4000000001";

    fn group(fake: &FakeAws) -> ScheduleGroup {
        ScheduleGroup {
            http: signed(fake.clone()),
            endpoint: "https://fake".to_owned(),
            name: "acme-toggles-schedules".to_owned(),
            target: "arn:function".to_owned(),
            role: "arn:role".to_owned(),
            dead_letters: "arn:queue".to_owned(),
        }
    }

    async fn arm(fake: &FakeAws, at_ms: Option<u64>) -> Result<(), ScheduleError> {
        let until = Instant::now() + Duration::from_secs(10);
        group(fake).arm("a", at_ms, until).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_schedule_wakes_its_toggle_once_and_not_before_the_edge() {
        let fake = FakeAws::new([(POST, 200, "{}"), (LIST, 200, NONE)]);
        arm(&fake, Some(EDGE)).await.unwrap();
        let request = &fake.requests()[0];
        let body: Value = serde_json::from_str(&request[request.find('{').unwrap()..]).unwrap();
        assert_eq!(body["ScheduleExpression"], "at(2096-10-02T07:06:41)");
        assert_eq!(body["Target"]["Input"], r#"{"wake":{"toggle":"a"}}"#);
        assert_eq!(body["ActionAfterCompletion"], "DELETE");
        assert_eq!(body["Target"]["DeadLetterConfig"]["Arn"], "arn:queue");
        fake.assert_used();
    }

    #[tokio::test(start_paused = true)]
    async fn others_of_the_toggle_are_deleted_and_may_be_gone_already() {
        let two = format!(
            r#"{{"Schedules":[{{"Name":"{OWN}-1"}},{{"Name":"{OWN}-4000000001"}},{{"Name":"{OWN}-2"}}]}}"#
        );
        let delete = |at: u8| {
            format!("DELETE https://fake/schedules/{OWN}-{at}?groupName=acme-toggles-schedules")
        };
        let (first, second) = (delete(1), delete(2));
        let fake = FakeAws::new([
            (POST, 409, "{}"),
            ("PUT https://fake/schedules/", 200, "{}"),
            (LIST, 200, two.as_str()),
            (first.as_str(), 404, "{}"),
            (second.as_str(), 200, "{}"),
        ]);
        arm(&fake, Some(EDGE)).await.unwrap();
        fake.assert_used();
        let last = format!(r#"{{"Schedules":[{{"Name":"{OWN}-1"}}]}}"#);
        let fake = FakeAws::new([(LIST, 200, last.as_str()), (first.as_str(), 200, "{}")]);
        arm(&fake, None).await.unwrap();
        fake.assert_used();
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_repeated_and_what_is_refused_is_told() {
        let fake = FakeAws::new([
            (POST, 429, "{}"),
            (POST, 503, "{}"),
            (POST, 200, "{}"),
            (LIST, 200, NONE),
        ]);
        arm(&fake, Some(EDGE)).await.unwrap();
        fake.assert_used();
        let fake = FakeAws::new([(POST, 403, "denied")]);
        let error = arm(&fake, Some(EDGE)).await.unwrap_err().to_string();
        assert!(error.ends_with("403 denied"), "{error}");
    }

    /// An edge that is past, or about to be: the schedule is a little ahead.
    #[tokio::test(start_paused = true)]
    async fn no_schedule_is_in_the_past() {
        let fake = FakeAws::new([
            ("POST https://fake/schedules/", 200, "{}"),
            (LIST, 200, NONE),
        ]);
        let began = Clock::system().now_ms() / 1_000;
        arm(&fake, Some(1)).await.unwrap();
        let request = &fake.requests()[0];
        let name = request.split(['/', ' ']).find(|part| part.starts_with(OWN));
        let at: u64 = name.unwrap()[OWN.len() + 1..].parse().unwrap();
        assert!(at >= began + AHEAD, "{at}");
    }

    #[test]
    fn the_url_is_the_regions_or_the_emulators() {
        assert_eq!(
            endpoint(None, "eu-west-1"),
            "https://scheduler.eu-west-1.amazonaws.com"
        );
        assert_eq!(
            endpoint(None, "cn-north-1"),
            "https://scheduler.cn-north-1.amazonaws.com.cn"
        );
        assert_eq!(
            endpoint(Some("http://127.0.0.1:4566/"), "eu-west-1"),
            "http://127.0.0.1:4566"
        );
        assert_eq!(digest("a"), OWN);
    }
}
