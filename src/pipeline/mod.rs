//! A team's pipeline: on this machine, in a clean checkout, the steps that build machines run, and a
//! repository that reports pushes; in AWS, its runs.
//!
//! Nothing here knows a stack, a command or a terminal. Git makes the checkout, with the caller's
//! own configuration and keys.

mod calls;
mod checkout;
mod error;
mod git;
mod logs;
mod project;
mod repository;
mod service;
mod steps;

pub use calls::CALLS;
pub use checkout::Checkout;
pub use error::PipelineError;
pub(crate) use git::OF_A_HOOK;
pub use logs::BuildLog;
pub use project::Project;
pub use repository::{Draft, Pushes, Repository};
pub use service::{Approval, Latest, Revision, Run, Service};
pub use steps::Steps;
