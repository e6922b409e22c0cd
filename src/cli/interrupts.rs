//! Ctrl-C, and the request to end that a job's runner sends when it is cancelled.

use std::future::pending;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The requests to end, from the moment that this is made: none is lost between two waits.
#[derive(Debug)]
pub(super) struct Interrupts {
    signals: Option<(Signal, Signal)>,
}

impl Interrupts {
    /// Listens from now on. Where the system lets nobody listen, a signal ends the program as it
    /// always does.
    pub(super) fn listen() -> Self {
        let signals = signal(SignalKind::interrupt()).and_then(|interrupt| {
            let terminate = signal(SignalKind::terminate())?;
            Ok((interrupt, terminate))
        });
        Self {
            signals: signals.ok(),
        }
    }

    /// Waits for the next request.
    pub(super) async fn next(&mut self) {
        let Some((interrupt, terminate)) = &mut self.signals else {
            return pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
