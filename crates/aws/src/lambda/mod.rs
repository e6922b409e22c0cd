//! Lambda.
//!
//! What the drivers of functions, permissions and event source mappings share is in [`functions`]:
//! how a function is named and read, and which errors of the service pass by themselves.

mod event_source_mapping;
mod function;
mod functions;
mod permission;

pub(super) use event_source_mapping::EventSourceMappings;
pub(super) use function::FunctionDriver;
pub(super) use permission::Permissions;
