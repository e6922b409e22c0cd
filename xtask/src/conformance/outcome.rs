//! What comes of a run, and of a test in it.

use std::collections::BTreeMap;
use std::error::Error;

use super::skips::Skip;

/// What a step of a run answers.
pub(super) type Outcome<T> = Result<T, Box<dyn Error>>;

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Passed,
    Failed,
    Skipped(&'static Skip),
}

/// Each test by its name, `drivers::sqs::numbers_change_in_place`.
pub(super) type Results = BTreeMap<String, Ended>;
