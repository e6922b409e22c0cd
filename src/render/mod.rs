//! Plans, progress and reports, as text for people and JSON for machines. No decisions are made
//! here.

mod document;
mod history;
mod packages;
mod pipeline;
mod plan;
mod progress;
mod release;
mod report;
mod stale;
mod status;
mod toggles;
pub mod visible;

pub use document::{PlanDocument, ReportDocument};
pub use history::{History, history};
pub use packages::{packages_listed, packages_published};
pub use pipeline::{build_logs, runs};
pub use plan::{left, plan};
pub use progress::progress;
pub use release::{
    previewed, pruned, published, release_progress, release_warnings, releases, rolled_back,
};
pub use report::{outputs, pending, report};
pub use stale::stale;
pub use status::status;
pub use toggles::{
    copied, delivery, differences, explanation, exported, imported, message, not_carried,
    proposals, resent, segments, toggle, toggle_changes, toggle_history, toggles,
};
