//! The engine: it reads the account, compares it with what is desired, plans, and applies.
//!
//! It knows resource types only by the facts in [`stacks::model::ResourceType`] and drivers only as
//! [`Driver`]. Nothing here names an AWS service, prints, or makes a choice that is not in the
//! plan.

mod apply;
mod diff;
mod driver;
mod interrupt;
mod inventory;
mod plan;
mod reading;
mod refusal;
mod resolve;
mod settle;
mod steps;
#[cfg(test)]
mod tests;

pub use apply::{Event, Failure, Outcome, Report, Stop, apply};
pub use diff::{Change, Changes, diff, diff_tags};
pub use driver::{Attributes, Driver, DriverError, Live, LiveTags, Registry, Wanted};
pub(crate) use interrupt::pause;
pub use inventory::{Inventory, InventoryError, Orphan, Selection, read};
pub use plan::{Action, Counts, Goal, Kept, Plan, Reason, ResourcePlan, plan};
pub use reading::Reading;
pub use refusal::{PlanError, Refusal};
pub use resolve::{Known, UNKNOWN, has_unknown};
pub use settle::{Pending, settle};
pub use steps::StepKind;
