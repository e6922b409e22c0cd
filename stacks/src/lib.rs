//! The desired state of a Frontage system: pure, with no I/O and no SDK.
//!
//! - [`description`]: `frontage.toml`, typed and checked.
//! - [`artifacts`]: the builds that it is about, by their hashes.
//! - one module per stack ([`toggles`], [`packages`], [`identity`], [`edge`], [`shell`], [`team`],
//!   [`pipeline`], [`operations`]): a function from the description to resources.
//! - [`system`]: all of them, and how they refer to each other.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod artifacts;
pub mod description;
pub mod edge;
mod function;
pub mod identity;
pub mod operations;
mod outputs;
pub mod packages;
pub mod pipeline;
pub mod shell;
mod sites;
mod stream;
pub mod system;
pub mod team;
pub mod toggles;

pub use outputs::MissingOutput;
