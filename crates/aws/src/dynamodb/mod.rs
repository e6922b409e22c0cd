//! `DynamoDB`: tables.

mod client;
mod table;

pub(super) use table::Tables;
