//! Feature toggles from outside: the table as its owner reads and writes it, and the service as its
//! clients see it.
//!
//! Nothing here knows a stack, a command or a terminal.

mod author;
mod calls;
mod client;
mod compare;
mod connected;
mod copy;
mod draft;
mod error;
mod history;
mod limits;
mod message;
mod receipt;
mod revisions;
mod rules;
mod store;
mod toggle;
mod value;
mod watch;
mod write;

pub use author::{CommentError, check_comment};
pub use calls::CALLS;
pub use client::{Client, Received};
pub use compare::{Difference, Differing, differences};
pub use connected::connected;
pub use copy::Copied;
pub use error::TogglesError;
pub use history::{History, Recorded};
pub use limits::{NameError, check_attribute, check_id, check_removal};
pub use message::{Message, Removal};
pub use receipt::{Receipt, Waited};
pub use rules::{Asked, Condition, Explanation, RuleChange, Segment};
pub use store::{Change, Resent, Store};
pub use toggle::Toggle;
pub use value::{AttributeText, ValueError};
pub use watch::{Event, Watch};
