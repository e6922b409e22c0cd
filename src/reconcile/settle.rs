//! What stands as it should and is not everywhere yet: no step waits for it, and a person may.

use futures_util::future::join_all;
use stacks::model::{Address, ResourceType};
use tokio::sync::mpsc;

use super::interrupt::interruptible;
use super::{Driver, DriverError, Event, Live, Registry, Stop};

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
    pub(super) fn of(address: &Address, driver: &dyn Driver, live: &Live) -> Option<Self> {
        let what = driver.pending(live)?;
        Some(Self {
            address: address.clone(),
            resource_type: driver.resource_type(),
            live: live.clone(),
            what,
        })
    }
}

/// Waits until they are everywhere, or until it is told to stop. Answers with those that are not.
pub async fn settle(
    pending: Vec<Pending>,
    registry: &Registry,
    stop: Stop,
    events: mpsc::UnboundedSender<Event>,
) -> Vec<Pending> {
    let waits = pending.into_iter().map(async |pending| {
        let address = pending.address.clone();
        let _ = events.send(Event::Settling {
            address: address.clone(),
            what: pending.what.clone(),
        });
        let failure = interruptible(stop.clone(), wait(&pending, registry))
            .await
            .err();
        let _ = events.send(Event::Settled {
            address,
            failure: failure.clone(),
        });
        failure.map(|_| pending)
    });
    join_all(waits).await.into_iter().flatten().collect()
}

async fn wait(pending: &Pending, registry: &Registry) -> Result<(), DriverError> {
    registry
        .get(pending.resource_type.name)?
        .settle(&pending.live)
        .await
}
