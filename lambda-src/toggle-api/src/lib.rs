//! The toggles over HTTP, for people who have no access to the account: the shell's page `/toggles` and
//! `frontage toggles --api`. `openapi.json` describes it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod event;
mod problem;
mod routes;

pub use event::{Event, Response};
pub use problem::{Code, Problem};
pub use routes::answer;

/// The description of the API, in `OpenAPI` 3.1.
pub const DESCRIPTION: &str = include_str!("../openapi.json");
