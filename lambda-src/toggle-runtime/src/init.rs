//! The initialisation of a function before its first event: logs, configuration, clients.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};
use lambda_runtime::Context;
use serde_json::{Value, json};
use toggle_contract::{
    API_ID, API_STAGE, BROKEN_RULES, CLOCK_ARN, CONNECT_TIMEOUT_SECONDS, CONNECTIONS_TABLE,
    DEAD_LETTERS_ARN, DOORS, HISTORY_DAYS, HISTORY_TABLE, METRIC_DIMENSION, METRICS,
    POSTS_PER_SECOND, PRIVATE_ATTRIBUTES, SCHEDULE_GROUP, SCHEDULES_ROLE_ARN, SHELL_BUCKET,
    SHELL_CONFIG, SLICES_QUEUE_URL, SNAPSHOT, SNAPSHOT_BUCKET, TOGGLES_TABLE, doors,
};
use toggle_rules::Private;
use tokio::time::Instant;
use tracing::{Level, error, info};

use crate::bucket::{self, BucketFile};
use crate::callback::Management;
use crate::clock::{Clock, Deadline};
use crate::connection::CallbackBase;
use crate::doors::{Doors, Shell};
use crate::dynamo::{ConnectionsTable, HistoryTable, TogglesTable};
use crate::event::{BatchResponse, QueueEvent, StreamEvent};
use crate::history;
use crate::line::{Delivery, fraction, millis};
use crate::outbox::Outbox;
use crate::pace::Pace;
use crate::policy::{CONCURRENCY, Policy};
use crate::queue::SlicesQueue;
use crate::register::Registry;
use crate::schedules::{self, ScheduleGroup};
use crate::signed::Signed;
use crate::snapshot::{Audience, snapshot};
use crate::tally::{Count, Tally};
use crate::task::{Recipients, Segment, Task};
use crate::wake::{self, WakeError, Waking};

/// How long connecting to a service may take.
const CONNECT: Duration = Duration::from_secs(2);

/// How long an unused connection to a service is kept: a thawed function must not start with one
/// that the service has closed.
const IDLE: Duration = Duration::from_secs(20);

/// How long one attempt at a call of the SDK may take, and how many there are: together less than
/// the connection manager has.
const ATTEMPT: Duration = Duration::from_secs(3);
const ATTEMPTS: u32 = 3;
const _: () = assert!(ATTEMPT.as_secs() * (ATTEMPTS as u64) < CONNECT_TIMEOUT_SECONDS as u64);

const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// Why a function cannot start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// An environment variable is missing or empty.
    #[error("environment variable {0} is missing: run `frontage apply`, which sets it")]
    Missing(&'static str),
    /// An environment variable has an impossible value.
    #[error(
        "environment variable {name} is `{value}` and must be a positive integer: run `frontage \
         apply`, which sets it"
    )]
    NoNumber {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The conditions of a connection are unreadable.
    #[error(
        "environment variable {DOORS} has an impossible value: run `frontage apply`, which sets it"
    )]
    NoDoors,
}

impl Registry {
    /// Reads the environment and creates the clients.
    pub async fn start() -> Result<Self, StartError> {
        let began = start_logs();
        let name = required(CONNECTIONS_TABLE)?;
        let described = conditions(&required(DOORS)?).inspect_err(cannot_start)?;
        let bucket = described.need_shell().then(|| required(SHELL_BUCKET));
        let bucket = bucket.transpose()?;
        let configuration = configuration().await;
        let client = aws_sdk_dynamodb::Client::new(&configuration);
        let doors = Doors {
            described,
            shell: bucket.map(|bucket| shell(&configuration, &bucket)),
        };
        started(began);
        Ok(Self {
            connections: ConnectionsTable { client, name },
            base: CallbackBase::from_environment(variable),
            doors,
        })
    }
}

fn conditions(json: &str) -> Result<doors::Doors, StartError> {
    serde_json::from_str(json).map_err(|_| StartError::NoDoors)
}

fn shell(configuration: &SdkConfig, bucket: &str) -> Shell {
    let pools = endpoint("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER");
    Shell::new(file(configuration, bucket, SHELL_CONFIG), pools)
}

