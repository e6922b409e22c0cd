//! `DynamoDB`.

mod table;

pub(super) use table::Tables;
