//! The interfaces of the algorithms to the outside.
#![expect(
    async_fn_in_trait,
    reason = "used with concrete types on one thread only"
)]

use toggle_contract::receipt::Share;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::history::Entry;
use crate::item::{Item, State};
use crate::receipts::Place;
use crate::task::{Parcel, Segment};

/// A table could not be read or written, after the SDK's own retries.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action}")]
pub struct TableError {
    /// The action, with the table's name.
    pub action: String,
    /// The service's error.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Why a call to the `@connections` API failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// 410: the connection is closed, or not open yet.
    #[error("the connection does not exist")]
    Gone,
    /// It had no effect, and may have one if retried: 429, 5xx except 504, no connection to the service.
    #[error("try again: {0}")]
    Again(String),
    /// No response arrived in time, the connection broke before one, or it was 504: the call may still
    /// take effect, even late.
    #[error("no answer: {0}")]
    InDoubt(String),
    /// The service will never accept it, for example because a permission is missing.
    #[error("refused: {0}")]
    Refused(String),
}

/// The toggles table, read consistently.
pub trait Toggles {
    /// Every toggle, and the tombstones.
    async fn all(&self) -> Result<State, TableError>;
    /// One toggle or its tombstone, or `None` if it was deleted otherwise.
    async fn one(&self, id: &str) -> Result<Option<Item>, TableError>;
    /// The toggles and segments that may refer to others, with the attributes by which they do.
    async fn referring(&self) -> Result<State, TableError>;
}

/// One page of a scan of the connections table.
#[derive(Debug, Default)]
pub struct Page {
    /// Its connections.
    pub connections: Vec<Connection>,
    /// The key that the next page begins after, if there is one.
    pub next: Option<String>,
}

/// The connections table, read consistently.
pub trait Connections {
    /// The first page of a segment, or of the rest of one.
    async fn page(&self, of: &Segment) -> Result<Page, TableError>;
    /// Whether the connection is still stored.
    async fn exists(&self, connection: &Connection) -> Result<bool, TableError>;
    /// Deletes the item, unless it is no longer the one that was read. Its absence is success.
    async fn forget(&self, connection: &Connection) -> Result<(), TableError>;
    /// Modifies the item, so that the table's stream has another record of it, unless it is no longer
    /// the one that was read. Its absence is success.
    async fn requeue(&self, connection: &Connection, now_ms: u64) -> Result<(), TableError>;
    /// Stores a share in a receipt, which expires at that time, in seconds since the epoch. Another
    /// share in this place is replaced.
    async fn report(&self, place: &Place, share: &Share, expiry: u64) -> Result<(), TableError>;
}

/// The queue could not be read or written, after the SDK's own retries.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action}")]
pub struct QueueError {
    /// The action, with the queue's URL.
    pub action: String,
    /// The service's error.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// The queue of slices, which delivers the messages of one group in order and at least once.
pub trait Backlog {
    /// Stores messages. If it fails, some may be stored nevertheless.
    async fn store(&self, parcels: Vec<Parcel>) -> Result<(), QueueError>;
    /// About how many messages wait or are being processed.
    async fn depth(&self) -> Result<u64, QueueError>;
}

/// The `@connections` API.
pub trait Callback {
    /// Sends one message.
    async fn post(&self, connection: &Connection, message: &[u8]) -> Result<(), CallbackError>;
    /// Closes the connection.
    async fn close(&self, connection: &Connection) -> Result<(), CallbackError>;
}

/// The history of the toggles.
pub trait Journal {
    /// The last record of a toggle before a place, read consistently: with the item after it and that
    /// item's last change.
    async fn last_before(&self, toggle: &str, at: &str) -> Result<Option<Entry>, TableError>;
    /// Stores a record. One that is there is left, and that is success.
    async fn add(&self, entry: &Entry) -> Result<(), TableError>;
}

/// Wakes toggles.
pub trait Touch {
    /// Writes when a toggle was woken into its item, with a higher revision, unless the item has changed since
    /// it was read: then the stream has it anyway, and that is success.
    async fn touch(&self, id: &str, item: &Item, now_ms: u64) -> Result<(), TableError>;
}

/// A schedule could not be written. Contains the call and the answer.
#[derive(Debug, thiserror::Error)]
#[error("cannot schedule: {0}")]
pub struct ScheduleError(pub String);

/// The schedules that wake toggles.
pub trait Schedules {
    /// Makes a schedule at that time, in milliseconds since the epoch, the only one of a toggle. Without a
    /// time it has none. Calls are repeated until then.
    async fn arm(
        &self,
        toggle: &str,
        at_ms: Option<u64>,
        until: Instant,
    ) -> Result<(), ScheduleError>;
}

/// A file could not be written. Contains its URL and the answer.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {0}")]
pub struct FileError(pub String);

/// The file with the state of all toggles.
pub trait File {
    /// Replaces its content.
    async fn write(&self, content: &[u8]) -> Result<(), FileError>;
}
