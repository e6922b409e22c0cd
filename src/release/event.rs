//! The progress events of a publish or a rollback.

use tokio::sync::mpsc::UnboundedSender;

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
