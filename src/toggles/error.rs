//! Why toggles could not be watched, or a change not be followed; and how to resolve what keeps toggles from
//! being read or written.

use std::borrow::Cow;

use engine::DriverError;
use thiserror::Error;
use toggle_rules::RuleError;
use toggle_table::{CallError, TogglesError};
use tokio_tungstenite::tungstenite;

use super::receipt::Waited;
use crate::hint::Hint;

/// How to resolve that a table does not exist.
const NO_TABLE: &str = "the toggles table does not exist: run `frontage apply` first";

/// Why the service could not be reached, or has not delivered a change.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// DynamoDB answered with an error.
    #[error(transparent)]
    Aws(#[from] DriverError),
    /// The change is written, and not every connection is known to have accepted it.
    #[error("the change is written, {}", undelivered(.0))]
    Undelivered(Waited),
    /// The service does not accept a connection.
    #[error("{url}: {source}")]
    Unreachable {
        /// The URL that clients connect to.
        url: String,
        /// The transport's error.
        source: Box<tungstenite::Error>,
    },
}

fn undelivered(waited: &Waited) -> String {
    let (of, seconds) = (waited.delivery, waited.seconds());
    let accepted = format!("{} of {} connections accepted it", of.told, of.connections);
    match (of.complete, of.connections) {
        (true, _) => format!("and {accepted}; the others were closed"),
        (false, 0) => format!("and no function reported its delivery within {seconds} s"),
        (false, _) => format!("and {accepted} within {seconds} s, as far as is known"),
    }
}

impl ServiceError {
    /// Whether the same attempt may succeed later: the service was not reached, or could not answer.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => match &**source {
                tungstenite::Error::Http(answer) => {
                    let status = answer.status();
                    status.is_server_error() || status.as_u16() == 429
                }
                tungstenite::Error::Url(_) => false,
                _ => true,
            },
            _ => false,
        }
    }
}

fn is_unauthorised(error: &tungstenite::Error) -> bool {
    matches!(error, tungstenite::Error::Http(answer) if answer.status().as_u16() == 401)
}

/// The error of a driver that says the same.
fn of_driver(error: &CallError) -> DriverError {
    match error.clone() {
        CallError::Service {
            operation,
            code,
            message,
            request_id,
        } => DriverError::Service {
            operation,
            code,
            message,
            request_id,
        },
        CallError::Unreachable { operation, reason } => {
            DriverError::Unreachable { operation, reason }
        }
    }
}

impl Hint for TogglesError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::Aws(error) if error.is("ResourceNotFoundException") => NO_TABLE,
            Self::Aws(error) => return aws::hint(&of_driver(error)),
            Self::NoToggle {
                near: Some(near), ..
            } => {
                let meant = format!(
                    "did you mean `{near}`? run `frontage toggles list` to see all toggles"
                );
                return Some(meant.into());
            }
            Self::NoToggle { near: None, .. } => "run `frontage toggles list` to see all toggles",
            Self::Revised { .. } => {
                "run `frontage toggles get ID` to see the toggle, and pass its current revision"
            }
            Self::NoRecord { .. } => {
                "run `frontage toggles history ID` to see its revisions; a change is in it after a few seconds"
            }
            Self::NoImage { .. } => "pass another revision, or set the toggle anew",
            Self::Deletion { .. } => "run `frontage toggles delete ID` to delete it",
            Self::TooLarge { .. } => {
                "write less into its attributes, or remove some with `frontage toggles unset`"
            }
            Self::Rule {
                source: RuleError::NoSegment(_),
                ..
            } => "run `frontage toggles segment set NAME JSON` first",
            Self::Rule { .. } => {
                "nothing was written; the language is flagd's targeting: https://flagd.dev/reference/flag-definitions/#targeting-rules"
            }
            Self::Lacking { .. } => {
                "nothing was copied; name it as well, or copy `--all` toggles of the other system"
            }
            Self::Protected(_) => {
                "nothing was written; `frontage toggles set`, `unset`, `delete` and `rollback` propose it"
            }
            Self::Proposed { .. } | Self::NoProposal { .. } => {
                "run `frontage toggles proposals` to see all proposals"
            }
            Self::OwnProposal { .. } => {
                "ask somebody else, or take it back with `frontage toggles withdraw ID`"
            }
            Self::NoSegment(_) => "run `frontage toggles segment list` to see all segments",
            Self::SegmentUsed { .. } => {
                "change their rules first: `frontage toggles set ID on --rule JSON`"
            }
            Self::OddRevision(_) => {
                "remove the attribute from the item in the table: `revision` is the number that orders a toggle's changes"
            }
        };
        Some(advice.into())
    }
}

impl Hint for ServiceError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::Aws(error) if error.is("ResourceNotFoundException") => NO_TABLE,
            Self::Aws(error) => return error.hint(),
            Self::Undelivered(Waited { delivery, .. }) if delivery.complete => {
                "their clients get the state when they connect again: run `frontage toggles resend ID --wait` to check that all connections accept it"
            }
            Self::Undelivered(Waited { delivery, .. }) if delivery.connections > 0 => {
                "read the logs of toggle-message and toggle-slice, then run `frontage toggles resend ID --wait`"
            }
            Self::Undelivered(_) => {
                "run `frontage plan` to check that the functions are deployed as described, read the log of toggle-message, then run `frontage toggles resend ID --wait`"
            }
            Self::Unreachable { source, .. } if is_unauthorised(source) => {
                "the description's `toggles.connect` requires a token of a user, and `frontage toggles watch --token-env VARIABLE` sends one"
            }
            Self::Unreachable { .. } => {
                "run `frontage plan` to check that the service is deployed as described"
            }
        };
        Some(advice.into())
    }
}
