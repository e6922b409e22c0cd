//! The owner that is written with a live resource: one in a comment or in a companion is written
//! whole.

use engine::DriverError;
use model::{Owner, Tags};

use super::typed::TypedLive;

/// The owner that a live resource's tags record once `set` are set.
///
/// # Errors
/// [`DriverError::Internal`] if they record none: only a resource with an owner is written.
pub(crate) fn owner<P>(live: &TypedLive<P>, set: &Tags) -> Result<Owner, DriverError> {
    let mut tags = live.tags.known().cloned().unwrap_or_default();
    tags.extend(set.clone());
    Owner::recorded_in(&tags)
        .ok_or_else(|| DriverError::internal(format!("`{}` has no owner", live.id)))
}
