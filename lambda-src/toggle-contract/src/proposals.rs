//! The attributes of a proposal: a change of a toggle that waits for a second person. Its key is the toggle's
//! [`crate::TOGGLE_KEY`], so there is one for each toggle. Who proposes is in [`crate::BY`], when in [`crate::AT`],
//! why in [`crate::COMMENT`], and the toggle's revision at that time in [`crate::REVISION`], zero for none.

/// Its id, text. A proposal that takes another one's place has another id.
pub const ID: &str = "proposal";
/// What is proposed, text: `patch`, `deletion` or `rollback`.
pub const CHANGE: &str = "change";
/// Who proposes, by what nobody can choose: the `sub` of a user, or the ARN of a caller of AWS.
pub const BY_SUB: &str = "bySub";
/// The toggle before the change, in `DynamoDB` JSON, text. Absent if there was none.
pub const BEFORE: &str = "before";
/// The toggle after it, in the same form. Absent if it is to be deleted.
pub const AFTER: &str = "after";
/// The attribute by which `DynamoDB` deletes a proposal, in seconds since the epoch.
pub const EXPIRY: &str = "expiry";
/// How long a proposal is open: 14 days.
pub const LIFETIME_SECONDS: u64 = 14 * 24 * 60 * 60;
