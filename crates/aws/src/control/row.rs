//! The rows of leases.

use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Serialize;

use super::{Row, alive};

/// Who holds a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The stack.
    pub stack: String,
    /// The ARN of the identity that made the calls.
    pub holder: String,
    /// The machine.
    pub host: String,
    /// What it does: `apply`, `destroy`.
    pub command: String,
    /// Since when, in UTC: `2026-01-31T12:00:00Z`.
    pub since: String,
}

/// A stack's lease as it is stored: free, or held by a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    /// Rises with each run that gets the lease.
    pub(super) fence: u64,
    /// Rises with each renewal.
    pub(super) renewals: u64,
    /// The run that holds it.
    pub(super) run: Option<String>,
    /// When it ends, by the holder's clock, in milliseconds since the epoch.
    pub(super) expires: u64,
    /// Who that is.
    pub(super) held: Held,
}

impl Stored {
    /// A lease from its row; what a row lacks is empty or 0.
    pub(super) fn of(stack: &str, row: &Row) -> Self {
        let string = |name| text(row, name).unwrap_or_default();
        Self {
            fence: number(row, "fence"),
            renewals: number(row, "renewals"),
            run: text(row, "run"),
            expires: number(row, "expires"),
            held: Held {
                stack: stack.to_owned(),
                holder: string("holder"),
                host: string("host"),
                command: string("command"),
                since: string("since"),
            },
        }
    }
}

impl Stored {
    /// Whether a run holds it, as far as is known here.
    pub(super) fn is_held(&self) -> bool {
        let run = self.run.as_deref();
        run.is_some_and(|run| !alive::is_dead(run))
    }
}

/// A string of a row.
pub(super) fn text(row: &Row, name: &str) -> Option<String> {
    row.get(name)?.as_s().ok().cloned()
}

/// A number of a row, or 0.
pub(super) fn number(row: &Row, name: &str) -> u64 {
    let number = row.get(name).and_then(|value| value.as_n().ok());
    number.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// This moment as rows have it: in UTC, to the millisecond, so that texts are in order.
#[must_use]
pub fn now() -> String {
    let now = DateTime::from(SystemTime::now());
    let milliseconds = now.subsec_nanos() / 1_000_000;
    let seconds = DateTime::from_secs(now.secs()).fmt(Format::DateTime);
    let seconds = seconds.unwrap_or_default();
    format!("{}.{milliseconds:03}Z", seconds.trim_end_matches('Z'))
}

/// A string as an attribute.
pub(super) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number as an attribute.
pub(super) fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
