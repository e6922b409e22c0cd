//! The start of toggle-clock, and its invocations.

use lambda_runtime::Context;
use toggle_contract::{
    CLOCK_ARN, DEAD_LETTERS_ARN, FLAGS, FLAGS_BUCKET, SCHEDULE_GROUP, SCHEDULES_ROLE_ARN,
    TOGGLES_TABLE,
};
use toggle_formats::served;
use toggle_rules::Private;
use tokio::time::Instant;
use tracing::{error, info};

use super::{
    StartError, configuration, endpoint, file, private, required, signed, start_logs, started,
    variable,
};
use crate::bucket::BucketFile;
use crate::clock::{Clock, Deadline};
use crate::dynamo::TogglesTable;
use crate::event::BatchResponse;
use crate::item::State;
use crate::line::fraction;
use crate::schedules::{self, ScheduleGroup};
use crate::snapshot::{SnapshotError, keep};
use crate::wake::{self, WakeError, Waking};

/// The configuration and clients of toggle-clock.
#[derive(Debug)]
pub struct Clockwork {
    toggles: TogglesTable,
    schedules: ScheduleGroup,
    /// The file for servers, if there is one.
    flags: Option<BucketFile>,
    private: Private,
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
        let stated = endpoint("AWS_ENDPOINT_URL_SCHEDULER");
        let endpoint = schedules::endpoint(stated.as_deref(), &http.region);
        let bucket = variable(FLAGS_BUCKET);
        let flags = bucket.map(|bucket| file(&configuration, &bucket, FLAGS));
        started(began);
        Ok(Self {
            flags,
            private: private(),
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
                let swept = waking.sweep().await?;
                self.write_flags(&clock, waking.until).await?;
                if !swept {
                    return Err(ClockError::Left);
                }
            }
            wake::Invocation::Changes(event) => {
                records = event.records.len();
                let mut first_failed = waking.changed(event).await;
                if !event.has_only_expired() {
                    let written = self.write_flags(&clock, waking.until).await;
                    // The records are looked at again as well, which changes nothing.
                    first_failed = written.err().map(|_| 0).or(first_failed);
                }
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

    /// Writes the file for servers, if there is one: after each change, and so at each edge, and once a day.
    async fn write_flags(&self, clock: &Clock, until: Instant) -> Result<(), SnapshotError> {
        let Some(file) = &self.flags else {
            return Ok(());
        };
        let content = |state: &State| {
            served(state, &self.private, clock.now_ms())
                .to_string()
                .into()
        };
        let written = keep(&self.toggles, file, content, until).await;
        written.inspect_err(|error| {
            let error = error as &dyn std::error::Error;
            error!(error, "the file for servers cannot be written");
        })
    }
}

/// Why toggle-clock must be invoked again.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// A toggle could not be woken, or the toggles not be read.
    #[error(transparent)]
    Wake(#[from] WakeError),
    /// The file for servers could not be written.
    #[error(transparent)]
    Flags(#[from] SnapshotError),
    /// Toggles could not be scheduled; the log says which.
    #[error("toggles are left that could not be scheduled")]
    Left,
}