fn file(configuration: &SdkConfig, bucket: &str, name: &str) -> BucketFile {
    let http = signed(configuration);
    let endpoint = endpoint("AWS_ENDPOINT_URL_S3");
    let url = bucket::url(endpoint.as_deref(), &http.region, bucket, name);
    BucketFile { http, url }
}

/// The endpoint of a service: its own, or that of all services. `None` on AWS.
fn endpoint(own: &str) -> Option<String> {
    let endpoint = variable(own).or_else(|| variable("AWS_ENDPOINT_URL"));
    endpoint.filter(|endpoint| !endpoint.is_empty())
}

/// The configuration and clients of toggle-snapshot.
#[derive(Debug)]
pub struct Snapshot {
    /// The toggles table.
    pub toggles: TogglesTable,
    /// The file.
    pub file: BucketFile,
    private: Private,
}

impl Snapshot {
    /// Reads the environment and creates the clients.
    pub async fn start() -> Result<Self, StartError> {
        let began = start_logs();
        let (name, bucket) = (required(TOGGLES_TABLE)?, required(SNAPSHOT_BUCKET)?);
        let configuration = configuration().await;
        let client = aws_sdk_dynamodb::Client::new(&configuration);
        let file = file(&configuration, &bucket, SNAPSHOT);
        started(began);
        Ok(Self {
            toggles: TogglesTable { client, name },
            file,
            private: private(),
        })
    }

    /// Writes the state. Returns the index of the first record that must be retried: the first, if
    /// it could not be written.
    pub async fn write(&self, event: &StreamEvent, context: &Context) -> BatchResponse {
        if event.has_only_expired() {
            return BatchResponse::default();
        }
        let began = Instant::now();
        let deadline = Deadline::of(&Clock::system(), context.deadline);
        let broken = Count::default();
        let audience = Audience {
            private: &self.private,
            clock: Clock::system(),
            broken: &broken,
        };
        let written = snapshot(&self.toggles, &self.file, &audience, deadline.tell).await;
        count_broken(&self.toggles.name, &broken);
        let (request_id, records) = (&context.request_id, event.records.len());
        match &written {
            Ok(()) => info!(
                request_id,
                records,
                took_ms = fraction(began.elapsed()),
                "written"
            ),
            Err(error) => {
                let error = error as &dyn std::error::Error;
                error!(error, request_id, records, "the state cannot be written");
            }
        }
        BatchResponse::retry_from(event, written.err().map(|_| 0))
    }
}

/// The configuration and clients of toggle-history.
#[derive(Debug)]
pub struct History {
    /// The history.
    pub table: HistoryTable,
}

impl History {
    /// Reads the environment and creates the client.
    pub async fn start() -> Result<Self, StartError> {
        let began = start_logs();
        let name = required(HISTORY_TABLE)?;
        let days = positive(HISTORY_DAYS, &required(HISTORY_DAYS)?);
        let days = u64::from(days.inspect_err(cannot_start)?.get());
        let client = aws_sdk_dynamodb::Client::new(&configuration().await);
        started(began);
        let kept = days * 24 * 60 * 60;
        Ok(Self {
            table: HistoryTable { client, name, kept },
        })
    }

    /// Records the changes. Requests a retry from the first that could not be recorded.
    pub async fn write(&self, event: &StreamEvent, context: &Context) -> BatchResponse {
        let began = Instant::now();
        let deadline = Deadline::of(&Clock::system(), context.deadline);
        let first_failed = history::record(event, &self.table, deadline.tell).await;
        info!(
            request_id = context.request_id,
            records = event.records.len(),
            retry_from = first_failed,
            took_ms = fraction(began.elapsed()),
            "recorded"
        );
        BatchResponse::retry_from(event, first_failed)
    }
}

/// The configuration and clients of toggle-clock.
#[derive(Debug)]
pub struct Clockwork {
    toggles: TogglesTable,
    schedules: ScheduleGroup,
}

