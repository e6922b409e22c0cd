//! SQS.

mod queue;

pub(super) use queue::Queues;
