//! Why a rule cannot be evaluated.

/// Why a rule cannot be evaluated: the toggle is off then, for everybody whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// An attribute has a type of `DynamoDB` that it must not have.
    #[error("attribute {name} must be of type {must}")]
    Type {
        /// The attribute.
        name: &'static str,
        /// The type.
        must: &'static str,
    },
    /// The targeting is no JSON, or not flagd's.
    #[error("targeting: {0}")]
    Targeting(String),
    /// The targeting failed for a client.
    #[error("targeting: {0}")]
    Evaluation(String),
    /// The targeting chose a variant that the toggle does not have.
    #[error("there is no variant `{0}`")]
    NoVariant(String),
    /// The targeting chose something that is no variant's name.
    #[error("targeting gave {0}, which names no variant")]
    NoName(String),
    /// The targeting refers to a segment that does not exist.
    #[error("there is no segment `{0}`")]
    NoSegment(String),
    /// Segments or prerequisites refer to each other in a circle.
    #[error("`{0}` refers to itself, by way of others or directly")]
    Circle(String),
    /// A prerequisite's own rule is broken.
    #[error("prerequisite `{id}`: {source}")]
    Prerequisite {
        /// The prerequisite.
        id: String,
        /// Why.
        source: Box<RuleError>,
    },
    /// A window is no window.
    #[error("windows: {0}")]
    Window(String),
    /// A ramp is no ramp.
    #[error("ramp: {0}")]
    Ramp(String),
}