impl Clockwork {
    /// Reads the environment and creates the clients.
    pub async fn start() -> Result<Self, StartError> {
        let began = start_logs();
        let table = required(TOGGLES_TABLE)?;
        let (name, role) = (required(SCHEDULE_GROUP)?, required(SCHEDULES_ROLE_ARN)?);
        let (target, dead_letters) = (required(CLOCK_ARN)?, required(DEAD_LETTERS_ARN)?);
        let configuration = configuration().await;
        let client = aws_sdk_dynamodb::Client::new(&configuration);
        let http = signed(&configuration);
        let stated =
            variable("AWS_ENDPOINT_URL_SCHEDULER").or_else(|| variable("AWS_ENDPOINT_URL"));
        let stated = stated.filter(|endpoint| !endpoint.is_empty());
        let endpoint = schedules::endpoint(stated.as_deref(), &http.region);
        started(began);
        Ok(Self {
            toggles: TogglesTable {
                client,
                name: table,
            },
            schedules: ScheduleGroup {
                http,
                endpoint,
                name,
                target,
                role,
                dead_letters,
            },
        })
    }

    /// Wakes toggles, or schedules that. Requests a retry from the first record whose toggle could not be
    /// scheduled.
    ///
    /// # Errors
    /// What is no batch of records failed, and must be repeated as a whole.
    pub async fn run(
        &self,
        invocation: &wake::Invocation,
        context: &Context,
    ) -> Result<BatchResponse, ClockError> {
        let (began, clock) = (Instant::now(), Clock::system());
        let waking = Waking {
            toggles: &self.toggles,
            schedules: &self.schedules,
            clock,
            until: Deadline::of(&clock, context.deadline).tell,
        };
        let mut response = BatchResponse::default();
        let mut records = 0;
        match invocation {
            wake::Invocation::Wake { wake } => waking.woken(&wake.toggle).await?,
            wake::Invocation::Sweep { .. } => {
                if !waking.sweep().await? {
                    return Err(ClockError::Left);
                }
            }
            wake::Invocation::Changes(event) => {
                records = event.records.len();
                let first_failed = waking.changed(event).await;
                response = BatchResponse::retry_from(event, first_failed);
            }
        }
        info!(
            request_id = context.request_id,
            records,
            retry = !response.batch_item_failures.is_empty(),
            took_ms = fraction(began.elapsed()),
            "scheduled"
        );
        Ok(response)
    }
}

/// Why toggle-clock must be invoked again.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// A toggle could not be woken, or the toggles not be read.
    #[error(transparent)]
    Wake(#[from] WakeError),
    /// Toggles could not be scheduled; the log says which.
    #[error("toggles are left that could not be scheduled")]
    Left,
}

/// The configuration and clients of the functions that send changes to all connections.
#[derive(Debug)]
pub struct Slicing {
    /// For sending, at the account's pace.
    pub broadcast: Broadcast,
    queue: SlicesQueue,
}

impl Slicing {
    /// Reads the environment and creates the clients.
    pub async fn start(policy: Policy) -> Result<Self, StartError> {
        let began = start_logs();
        let pace = positive(POSTS_PER_SECOND, &required(POSTS_PER_SECOND)?);
        let pace = Pace::per_second(pace.inspect_err(cannot_start)?);
        let url = required(SLICES_QUEUE_URL)?;
        let configuration = configuration().await;
        let client = aws_sdk_sqs::Client::new(&configuration);
        let broadcast = Broadcast::create(policy, pace, &configuration)?;
        started(began);
        Ok(Self {
            broadcast,
            queue: SlicesQueue { client, url },
        })
    }

    /// The queue, as an invocation writes to it.
    #[must_use]
    pub fn outbox<'a>(&'a self, invocation: &'a Invocation<'_>) -> Outbox<'a, SlicesQueue> {
        let request = &invocation.context.request_id;
        Outbox::new(&self.queue, request, &invocation.tally)
    }
}

/// The configuration and clients of the functions that send messages.
#[derive(Debug)]
pub struct Broadcast {
    /// The toggles table.
    pub toggles: TogglesTable,
    connections: ConnectionsTable,
    callback: Management,
    own: String,
    policy: Policy,
    pace: Pace,
}

impl Broadcast {
    /// Reads the environment and creates the clients, for a function that sends a few messages to
    /// each client that connects.
    pub async fn start(policy: Policy) -> Result<Self, StartError> {
        let began = start_logs();
        let configuration = configuration().await;
        let broadcast = Self::create(policy, Pace::unlimited(), &configuration)?;
        started(began);
        Ok(broadcast)
    }

