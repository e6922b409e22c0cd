//! A part of the status, or why it could not be read.

use engine::DriverError;
use serde::Serialize;

/// A part of the status, or why it could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen<T> {
    /// It was read.
    Read(T),
    /// The credentials may not make this call: `cloudwatch:DescribeAlarms`.
    Denied(String),
    /// It could not be read for another reason.
    Failed(String),
}

impl<T> Seen<T> {
    /// The error of a call.
    #[must_use]
    pub fn unread(error: &DriverError) -> Self {
        match error {
            DriverError::Service { operation, .. } if aws::is_denied(error) => {
                Self::Denied((*operation).to_owned())
            }
            error => Self::Failed(error.to_string()),
        }
    }

    /// What was read.
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Denied(_) | Self::Failed(_) => None,
        }
    }

    /// Whether it could not be read for another reason than a permission.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl<T> From<Result<T, DriverError>> for Seen<T> {
    fn from(answer: Result<T, DriverError>) -> Self {
        answer.map_or_else(|error| Self::unread(&error), Self::Read)
    }
}
