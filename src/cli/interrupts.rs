//! Ctrl-C, and the termination signal that a CI runner sends when a job is cancelled.

use std::future::pending;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Interrupts from the moment that this is created: none is lost between two waits.
#[derive(Debug)]
pub(super) struct Interrupts {
    signals: Option<(Signal, Signal)>,
}

impl Interrupts {
    /// Starts listening. If the operating system does not allow it, a signal ends the program as
    /// usual.
    pub(super) fn listen() -> Self {
        let signals = signal(SignalKind::interrupt()).and_then(|interrupt| {
            let terminate = signal(SignalKind::terminate())?;
            Ok((interrupt, terminate))
        });
        Self {
            signals: signals.ok(),
        }
    }

    /// Waits for the next interrupt.
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
