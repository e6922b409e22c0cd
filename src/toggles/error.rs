//! Why toggles could not be read, written or watched.

use std::borrow::Cow;

use engine::DriverError;
use thiserror::Error;
use toggle_contract::MESSAGE_LIMIT;
use toggle_rules::RuleError;
use tokio_tungstenite::tungstenite;

use super::receipt::Waited;
use crate::hint::Hint;

/// Why toggles could not be read, written or watched.
#[derive(Debug, Error)]
pub enum TogglesError {
    /// DynamoDB answered with an error.
    #[error(transparent)]
    Aws(#[from] DriverError),
    /// The toggle does not exist.
    #[error("there is no toggle `{id}`")]
    NoToggle {
        /// The featureId.
        id: String,
        /// A similar one that exists.
        near: Option<String>,
    },
    /// The toggle is not at the expected revision.
    #[error("toggle `{id}` {}, not {expected}", revised(*live))]
    Revised {
        /// The featureId.
        id: String,
        /// The expected revision; zero for none.
        expected: u64,
        /// Its revision in the table, if it has one.
        live: Option<u64>,
    },
    /// The toggle cannot be sent to clients.
    #[error("toggle `{id}` would be a message of {bytes} bytes; the limit is {MESSAGE_LIMIT}")]
    TooLarge {
        /// The featureId.
        id: String,
        /// The bytes of the message.
        bytes: usize,
    },
    /// The history has no such change.
    #[error("the history of toggle `{id}` has no revision {revision}")]
    NoRecord {
        /// The featureId.
        id: String,
        /// The revision.
        revision: u64,
    },
    /// The change is in the history, without the toggle.
    #[error("toggle `{id}` was too large at revision {revision} to be kept in the history")]
    NoImage {
        /// The featureId.
        id: String,
        /// The revision.
        revision: u64,
    },
    /// The change was a deletion.
    #[error("revision {revision} of toggle `{id}` is its deletion")]
    Deletion {
        /// The featureId.
        id: String,
        /// The revision.
        revision: u64,
    },
    /// The toggle's revision is not a whole number that could rise.
    #[error("the attribute `revision` of toggle `{0}` is not a whole number below 2^64")]
    OddRevision(String),
    /// A rule is broken, and was not written.
    #[error("the rule of `{id}` is broken: {source}")]
    Rule {
        /// The featureId, or a segment's id.
        id: String,
        /// Why.
        source: RuleError,
    },
    /// The segment does not exist.
    #[error("there is no segment `{0}`")]
    NoSegment(String),
    /// Rules name the segment.
    #[error("segment `{name}` is named by the rules of {}", .by.join(", "))]
    SegmentUsed {
        /// Its name.
        name: String,
        /// The ids of the toggles and segments that name it.
        by: Vec<String>,
    },
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

fn revised(live: Option<u64>) -> String {
    live.map_or("has no revision".to_owned(), |live| {
        format!("is at revision {live}")
    })
}

impl TogglesError {
    /// Whether the item was not as expected by a write.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self, Self::Aws(error) if error.is("ConditionalCheckFailedException"))
    }

    /// Whether the same attempt may succeed later: the service was not reached, or could not answer.
    pub(super) fn is_transient(&self) -> bool {
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

impl Hint for TogglesError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::Aws(error) if error.is("ResourceNotFoundException") => {
                "the toggles table does not exist: run `frontage apply` first"
            }
            Self::Aws(error) => return error.hint(),
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
            Self::NoSegment(_) => "run `frontage toggles segment list` to see all segments",
            Self::SegmentUsed { .. } => {
                "change their rules first: `frontage toggles set ID on --rule JSON`"
            }
            Self::OddRevision(_) => {
                "remove the attribute from the item in the table: `revision` is the number that orders a toggle's changes"
            }
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
