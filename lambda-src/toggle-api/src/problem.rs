//! Why a request failed, as RFC 9457 has it.

use serde::{Serialize, Serializer};
use toggle_runtime::doors::Refusal;
use toggle_table::{CallError, TogglesError};
use tracing::error;

use crate::event::Response;

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// There is no valid id token.
    Unauthorized,
    /// Whoever asks may not do this.
    Forbidden,
    /// Nobody approves what they have proposed.
    OwnProposal,
    /// There is no such toggle, segment or proposal.
    UnknownToggle,
    /// There is no such route.
    UnknownRoute,
    /// The toggle is not at the revision that was stated.
    Revised,
    /// Another change of the toggle waits for a second person.
    Proposed,
    /// The request is not understood, or what it would write is not possible.
    Invalid,
    /// There are too many requests.
    TooMany,
    /// The function has failed.
    Failed,
}

impl Code {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Unauthorized,
        Self::Forbidden,
        Self::OwnProposal,
        Self::UnknownToggle,
        Self::UnknownRoute,
        Self::Revised,
        Self::Proposed,
        Self::Invalid,
        Self::TooMany,
        Self::Failed,
    ];

    /// As it is in an answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::OwnProposal => "own-proposal",
            Self::UnknownToggle => "unknown-toggle",
            Self::UnknownRoute => "unknown-route",
            Self::Revised => "revised",
            Self::Proposed => "proposed",
            Self::Invalid => "invalid",
            Self::TooMany => "too-many",
            Self::Failed => "failed",
        }
    }

    /// What it means, the same each time.
    const fn title(self) -> &'static str {
        match self {
            Self::Unauthorized => "Sign in",
            Self::Forbidden => "You may not do this",
            Self::OwnProposal => "Somebody else must approve it",
            Self::UnknownToggle => "There is no such toggle",
            Self::UnknownRoute => "There is no such route",
            Self::Revised => "The toggle has changed meanwhile",
            Self::Proposed => "Another change is proposed",
            Self::Invalid => "The request is not possible",
            Self::TooMany => "Too many requests",
            Self::Failed => "The request failed",
        }
    }

    /// The status of an answer. [`Self::Invalid`] is also 400, if the request is not understood.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Forbidden | Self::OwnProposal => 403,
            Self::UnknownToggle | Self::UnknownRoute => 404,
            Self::Revised | Self::Proposed => 409,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Failed => 500,
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
    /// The toggle's revision, of [`Code::Revised`]; zero if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<u64>,
}

impl Problem {
    /// A problem, and what is particular about it.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            title: code.title(),
            status: code.status(),
            detail: detail.into(),
            code,
            live: None,
        }
    }

    /// A request that is not understood.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self {
            status: 400,
            ..Self::new(Code::Invalid, detail)
        }
    }

    /// What kind of problem it is.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Why a token does not count.
    pub(crate) fn of_token(refusal: &Refusal, request: &str) -> Self {
        match refusal {
            Refusal::OutOfReach => Self::failed(refusal, request),
            refusal => Self::new(Code::Unauthorized, refusal.to_string()),
        }
    }

    /// Why a toggle could not be read or written, for a request about this id.
    pub(crate) fn of_toggle(failure: &TogglesError, id: &str, request: &str) -> Self {
        let detail = failure.to_string();
        let code = match failure {
            TogglesError::Aws(call) if is_throttled(call) => Code::TooMany,
            TogglesError::Aws(call) => return Self::failed(call, request),
            TogglesError::NoToggle { id: missing, .. } if missing == id => Code::UnknownToggle,
            TogglesError::NoSegment(_) | TogglesError::NoProposal { .. } => Code::UnknownToggle,
            TogglesError::Revised { live, .. } => {
                return Self {
                    live: Some(live.unwrap_or(0)),
                    ..Self::new(Code::Revised, detail)
                };
            }
            TogglesError::Protected(_) => Code::Forbidden,
            TogglesError::Proposed { .. } => Code::Proposed,
            TogglesError::OwnProposal { .. } => Code::OwnProposal,
            TogglesError::NoToggle { .. }
            | TogglesError::TooLarge { .. }
            | TogglesError::NoRecord { .. }
            | TogglesError::NoImage { .. }
            | TogglesError::Deletion { .. }
            | TogglesError::OddRevision(_)
            | TogglesError::Rule { .. }
            | TogglesError::Lacking { .. }
            | TogglesError::SegmentUsed { .. } => Code::Invalid,
        };
        Self::new(code, detail)
    }

    /// The log has the reason, by the request's id.
    fn failed(reason: &(dyn std::error::Error + 'static), request: &str) -> Self {
        error!(error = reason, request_id = request, "a request failed");
        Self::new(
            Code::Failed,
            format!("the log says why, at request {request}"),
        )
    }

    /// The answer.
    #[must_use]
    pub fn response(&self) -> Response {
        // Texts and numbers always serialise.
        let body = serde_json::to_string(self).unwrap_or_default();
        let mut response = Response::of(self.status, "application/problem+json", body);
        let header = match self.code {
            Code::Unauthorized => Some(("www-authenticate", "Bearer")),
            Code::TooMany => Some(("retry-after", "1")),
            _ => None,
        };
        response.headers.extend(header);
        response
    }
}

/// Source: the `DynamoDB` developer guide, `Error handling`.
fn is_throttled(call: &CallError) -> bool {
    let codes = [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    ];
    codes.into_iter().any(|code| call.is(code))
}
