//! AWS CodeConnections.

mod client;
mod connection;

pub(super) use connection::Connections;
