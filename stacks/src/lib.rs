//! What a Frontage system should be: pure, with no I/O and no SDK.
//!
//! - [`model`]: the vocabulary: addresses, deferred text, resource types, the graph.
//! - [`types`]: the properties of each resource type, in CloudFormation's names and shapes.
//! - [`description`]: `frontage.toml`, typed and checked.
//! - one module a stack ([`toggles`], [`packages`], [`identity`], [`shell`], [`team`]): a function
//!   from the description to resources.
//! - [`system`]: all of them, and how they refer to each other.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod description;
pub mod identity;
pub mod model;
pub mod packages;
pub mod shell;
mod sites;
pub mod system;
pub mod team;
pub mod toggles;
pub mod types;
