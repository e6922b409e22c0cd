//! Resources that are up to date and that AWS is still working on.

use model::{Address, ResourceType};

use crate::driver::Driver;
use crate::live::Live;

/// A resource that stands as it should and is not everywhere yet.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The resource.
    pub address: Address,
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// What is there.
    pub live: Live,
    /// What AWS does yet: `deploying to the edges`.
    pub what: String,
}

impl Pending {
    /// What a live resource's driver says that AWS does yet, if anything.
    pub(crate) fn of(address: &Address, driver: &dyn Driver, live: &Live) -> Option<Self> {
        let what = driver.pending(live)?;
        Some(Self {
            address: address.clone(),
            resource_type: driver.resource_type(),
            live: live.clone(),
            what,
        })
    }
}
