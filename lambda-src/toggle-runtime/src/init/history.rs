//! The start of toggle-history, and its invocations.

use lambda_runtime::Context;
use toggle_contract::{HISTORY_DAYS, HISTORY_TABLE};
use tokio::time::Instant;
use tracing::info;

use super::{StartError, cannot_start, configuration, positive, required, start_logs, started};
use crate::clock::{Clock, Deadline};
use crate::dynamo::HistoryTable;
use crate::event::{BatchResponse, StreamEvent};
use crate::history;
use crate::line::fraction;

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
