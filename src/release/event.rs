//! The progress events of what changes releases.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::manifest::Percent;
use super::preview::PreviewName;

/// A progress event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Waiting for another publisher to finish pruning.
    Waiting,
    /// Files are being uploaded.
    Uploading {
        /// Their number.
        files: usize,
        /// Their size in bytes.
        bytes: u64,
        /// The number of files that are already there.
        present: usize,
    },
    /// A file was uploaded.
    Uploaded {
        /// Its path.
        path: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// The pointer is about to be written.
    Switching,
    /// The object of this preview is about to be written.
    Showing(PreviewName),
    /// A canary bakes.
    Baking {
        /// Its share of the clients.
        percent: Percent,
        /// For how long.
        every: Duration,
        /// How many alarms are watched.
        alarms: usize,
    },
    /// An alarm went off, and the canary is about to end.
    GoingBack {
        /// The alarm.
        alarm: String,
    },
    /// Visitors get the release, and the dashboard does not show when that began.
    Unmarked {
        /// Why.
        reason: String,
        /// What to do.
        advice: &'static str,
    },
    /// Old releases are about to be deleted.
    Pruning {
        /// Their number.
        objects: usize,
    },
}

/// The destination of events. There may be no listener.
#[derive(Clone, Debug)]
pub struct Events(UnboundedSender<Event>);

impl Events {
    /// Events for a listener.
    #[must_use]
    pub fn new(sender: UnboundedSender<Event>) -> Self {
        Self(sender)
    }

    /// Events without a listener.
    #[must_use]
    pub fn none() -> Self {
        Self(tokio::sync::mpsc::unbounded_channel().0)
    }

    pub(super) fn tell(&self, event: Event) {
        let _ = self.0.send(event);
    }
}
