//! Errors with hints.

use std::error::Error;

use aws::AccountError;
use engine::{DriverError, InventoryError};

/// An error that can say how to resolve it.
pub trait Hint: Error {
    /// How to resolve it, as an imperative.
    fn hint(&self) -> Option<&str>;
}

impl Hint for DriverError {
    fn hint(&self) -> Option<&'static str> {
        aws::hint(self)
    }
}

impl Hint for AccountError {
    fn hint(&self) -> Option<&'static str> {
        Some(self.advice())
    }
}

impl Hint for InventoryError {
    fn hint(&self) -> Option<&str> {
        self.source.hint()
    }
}
