//! Adoption of resources that an earlier attempt created.

use engine::DriverError;
use model::{Owner, Tags};

/// Lets a driver resume with a resource that already exists, if it is the very one that its create
/// call was for: an earlier attempt created it, and the answer was lost.
///
/// # Errors
/// `refused`, the error of the create call, if the resource is another owner's.
pub(crate) fn adopt(found: &Tags, owner: &Owner, refused: DriverError) -> Result<(), DriverError> {
    if owner.is_of(found) {
        Ok(())
    } else {
        Err(refused)
    }
}
