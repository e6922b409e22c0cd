//! The connections that toggle-message sends to first.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::connection::Connection;

/// The maximum number of connections that one instance of the function remembers: a few megabytes.
const LIMIT: usize = 10_000;

/// The connections that accepted every message of this instance's last fan-out. They are sent to
/// before the scan that finds all connections, and may have left since. Only an optimisation: it is
/// lost with the instance.
#[derive(Debug)]
pub struct Known {
    limit: usize,
    connections: RefCell<BTreeSet<Connection>>,
}

impl Default for Known {
    fn default() -> Self {
        Self::bounded(LIMIT)
    }
}

impl Known {
    /// None so far, and never more than `limit`.
    #[must_use]
    pub fn bounded(limit: usize) -> Self {
        Self {
            limit,
            connections: RefCell::default(),
        }
    }

    /// All current ones.
    #[must_use]
    pub fn all(&self) -> BTreeSet<Connection> {
        self.connections.borrow().clone()
    }

    /// Adds a connection, if there is room.
    pub fn add(&self, connection: &Connection) {
        let mut connections = self.connections.borrow_mut();
        if connections.len() < self.limit {
            connections.insert(connection.clone());
        }
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.connections.borrow_mut().clear();
    }

    /// Removes a connection. Returns whether it was one of them.
    pub fn remove(&self, connection: &Connection) -> bool {
        self.connections.borrow_mut().remove(connection)
    }
}
