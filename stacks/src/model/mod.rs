//! The vocabulary that the stacks, the engine and the drivers share.
//!
//! Nothing here names an AWS service: those are in [`crate::types`].

mod address;
mod graph;
mod resource;
mod tags;
mod text;

pub use address::{Address, InvalidAddress, StackName};
pub use graph::{Graph, Handle, Node, StackBuilder, references};
pub use resource::{Replacement, Resource, ResourceType};
pub use tags::{ADDRESS_TAG, FINGERPRINT_TAG, SYSTEM_TAG, Tags, child_fingerprint_tag};
pub use text::{Expression, Pseudo, Text, fingerprint};
