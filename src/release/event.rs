//! What a publish or a rollback tells while it runs.

use tokio::sync::mpsc::UnboundedSender;

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody else prunes; it is waited for.
    Waiting,
    /// Files go up.
    Uploading {
        /// How many.
        files: usize,
        /// Their bytes.
        bytes: u64,
        /// How many are there already.
        present: usize,
    },
    /// A file is up.
    Uploaded {
        /// Its path.
        path: String,
        /// Its bytes.
        bytes: u64,
    },
    /// The pointer is about to be written.
    Switching,
    /// Old releases are about to be deleted.
    Pruning {
        /// How many objects.
        objects: usize,
    },
}

/// Where events go. Nobody needs to listen.
#[derive(Clone, Debug)]
pub struct Events(UnboundedSender<Event>);

impl Events {
    /// Events for a listener.
    #[must_use]
    pub fn new(sender: UnboundedSender<Event>) -> Self {
        Self(sender)
    }

    /// Events for nobody.
    #[must_use]
    pub fn none() -> Self {
        Self(tokio::sync::mpsc::unbounded_channel().0)
    }

    pub(super) fn tell(&self, event: Event) {
        let _ = self.0.send(event);
    }
}