    fn create(
        mut policy: Policy,
        pace: Pace,
        configuration: &SdkConfig,
    ) -> Result<Self, StartError> {
        let (toggles, connections) = (required(TOGGLES_TABLE)?, required(CONNECTIONS_TABLE)?);
        policy.private = private();
        let base = CallbackBase::from_environment(variable);
        let own = base.url(&required(API_ID)?, &required(API_STAGE)?);
        let client = aws_sdk_dynamodb::Client::new(configuration);
        let callback = Management {
            http: signed(configuration),
        };
        Ok(Self {
            toggles: TogglesTable {
                client: client.clone(),
                name: toggles,
            },
            connections: ConnectionsTable {
                client,
                name: connections,
            },
            callback,
            own,
            policy,
            pace,
        })
    }

    /// Starts an invocation.
    #[must_use]
    pub fn invocation(&self, context: Context) -> Invocation<'_> {
        let clock = Clock::system();
        let deadline = Deadline::of(&clock, context.deadline);
        Invocation {
            resources: self,
            context,
            clock,
            deadline,
            began: Instant::now(),
            tally: Tally::default(),
        }
    }
}

/// One invocation of a function that sends messages.
#[derive(Debug)]
pub struct Invocation<'a> {
    resources: &'a Broadcast,
    context: Context,
    clock: Clock,
    deadline: Deadline,
    began: Instant,
    tally: Tally,
}

impl Invocation<'_> {
    /// The parts for sending to connections.
    #[must_use]
    pub fn exchange(&self) -> Delivery<'_, ConnectionsTable, Management> {
        Delivery {
            connections: &self.resources.connections,
            callback: &self.resources.callback,
            own: &self.resources.own,
            policy: &self.resources.policy,
            pace: &self.resources.pace,
            clock: self.clock,
            deadline: self.deadline,
            tally: &self.tally,
        }
    }

    /// Writes the log line and requests a retry from the record at `first_failed` on.
    #[must_use]
    pub fn done(self, event: &StreamEvent, first_failed: Option<usize>) -> BatchResponse {
        self.report(event.records.len(), first_failed, None);
        BatchResponse::retry_from(event, first_failed)
    }

    /// Writes the log line and requests the failed messages again.
    #[must_use]
    pub fn sliced(self, event: &QueueEvent, failed: &BTreeSet<usize>) -> BatchResponse {
        let segment = segments(event).next();
        let first_failed = failed.first().copied();
        self.report(event.records.len(), first_failed, segment.as_ref());
        BatchResponse::again(event, failed)
    }

    fn report(&self, records: usize, first_failed: Option<usize>, segment: Option<&Segment>) {
        let tally = &self.tally;
        count_broken(&self.resources.toggles.name, &tally.broken);
        info!(
            request_id = self.context.request_id,
            records,
            segment = segment.map(|segment| segment.index),
            segments = segment.map(|segment| segment.of),
            after = segment.and_then(|segment| segment.after.as_deref()),
            connections = tally.connections.get(),
            posts = tally.posts.get(),
            retries = tally.retries.get(),
            gone = tally.gone.get(),
            early = tally.early.get(),
            failed = tally.failed.get(),
            closed = tally.closed.get(),
            left = tally.left.get(),
            queued = tally.queued.get(),
            retry_from = first_failed,
            told_ms = tally.told.get().map(|told| fraction(told - self.began)),
            fan_out_ms = millis(self.began.elapsed()),
            "told"
        );
    }
}

/// The segments that messages name: as a rule, of one group, and so one segment.
fn segments(event: &QueueEvent) -> impl Iterator<Item = Segment> + '_ {
    event.records.iter().filter_map(|record| {
        match serde_json::from_str::<Task>(&record.body).ok()?.recipients {
            Recipients::Segment(segment) => Some(segment),
            Recipients::Connections(_) | Recipients::Doubtful(_) => None,
        }
    })
}

