//! The common library of the toggle functions: the message formats, the three algorithms that
//! send toggles to clients, and their adapters to `DynamoDB`, API Gateway and SQS.
//!
//! [`welcome`], [`announce`] and [`slice`] contain the rules and know no AWS: they reach the outside through
//! the narrow [`ports`], so the tests run the same code in a simulated world under virtual time.
//! `lambda-src/README.md` contains the protocol and the argument why no client stays stale.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod announce;
pub mod backoff;
mod batches;
pub mod bucket;
pub mod callback;
pub mod clock;
pub mod coalesce;
pub mod connection;
pub mod current;
pub mod doors;
pub mod dynamo;
pub mod event;
pub mod exposures;
#[cfg(test)]
mod fake;
pub mod fan_out;
pub mod history;
pub mod init;
pub mod item;
pub mod known;
pub mod line;
pub mod message;
pub mod outbox;
pub mod pace;
pub mod policy;
pub mod ports;
pub mod queue;
pub mod receipts;
pub mod register;
pub mod rulebook;
pub mod schedules;
pub mod sending;
pub mod signed;
pub mod slice;
pub mod snapshot;
pub mod states;
pub mod tally;
pub mod task;
pub mod wake;
pub mod websocket;
pub mod welcome;
#[cfg(test)]
mod wire;
