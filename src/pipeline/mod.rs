//! A team's pipeline: on this machine, in a clean checkout, the steps that build machines run; in AWS,
//! its runs.
//!
//! Nothing here knows a stack, a command or a terminal. Git makes the checkout, with the caller's
//! own configuration and keys.

mod calls;
mod checkout;
mod error;
mod logs;
mod service;
mod steps;

pub use calls::CALLS;
pub use checkout::Checkout;
pub use error::PipelineError;
pub use logs::BuildLog;
pub use service::{Approval, Latest, Revision, Run, Service};
pub use steps::Steps;
