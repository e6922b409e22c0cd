//! Amazon SQS.

mod client;
mod queue;

pub(super) use queue::Queues;
