//! Adoption of resources that an earlier attempt created.

use engine::DriverError;
use model::{Owner, Tags};

/// Lets a driver resume with a resource that already exists, if it is the very one that its create
/// call was for: an earlier attempt created it, and the answer was lost.
///
/// # Errors
/// `refused`, the error of the create call, if the resource is another owner's. One of the same system
/// in another Region is named as such.
pub(crate) fn adopt(found: &Tags, owner: &Owner, refused: DriverError) -> Result<(), DriverError> {
    if owner.is_of(found) {
        return Ok(());
    }
    let found = Owner::recorded_in(found).filter(|found| found.system == owner.system);
    let elsewhere = found
        .as_ref()
        .and_then(|found| found.elsewhere(owner.region.as_deref()));
    Err(match elsewhere {
        Some(region) => DriverError::Invalid(format!(
            "{refused}; it is owned by the system `{}` in {region} and left untouched",
            owner.system
        )),
        None => refused,
    })
}
