//! Throttled calls, which are sent again until the service takes them.
//!
//! A throttle says nothing about the call: the service did not perform it, so it is sent again
//! whatever it does. The SDK counts attempts, of which a large system in a busy account
//! needs more; here time counts, and as long as the service takes other calls of the run, the call has
//! more of it: several runs that share an account's quota each wait for their part. Other errors stay the
//! SDK's.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::byte_stream::ByteStream;
use engine::{pause, report_wait};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::pace::Adaptive;

/// How long a call is sent again while the service takes no call of the run at all.
const WITHIN: Duration = Duration::from_mins(2);

/// How long a call is sent again from its first throttle on.
const AT_MOST: Duration = Duration::from_mins(15);

/// A wait that takes longer is reported, once.
const REPORTED: Duration = Duration::from_secs(30);

/// The first pause of a call; pauses double.
const FIRST: Duration = Duration::from_millis(250);

/// The longest pause of a call.
const LONGEST: Duration = Duration::from_secs(5);

/// The throttles of one service in one Region.
pub(super) struct Throttling {
    service: String,
    pace: Adaptive,
    /// When the calls that are being throttled were throttled first, by the SDK's id of a call,
    /// which its attempts share. So the SDK's own retries of a throttle that lasted end at once.
    since: Mutex<HashMap<String, Instant>>,
    /// When the service took a call last.
    taken: Mutex<Option<Instant>>,
}

impl Throttling {
    /// Those of a service, by its signing name. It has not throttled any call yet.
    pub(super) fn of(service: &str) -> Self {
        Self {
            service: service.to_owned(),
            pace: Adaptive::default(),
            since: Mutex::default(),
            taken: Mutex::default(),
        }
    }

    /// Sends a request until it is not throttled any more, or the service took no call for two
    /// minutes, or not this one for fifteen: then its own error is the answer. It is the answer as well
    /// at the time at which the request is not to be sent any more; the SDK then sends another, if the call
    /// may be sent again.
    pub(super) async fn outlast<F>(
        &self,
        mut request: HttpRequest,
        until: Instant,
        send: impl Fn(HttpRequest) -> F,
    ) -> Result<HttpResponse, ConnectorError>
    where
        F: Future<Output = Result<HttpResponse, ConnectorError>>,
    {
        let call = request.headers().get("amz-sdk-invocation-id");
        let call = call.unwrap_or_default().to_owned();
        let (mut pauses, mut first, mut refused) = (Pauses::new(until), None, None);
        loop {
            if !self.pace.turn(pauses.count > 0, until).await {
                return refused.ok_or_else(expired);
            }
            let again = request.try_clone();
            let head = request.method() == "HEAD";
            let (response, throttle) = throttle_in(send(request).await?, head).await?;
            let Some(throttle) = throttle else {
                self.pace.succeeded();
                *self.taken() = Some(Instant::now());
                self.calls().remove(&call);
                return Ok(response);
            };
            self.pace.throttled();
            let since = *first.get_or_insert_with(|| self.first_throttle_of(&call));
            // A body that is streamed exists once.
            let Some(again) = again else {
                return Ok(response);
            };
            tracing::debug!(self.service, throttle, "throttled; trying again");
            let stands_still = since.max(self.taken().unwrap_or(since));
            if !pauses
                .next(since, stands_still, &self.service, &throttle)
                .await
            {
                return Ok(response);
            }
            refused = Some(response);
            request = again;
        }
    }

    /// When a call was throttled first: now, unless an earlier attempt was.
    fn first_throttle_of(&self, call: &str) -> Instant {
        let now = Instant::now();
        if call.is_empty() {
            return now;
        }
        *self.calls().entry(call.to_owned()).or_insert(now)
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn taken(&self) -> MutexGuard<'_, Option<Instant>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error of a request that was not sent since its signature is too old. The SDK signs it again.
pub(super) fn expired() -> ConnectorError {
    ConnectorError::timeout("its signature expired before its turn".into())
}

/// The pauses of one call.
struct Pauses {
    count: u32,
    reported: bool,
    /// When the request is not to be sent any more.
    until: Instant,
}

impl Pauses {
    fn new(until: Instant) -> Self {
        Self {
            count: 0,
            reported: false,
            until,
        }
    }

    /// Pauses, and returns false if the call is not to be sent again: its time is up, or the run is
    /// stopped during a step that may be abandoned.
    async fn next(
        &mut self,
        since: Instant,
        stands_still: Instant,
        service: &str,
        throttle: &str,
    ) -> bool {
        let longest = LONGEST.min(FIRST * 2_u32.saturating_pow(self.count));
        self.count += 1;
        // Calls that were throttled together do not return together.
        let length = longest.mul_f64(0.5 + fastrand::f64() / 2.0);
        let waited = since.elapsed() + length;
        let too_late = Instant::now() + length > self.until;
        if too_late || waited > AT_MOST || stands_still.elapsed() + length > WITHIN {
            return false;
        }
        if waited <= REPORTED {
            sleep(length).await;
            return true;
        }
        if !self.reported {
            report_wait(&format!("`{service}` to accept the call: {throttle}"));
            self.reported = true;
        }
        pause(length).await
    }
}

/// A response, and its code if it is a throttle. The body of an error is read for it, and is there
/// as before.
async fn throttle_in(
    mut response: HttpResponse,
    head: bool,
) -> Result<(HttpResponse, Option<String>), ConnectorError> {
    let status = response.status().as_u16();
    if status < 400 {
        return Ok((response, None));
    }
    let body = ByteStream::new(response.take_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?;
    let body = body.into_bytes();
    let header = response.headers().get("x-amzn-errortype");
    let code = header
        .map(str::to_owned)
        .or_else(|| code_in(&body))
        .map(|code| short(&code).to_owned())
        .unwrap_or_default();
    *response.body_mut() = body.into();
    // S3's `SlowDown` has no body if the call is a HEAD.
    let throttled = status == 429 || (status == 503 && head) || is_throttle(&code);
    let shown = if code.is_empty() {
        format!("HTTP {status}")
    } else {
        code
    };
    Ok((response, throttled.then_some(shown)))
}

/// The code in an error's body, in any of the services' protocols.
fn code_in(body: &[u8]) -> Option<String> {
    let named = |members: &Value| {
        let code = members.get("__type").or_else(|| members.get("code"))?;
        Some(code.as_str()?.to_owned())
    };
    if let Ok(text) = std::str::from_utf8(body)
        && let Some((_, rest)) = text.split_once("<Code>")
    {
        return Some(rest.split_once("</Code>")?.0.trim().to_owned());
    }
    let members = serde_json::from_slice(body).ok();
    named(&members.or_else(|| ciborium::from_reader(body).ok())?)
}

/// A code without its namespace, `com.amazon.coral.service#ThrottlingException`, or its address,
/// `ThrottlingException:http://…`.
fn short(code: &str) -> &str {
    let code = code.split_once(':').map_or(code, |(code, _)| code);
    code.rsplit('#').next().unwrap_or(code)
}

/// Whether a code means that the service performs the same call later.
///
/// Sources: the throttling codes of botocore's retry rules (`botocore/data/_retry.json`) and of
/// `aws_runtime::retries::classifiers`, without those that several services use for more: `LimitExceeded…` is a
/// quota as well, `TransactionInProgressException` and `PriorRequestNotComplete` are about one
/// resource.
fn is_throttle(code: &str) -> bool {
    const CODES: [&str; 6] = [
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "TooManyRequestsException",
    ];
    CODES.contains(&code) || code.starts_with("Throttl") || code.starts_with("RequestThrottled")
}

#[cfg(test)]
mod tests;
