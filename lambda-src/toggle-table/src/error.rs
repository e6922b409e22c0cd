//! Why toggles could not be read or written.

use thiserror::Error;
use toggle_contract::{MESSAGE_LIMIT, SEGMENT_PREFIX};
use toggle_rules::RuleError;

use crate::call::CallError;
use crate::pending::Pending;

/// Why toggles could not be read or written.
#[derive(Debug, Error)]
pub enum TogglesError {
    /// DynamoDB answered with an error.
    #[error(transparent)]
    Aws(#[from] CallError),
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
    /// Toggles cannot be copied without what their rules refer to.
    #[error(
        "toggle `{id}` needs {}, which is neither copied nor here",
        named(needed)
    )]
    Lacking {
        /// The featureId.
        id: String,
        /// The id of a toggle or a segment.
        needed: String,
    },
    /// The change needs a second person, and was not written.
    #[error("a change of `{}` needs a second person", .0.id())]
    Protected(Box<Pending>),
    /// There is a proposal already.
    #[error("another change of `{id}` is proposed")]
    Proposed {
        /// The featureId.
        id: String,
    },
    /// There is no such proposal.
    #[error("there is no such proposal for `{id}`")]
    NoProposal {
        /// The featureId.
        id: String,
    },
    /// Nobody approves what they have proposed.
    #[error("the change of `{id}` must be approved by somebody else than who proposed it")]
    OwnProposal {
        /// The featureId.
        id: String,
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
}

fn named(id: &str) -> String {
    match id.strip_prefix(SEGMENT_PREFIX) {
        Some(name) => format!("segment `{name}`"),
        None => format!("toggle `{id}`"),
    }
}

fn revised(live: Option<u64>) -> String {
    live.map_or("has no revision".to_owned(), |live| {
        format!("is at revision {live}")
    })
}

impl TogglesError {
    /// Whether the item was not as expected by a write.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Aws(error) if error.is("ConditionalCheckFailedException"))
    }
}
