//! The pipelines of the teams: from a commit to a release.

mod steps;

pub use steps::{STEPS, Step, Variables};
