//! Taking over what an earlier attempt made.

use engine::DriverError;
use model::{Owner, Tags};

/// Lets a driver go on with a resource that already exists, if it is the very one that its create
/// call was for: an earlier attempt made it, and the answer was lost.
///
/// # Errors
/// `refused`, the error of the create call, if the resource is anyone else's.
pub(crate) fn adopt(found: &Tags, owner: &Owner, refused: DriverError) -> Result<(), DriverError> {
    if owner.is_of(found) {
        Ok(())
    } else {
        Err(refused)
    }
}
