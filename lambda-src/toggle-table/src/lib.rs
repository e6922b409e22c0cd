//! The tables of toggles, of their history and of what is asked for, as those who change toggles read and write
//! them: the command line and the function toggle-api.
//!
//! Nothing here knows a stack, a command, a terminal or the engine: a function links it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod audience;
mod author;
mod call;
mod compare;
mod copy;
mod draft;
mod error;
mod exposure;
#[cfg(test)]
mod fake;
mod history;
mod limits;
mod patch;
mod pending;
mod permissions;
mod proposals;
mod rules;
mod store;
mod together;
mod toggle;
mod value;
mod write;

pub use audience::{Audience, Connections, Counts};
pub use author::{CommentError, check_comment};
pub use call::CallError;
pub use compare::{Difference, Differing, differences};
pub use copy::{Copied, named_segments};
pub use error::TogglesError;
pub use exposure::{Exposure, Exposures, day, first_day};
pub use history::{History, Recorded, time};
pub use limits::{NameError, check_attribute, check_id, check_key, check_removal};
pub use patch::Patch;
pub use pending::Pending;
pub use permissions::{Guarded, MayFlip, Patterns};
pub use proposals::{Kind, Proposal, Proposals, Proposer};
pub use rules::{Asked, Condition, Explanation, RuleChange, Segment};
pub use store::{Change, Resent, Store};
pub use toggle::Toggle;
pub use value::{AttributeText, ValueError};
pub use write::now_ms;
