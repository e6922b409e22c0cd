//! Errors with hints.

use std::borrow::Cow;
use std::error::Error;

use aws::AccountError;
use engine::DriverError;

/// An error that can say how to resolve it.
pub trait Hint: Error {
    /// How to resolve it, as an imperative.
    fn hint(&self) -> Option<Cow<'_, str>>;
}

impl Hint for DriverError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        aws::hint(self)
    }
}

impl Hint for AccountError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        Some(self.advice())
    }
}
