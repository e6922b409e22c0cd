//! A team's pipeline on this machine: a clean checkout, and in it the steps that build machines run.
//!
//! Nothing here knows a stack, a command or a terminal. Git makes the checkout, with the caller's
//! own configuration and keys.

mod checkout;
mod error;
mod steps;

pub use checkout::Checkout;
pub use error::PipelineError;
pub use steps::Steps;
