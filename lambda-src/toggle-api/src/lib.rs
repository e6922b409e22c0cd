//! The toggles over HTTP, for people who have no access to the account: the shell's page `/toggles` and
//! `frontage toggles --api`. `openapi.json` describes it.
//!
//! Who asks is a user of the system's pool, by an id token. What they may change follows from their groups.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod body;
mod event;
mod person;
mod problem;
mod proposing;
mod routes;
mod service;
#[cfg(test)]
mod tests;
mod view;

pub use event::{Event, Response};
pub use problem::{Code, Problem};
pub use routes::ROUTES;
pub use service::Service;

/// The description of the API, in `OpenAPI` 3.1.
pub const DESCRIPTION: &str = include_str!("../openapi.json");
