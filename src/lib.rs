//! Frontage creates, maintains and tears down a front-end platform on AWS.
//!
//! The program as a library: `main.rs` parses and reports, the tests use the same parts.
//! docs/architecture.md explains how they and the crates below fit together.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
mod hint;
pub mod packages;
pub mod pipeline;
pub mod policy;
pub mod release;
pub mod render;
pub mod status;
pub mod toggles;
pub mod users;

pub use hint::Hint;
