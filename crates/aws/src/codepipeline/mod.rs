//! AWS CodePipeline.

mod client;
mod pipeline;

pub(super) use pipeline::Pipelines;
