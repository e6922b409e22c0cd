//! Exposure: in how many page loads a toggle was asked for, and what was answered, counted in a table for each day.
//!
//! A client that was chosen (`share` of all page loads) tells it by a message over its connection:
//! `{"action":"exposed","toggles":{"shipping.express":["on"]}}`, at most once for a toggle and answer in a page load.
//! An answer is the name of the variant that was sent, or [`ON`] or [`OFF`] if none was: of a toggle without variants, or
//! of one that is off whatever its variants are. An item's key is
//! the toggle's [`crate::TOGGLE_KEY`] with a [`DAY`]; each answer's count is an attribute of its own, since `DynamoDB`
//! adds to top-level attributes alone.

/// The route of the message: its `action`.
pub const ROUTE: &str = "exposed";
/// The attribute of a message with what was answered, by toggle.
pub const TOGGLES: &str = "toggles";
/// Most toggles in one message.
pub const TOGGLES_LIMIT: usize = 100;

/// The environment variable with the name of the table of exposures. Absent: nothing is counted.
pub const TABLE: &str = "EXPOSURES_TABLE";
/// The environment variable of toggle-api with the share of page loads that tell, a decimal number: `0.01`.
pub const SHARE: &str = "EXPOSURE_SHARE";
/// The sort key: a day in UTC, `2026-11-30`.
pub const DAY: &str = "day";
/// How an attribute with the count of an answer begins.
pub const COUNT_PREFIX: &str = "answer:";
/// The answer of a toggle without variants that is on.
pub const ON: &str = "on";
/// The answer of one that is off.
pub const OFF: &str = "off";
/// The attribute by which `DynamoDB` deletes a count, in seconds since the epoch.
pub const EXPIRY: &str = "expiry";
/// How long counts are kept after the last one of their day: 90 days.
pub const LIFETIME_SECONDS: u64 = 90 * 24 * 60 * 60;
