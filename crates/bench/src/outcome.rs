//! What a measurement answers.

use std::error::Error;

/// What was measured, or why it could not be: nobody handles one error differently from another, so
/// any will do.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
