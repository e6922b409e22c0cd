//! The attributes of a record of the toggles' history, beside the toggle's [`crate::TOGGLE_KEY`], its
//! [`crate::REVISION`] after the change, and [`crate::BY`], [`crate::APPROVED_BY`] and [`crate::COMMENT`] of who made it. A record without
//! `by` is of a change that was not made through Frontage.

/// The sort key, text: the milliseconds since the epoch at which the stream had the change, and its
/// sequence number, in digits of equal length.
pub const AT: &str = "at";
/// When it was changed, in milliseconds since the epoch, a number.
pub const CHANGED_AT: &str = "changedAt";
/// The item after the change, in `DynamoDB` JSON, text. Absent if there is none.
pub const AFTER: &str = "after";
/// The item before it, in the same form.
pub const BEFORE: &str = "before";
/// `true` if both were too large for a record.
pub const WITHOUT_IMAGES: &str = "withoutImages";
/// The attribute by which `DynamoDB` deletes a record, in seconds since the epoch.
pub const EXPIRY: &str = "expiry";
