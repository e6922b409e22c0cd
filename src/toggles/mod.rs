//! Feature toggles from outside: the tables as their owner reads and writes them, in the crate
//! `toggle-table`, and the service as its clients see it.
//!
//! Nothing here knows a stack, a command or a terminal.

mod api;
mod calls;
mod client;
mod connected;
mod counted;
mod error;
mod message;
mod protection;
mod receipt;
mod revisions;
mod sources;
mod stale;
mod watch;

use aws::Account;
use toggle_table::{Exposures, first_day, now_ms};

pub use api::{Api, ApiError, Changed, Outcome};
pub use calls::CALLS;
pub use client::{Client, Received};
pub use connected::connected;
pub use counted::{COUNTED_DAYS, Counted};
pub use error::ServiceError;
pub use message::{Message, Removal};
pub use protection::{Proposed, proposals, protected};
pub use receipt::{Receipt, Waited};
pub use sources::{Named, SourcesError, named};
pub use stale::{Judged, Known, judge};
pub use toggle_rules::is_segment;
pub use toggle_table::{
    Asked, AttributeText, Change, CommentError, Condition, Copied, Difference, Differing,
    Explanation, History, Kind, NameError, Patterns, Proposal, Proposals, Proposer, Recorded,
    Resent, RuleChange, Segment, Store, Toggle, TogglesError, ValueError, check_attribute,
    check_comment, check_id, check_key, check_removal, differences, named_segments, time,
};
pub use watch::{Event, Watch};

/// The table of toggles of this name, which the account's caller changes.
#[must_use]
pub fn store(account: &Account, table: String) -> Store {
    Store::new(account.for_data().client(), table, account.caller())
}

/// The table of their history of this name.
#[must_use]
pub fn history(account: &Account, table: String) -> History {
    History::new(account.client(), table)
}

/// Who asked for toggles in so many days, by the table of exposures of this name; `None` if there is none, since the
/// system does not count that.
///
/// # Errors
/// As of every call.
pub async fn counted(
    account: &Account,
    table: String,
    days: u64,
) -> Result<Option<Counted>, TogglesError> {
    let now_ms = now_ms();
    let exposures = Exposures::new(account.client(), table);
    match exposures.of_all(&first_day(now_ms, COUNTED_DAYS)).await {
        Ok(all) => Ok(Some(Counted::of(&all, days, now_ms))),
        Err(TogglesError::Aws(error)) if error.is("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(error),
    }
}
