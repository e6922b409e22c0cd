//! The result of a measurement.

use std::error::Error;

/// A measurement, or why it failed: no caller distinguishes errors, so any type will do.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
