//! The start of toggle-snapshot, and its invocations.

use lambda_runtime::Context;
use toggle_contract::{SNAPSHOT, SNAPSHOT_BUCKET, TOGGLES_TABLE};
use toggle_rules::Private;
use tokio::time::Instant;
use tracing::{error, info};

use super::{StartError, configuration, file, metric, private, required, start_logs, started};
use crate::bucket::BucketFile;
use crate::clock::{Clock, Deadline};
use crate::dynamo::TogglesTable;
use crate::event::{BatchResponse, StreamEvent};
use crate::line::fraction;
use crate::snapshot::{Audience, snapshot};
use crate::tally::Count;

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
        metric::count_broken(&self.toggles.name, &broken);
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
