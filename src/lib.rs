//! Frontage stands up, keeps and tears down a front-end platform on AWS.
//!
//! The reconciler as a library: `main.rs` parses and reports, the tests drive the same parts.
//! docs/architecture.md says how they fit together.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod aws;
pub mod cli;
pub mod packages;
pub mod reconcile;
pub mod release;
pub mod render;
