//! Lambda: functions, the permissions to call them, and the streams and queues that invoke them.

mod client;
mod event_source_mapping;
mod function;
mod permission;

pub(super) use event_source_mapping::EventSourceMappings;
pub(super) use function::Functions;
pub(super) use permission::Permissions;
