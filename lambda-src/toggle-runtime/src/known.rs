//! The connections that toggle-message tells first.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::connection::Connection;

/// How many connections one instance of the function remembers: a few megabytes.
const LIMIT: usize = 10_000;

/// The connections that took every message of the last fan-out of this instance. They are told
/// before the scan that says whom to tell, and may have left since. Only a saving of time: it is
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
    /// None yet, and never more than `limit`.
    #[must_use]
    pub fn bounded(limit: usize) -> Self {
        Self {
            limit,
            connections: RefCell::default(),
        }
    }

    /// All of them, now.
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

    /// Removes a connection. Whether it was one of them.
    pub fn remove(&self, connection: &Connection) -> bool {
        self.connections.borrow_mut().remove(connection)
    }
}
