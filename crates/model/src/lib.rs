//! The vocabulary that the stacks, the engine and the drivers share: addresses, deferred text, the
//! graph, tags, and in [`types`] the resource types. No I/O.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
mod attribute;
mod graph;
mod owner;
mod quota;
mod resource;
mod service;
mod tags;
mod text;
pub mod types;

pub use address::{Address, InvalidAddress, StackName};
pub use attribute::Attribute;
pub use graph::{
    Graph, Handle, Node, StackBuilder, physical_name, physical_prefix, references, secrets,
};
pub use owner::Owner;
pub use quota::Quota;
pub use resource::{Replacement, Resource, ResourceType, Scope};
pub use service::{EDGE_REGION, Regions, Service};
pub use tags::{
    ADDRESS_TAG, BOUND_TO_TAG, FINGERPRINT_TAG, ID_TAG, IgnoredTags, KEYS_TAG, REGION_TAG,
    SYSTEM_TAG, Tags, child_fingerprint_tag, is_removable,
};
pub use text::{Expression, Pseudo, Text, fingerprint};
