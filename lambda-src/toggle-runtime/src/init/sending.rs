//! The start of the functions that send messages, and their invocations.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use lambda_runtime::Context;
use toggle_contract::{
    API_ID, API_STAGE, CONNECTIONS_TABLE, POSTS_PER_SECOND, SLICES_QUEUE_URL, TOGGLES_TABLE,
};
use tokio::time::Instant;
use tracing::info;

use super::{
    StartError, cannot_start, configuration, metric, positive, private, required, signed,
    start_logs, started, variable,
};
use crate::callback::Management;
use crate::clock::{Clock, Deadline};
use crate::connection::CallbackBase;
use crate::dynamo::{ConnectionsTable, TogglesTable};
use crate::event::{BatchResponse, QueueEvent, StreamEvent};
use crate::line::{Delivery, fraction, millis};
use crate::outbox::Outbox;
use crate::pace::Pace;
use crate::policy::Policy;
use crate::queue::SlicesQueue;
use crate::tally::Tally;
use crate::task::{Recipients, Segment, Task};

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
        metric::count_broken(&self.resources.toggles.name, &tally.broken);
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
