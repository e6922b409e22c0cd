//! What the three toggle functions share: the wire's shapes, the two algorithms that tell clients
//! about toggles, and their adapters to `DynamoDB` and API Gateway.
//!
//! [`welcome`] and [`announce`] hold the rules and know no AWS: they reach the world through the
//! narrow [`ports`], so the tests run the same code in a simulated world under virtual time.
//! `lambda-src/README.md` has the protocol and the argument why no client ends stale.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod announce;
pub mod backoff;
pub mod callback;
pub mod clock;
pub mod coalesce;
pub mod connection;
pub mod dynamo;
pub mod event;
#[cfg(test)]
mod fake;
pub mod fan_out;
pub mod init;
pub mod item;
pub mod known;
pub mod line;
pub mod message;
pub mod policy;
pub mod ports;
pub mod register;
pub mod states;
pub mod tally;
pub mod websocket;
pub mod welcome;
#[cfg(test)]
mod wire;
