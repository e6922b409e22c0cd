//! The limits of groups that emulators do not enforce.

use model::types::scheduler::ScheduleGroup;

use crate::kit::known::is_known;
use crate::kit::limits::{Checks, Limit};

const API: &str = "EventBridge Scheduler API reference, CreateScheduleGroup";

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[Limit::length("Name", 1, 64, API)];

/// What no table can say.
pub(super) fn check(group: &ScheduleGroup, checks: &mut Checks) {
    let name = &group.name;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    checks.require(
        !is_known(name) || name.chars().all(allowed),
        "Name",
        format!("is `{name}`; letters, digits, -, _ and . are allowed"),
    );
}
