//! Why a request failed, as RFC 9457 has it.

use serde::{Serialize, Serializer};

use crate::event::Response;

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// There is no such route.
    UnknownRoute,
}

impl Code {
    /// All of them.
    pub const ALL: &[Self] = &[Self::UnknownRoute];

    /// As it is in an answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownRoute => "unknown-route",
        }
    }

    /// What it means, the same each time.
    const fn title(self) -> &'static str {
        match self {
            Self::UnknownRoute => "There is no such route",
        }
    }

    const fn status(self) -> u16 {
        match self {
            Self::UnknownRoute => 404,
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    title: &'static str,
    status: u16,
    detail: String,
    code: Code,
}

impl Problem {
    /// A problem, and what is particular about it.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            title: code.title(),
            status: code.status(),
            detail: detail.into(),
            code,
        }
    }

    /// The answer.
    #[must_use]
    pub fn response(&self) -> Response {
        // Texts and numbers always serialise.
        let body = serde_json::to_string(self).unwrap_or_default();
        Response::of(self.status, "application/problem+json", body)
    }
}
