//! The engine: reads the account, compares it with the desired state, plans, and applies.
//!
//! It knows resource types only by the facts in [`model::ResourceType`], and drivers only as
//! [`Reader`] and [`Writer`]. Nothing here names an AWS service, prints, or makes a choice that is not in the
//! plan. Its dependencies keep it so: [`model`] and no SDK.
//!
//! Its modules are floors, and each uses only those below it:
//!
//! | floor | modules |
//! |---|---|
//! | 10 | `apply`, `narrow` |
//! | 9 | `steps` |
//! | 8 | `planner` |
//! | 7 | `plan`, `settle` |
//! | 6 | `check`, `inventory`, `pending` |
//! | 5 | `orphans` |
//! | 4 | `driver`, `holdings` |
//! | 3 | `diff`, `waiting`, `wanted` |
//! | 2 | `event`, `interrupt`, `read_cache`, `refusal`, `resolve`, `standing`, `unreadable`, `uses` |
//! | 1 | `error`, `goal`, `holding`, `live`, `secrets`, `slots` |

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod apply;
mod check;
mod diff;
mod driver;
mod error;
mod event;
mod goal;
mod holding;
mod holdings;
mod interrupt;
mod inventory;
mod live;
mod narrow;
mod orphans;
mod pending;
mod plan;
mod planner;
mod read_cache;
mod refusal;
mod resolve;
mod secrets;
mod settle;
mod slots;
mod standing;
mod steps;
#[cfg(test)]
mod tests;
mod unreadable;
mod uses;
mod waiting;
mod wanted;

pub use apply::{Failure, Outcome, Report, apply};
pub use check::check;
pub use diff::{Change, Changes, Comparison, diff, missing_tags};
pub use driver::{GraphRule, Reader, Readers, Suspicion, Violation, Writer, Writers};
pub use error::DriverError;
pub use event::{Event, StepKind};
pub use goal::{Goal, Selection};
pub use holding::{Holding, Precision};
pub use holdings::Holdings;
pub use interrupt::{Stop, pause};
pub use inventory::{Inventory, look_up, read};
pub use live::{Attributes, Live, LiveProperties, LiveTags, ReadRequest};
pub use narrow::{Target, narrow};
pub use orphans::{Orphan, Strangeness, Stranger, Unsearched};
pub use pending::Pending;
pub use plan::{Action, Counts, Kept, Left, Plan, Reason, ResourcePlan};
pub use planner::{adopt, plan};
pub use read_cache::ReadCache;
pub use refusal::{Finding, PlanError, Refusal};
pub use resolve::{Resolved, SystemId, UNKNOWN, has_unknown};
pub use secrets::Secrets;
pub use settle::settle;
pub use unreadable::{InventoryError, Unreadable};
pub use waiting::{report_wait, reporting};
pub use wanted::{types_left, types_looked_up, types_read, types_selected};