/// Writes a metric into the log, from which CloudWatch takes it. Source: its user guide, `Specification:
/// Embedded metric format`.
#[expect(clippy::print_stdout, reason = "a function's output is its log")]
fn count_broken(table: &str, broken: &Count) {
    if broken.get() > 0 {
        println!("{}", metric(table, broken.get(), Clock::system().now_ms()));
    }
}

fn metric(table: &str, count: u64, now_ms: u64) -> Value {
    json!({
        "_aws": {
            "Timestamp": now_ms,
            "CloudWatchMetrics": [{
                "Namespace": METRICS,
                "Dimensions": [[METRIC_DIMENSION]],
                "Metrics": [{ "Name": BROKEN_RULES, "Unit": "Count" }],
            }],
        },
        METRIC_DIMENSION: table,
        BROKEN_RULES: count,
    })
}

/// The attributes that clients are never sent, apart from those that nobody is.
fn private() -> Private {
    Private::of(&variable(PRIVATE_ATTRIBUTES).unwrap_or_default())
}

fn start_logs() -> Instant {
    let level = variable("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse::<Level>().ok());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(level.unwrap_or(Level::INFO))
        .init();
    Instant::now()
}

fn started(began: Instant) {
    info!(init_ms = fraction(began.elapsed()), "started");
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn required(name: &'static str) -> Result<String, StartError> {
    variable(name)
        .filter(|value| !value.is_empty())
        .ok_or(StartError::Missing(name))
        .inspect_err(cannot_start)
}

fn cannot_start(error: &StartError) {
    error!(%error, "cannot start");
}

fn positive(name: &'static str, value: &str) -> Result<NonZeroU32, StartError> {
    let value = value.trim();
    value.parse().map_err(|_| StartError::NoNumber {
        name,
        value: value.to_owned(),
    })
}

async fn configuration() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT)
                .operation_attempt_timeout(ATTEMPT)
                .build(),
        )
        .load()
        .await
}

/// Lambda provides a function's credentials in the environment.
fn signed(configuration: &SdkConfig) -> Signed {
    Signed {
        http: connector(),
        credentials: SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()),
        region: configuration
            .region()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

/// The HTTP client for posts. It keeps as many connections as are used at once.
fn connector() -> SharedHttpConnector {
    let builder = Connector::builder()
        .connector_settings(
            HttpConnectorSettings::builder()
                .connect_timeout(CONNECT)
                .build(),
        )
        .pool_max_idle_per_host(CONCURRENCY)
        .pool_idle_timeout(IDLE);
    SharedHttpConnector::new(if is_plain() {
        builder.build_http()
    } else {
        builder.tls_provider(TLS).build()
    })
}

/// The HTTP client for the SDK's calls.
fn http_client() -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new().pool_idle_timeout(IDLE);
    if is_plain() {
        builder.build_http()
    } else {
        builder.tls_provider(TLS).build_https()
    }
}

/// TLS is omitted if every endpoint is plain HTTP, as on an emulator: loading the roots takes most
/// of a start.
fn is_plain() -> bool {
    let is_plain = |name| variable(name).map(|url| url.starts_with("http://"));
    let own = [
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_SCHEDULER",
        "AWS_ENDPOINT_URL_SQS",
    ];
    is_plain("AWS_ENDPOINT_URL") == Some(true)
        && own.into_iter().all(|name| is_plain(name) != Some(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_rules_are_a_metric_in_the_log() {
        assert_eq!(
            metric("acme-toggles", 2, 17).to_string(),
            r#"{"BrokenRules":2,"TogglesTable":"acme-toggles","_aws":{"CloudWatchMetrics":[{"Dimensions":[["TogglesTable"]],"Metrics":[{"Name":"BrokenRules","Unit":"Count"}],"Namespace":"Frontage"}],"Timestamp":17}}"#
        );
    }

    #[test]
    fn a_pace_is_a_positive_integer() {
        let parsed = |value| positive(POSTS_PER_SECOND, value);
        assert_eq!(parsed("9000").unwrap().get(), 9_000);
        for impossible in ["0", "-1", "2.5", "many"] {
            let error = parsed(impossible).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "environment variable POSTS_PER_SECOND is `{impossible}` and must be a positive \
                     integer: run `frontage apply`, which sets it"
                )
            );
        }
    }
}
