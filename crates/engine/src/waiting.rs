//! The waits of a step, as events.

use std::future::Future;

use model::Address;
use tokio::sync::mpsc::UnboundedSender;

use crate::event::{Event, StepKind};

tokio::task_local! {
    static STEP: (UnboundedSender<Event>, Address, StepKind);
}

/// Runs a step whose waits are reported as [`Event::Waiting`].
pub async fn reporting<F: Future>(
    events: UnboundedSender<Event>,
    address: Address,
    kind: StepKind,
    step: F,
) -> F::Output {
    STEP.scope((events, address, kind), step).await
}

/// Reports that the current step waits, for a condition that completes 'waiting for …'. Outside a
/// step nothing is reported.
pub fn report_wait(condition: &str) {
    let _ = STEP.try_with(|(events, address, kind)| {
        let what = condition.to_owned();
        let (address, kind) = (address.clone(), *kind);
        events.send(Event::Waiting {
            address,
            kind,
            what,
        })
    });
}
