//! Why the toggles' HTTP API did not do what was asked.

use std::borrow::Cow;

use thiserror::Error;

use crate::hint::Hint;

/// Why the API could not be used, or did not do what was asked.
#[derive(Debug, Error)]
pub enum ApiError {
    /// It could not be reached.
    #[error("{url}: {reason}")]
    Unreachable {
        /// Its URL.
        url: String,
        /// The transport's message.
        reason: String,
    },
    /// The answer is not the API's.
    #[error("{url} answered {status}, which is not the toggles' API's")]
    Odd {
        /// Its URL.
        url: String,
        /// The status.
        status: u16,
    },
    /// It refused.
    #[error("{title}: {detail}")]
    Refused {
        /// What kind of problem it is, in words.
        title: String,
        /// What is particular about it.
        detail: String,
        /// The kind.
        code: String,
    },
}

impl ApiError {
    pub(super) fn is(&self, expected: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == expected)
    }

    /// Whether the API has no such route: it says so itself or, if none leads to it, API Gateway does.
    pub(super) fn is_no_route(&self) -> bool {
        self.is("unknown-route") || matches!(self, Self::Odd { status: 404, .. })
    }
}

impl Hint for ApiError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let Self::Refused { code, .. } = self else {
            return Some(
                "check the URL: the shell's `config.json` names it, as `toggles.api`".into(),
            );
        };
        let advice = match code.as_str() {
            "unauthorized" => {
                "sign in again, and pass the id token in the variable that --token-env names"
            }
            "forbidden" => "ask who maintains `[toggles.may_flip]` of the system's description",
            "own-proposal" => {
                "ask somebody else, or take it back with `frontage toggles withdraw ID`"
            }
            "unknown-toggle" => "run `frontage toggles list` to see all toggles",
            "revised" => {
                "run `frontage toggles get ID` to see the toggle, and pass its current revision"
            }
            "proposed" => "run `frontage toggles proposals` to see it",
            "too-many" => "run the command again in a moment",
            _ => return None,
        };
        Some(advice.into())
    }
}
