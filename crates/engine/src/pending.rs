//! Resources that are up to date and that AWS is still working on.

use model::{Address, ResourceType};

use crate::driver::Reader;
use crate::live::Live;

/// A resource that is up to date and that AWS is still working on.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The resource.
    pub address: Address,
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// The live resource.
    pub live: Live,
    /// AWS's remaining work: `deploying to the edges`.
    pub what: String,
}

impl Pending {
    /// The resource, if its driver reports remaining work.
    pub(crate) fn of(address: &Address, driver: &dyn Reader, live: &Live) -> Option<Self> {
        let what = driver.pending(live)?;
        Some(Self {
            address: address.clone(),
            resource_type: driver.resource_type(),
            live: live.clone(),
            what,
        })
    }
}
