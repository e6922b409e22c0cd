//! Waits for AWS to finish its work on up-to-date resources: no step needs that, but a user may.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc;

use crate::driver::Readers;
use crate::error::DriverError;
use crate::event::Event;
use crate::interrupt::{Stop, interruptible};
use crate::pending::Pending;

/// Waits until AWS has finished, or until the run is stopped. Returns the unfinished resources.
pub async fn settle(
    pending: Vec<Pending>,
    drivers: &Readers,
    stop: Stop,
    events: mpsc::UnboundedSender<Event>,
) -> Vec<Pending> {
    let waits = pending.into_iter().map(async |pending| {
        let address = pending.address.clone();
        let _ = events.send(Event::Settling {
            address: address.clone(),
            what: pending.what.clone(),
        });
        let failure = interruptible(stop.clone(), Duration::ZERO, wait(&pending, drivers))
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

async fn wait(pending: &Pending, drivers: &Readers) -> Result<(), DriverError> {
    drivers
        .get(pending.resource_type.name)?
        .settle(&pending.live)
        .await
}
