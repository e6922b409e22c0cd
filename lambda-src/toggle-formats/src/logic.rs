//! Targeting as a list of conditions, of which the first that holds decides: what the rules of Unleash and
//! LaunchDarkly have in common with flagd's.

mod parse;
mod write;

use serde_json::{Number, Value};

pub(crate) use self::parse::parse;

/// A condition on the client or the time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Always,
    Never,
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// A segment, by its name.
    Segment(String),
    /// A test of something that is known of the client. It fails if that is not known.
    Is(String, Test),
    /// A comparison of the time with a moment, in seconds.
    Time(Comparison, i64),
    /// So many of so many clients.
    Share(Split),
}

/// What is asked of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// It is known.
    Known,
    OneOf(Vec<Value>),
    /// It is a list that has one of these.
    Has(Vec<Value>),
    Starts(String),
    Ends(String),
    Contains(String),
    Number(Comparison, Number),
    Version(Comparison, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A choice by shares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Split {
    /// The attribute by which clients are divided; `None`: their `targetingKey`.
    pub(crate) by: Option<String>,
    /// The variants with their weights.
    pub(crate) parts: Vec<(String, u64)>,
}

/// What is given if a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Serve {
    /// The default.
    Nothing,
    Variant(String),
    Split(Split),
}

/// Conditions, of which the first that holds decides.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tree {
    pub(crate) rules: Vec<(Condition, Serve)>,
    pub(crate) otherwise: Serve,
}

/// The most ways in which a condition may hold: a rule has a few.
const MOST: usize = 64;

/// A part of a way in which a condition holds, and whether it must hold or fail.
pub(crate) type Part<'c> = (&'c Condition, bool);

impl Condition {
    /// The ways in which it may hold, each a list of parts that hold together. `None`: too many.
    pub(crate) fn ways(&self) -> Option<Vec<Vec<Part<'_>>>> {
        self.ways_if(true)
    }

    fn ways_if(&self, holds: bool) -> Option<Vec<Vec<Part<'_>>>> {
        match (self, holds) {
            (Self::Always, true) | (Self::Never, false) => Some(vec![Vec::new()]),
            (Self::Always, false) | (Self::Never, true) => Some(Vec::new()),
            (Self::Not(inner), holds) => inner.ways_if(!holds),
            (Self::All(parts), true) | (Self::Any(parts), false) => {
                let mut all = vec![Vec::new()];
                for part in parts {
                    let ways = part.ways_if(holds)?;
                    if all.len() * ways.len() > MOST {
                        return None;
                    }
                    let joined = all
                        .iter()
                        .flat_map(|before| ways.iter().map(|way| [&before[..], way].concat()));
                    all = joined.collect();
                }
                Some(all)
            }
            (Self::Any(parts), true) | (Self::All(parts), false) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(part.ways_if(holds)?);
                }
                (all.len() <= MOST).then_some(all)
            }
            (part, holds) => Some(vec![vec![(part, holds)]]),
        }
    }
}

impl Comparison {
    /// As flagd writes it.
    const fn operator(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            "=" | "==" | "===" => Self::Equal,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The same with its sides in each other's places.
    const fn turned(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

/// Whether all hold; with fewer words for none and one.
pub(crate) fn all(mut parts: Vec<Condition>) -> Condition {
    parts.retain(|part| *part != Condition::Always);
    match parts.len() {
        _ if parts.contains(&Condition::Never) => Condition::Never,
        0 => Condition::Always,
        1 => parts.remove(0),
        _ => Condition::All(parts),
    }
}

/// Whether any holds.
pub(crate) fn any(mut parts: Vec<Condition>) -> Condition {
    parts.retain(|part| *part != Condition::Never);
    match parts.len() {
        _ if parts.contains(&Condition::Always) => Condition::Always,
        0 => Condition::Never,
        1 => parts.remove(0),
        _ => Condition::Any(parts),
    }
}

pub(crate) fn not(part: Condition) -> Condition {
    match part {
        Condition::Always => Condition::Never,
        Condition::Never => Condition::Always,
        part => Condition::Not(Box::new(part)),
    }
}

#[cfg(test)]
mod tests;
