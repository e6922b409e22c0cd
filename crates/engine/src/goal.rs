//! The goal of a run, and the stacks that it covers.

use std::collections::BTreeSet;

use model::{Graph, StackName};

/// The goal of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The account matches the model.
    Converge,
    /// Nothing of the selected stacks is left.
    Destroy {
        /// Whether resources that hold people's data are deleted as well.
        delete_data: bool,
    },
}

/// The stacks that a run covers.
#[derive(Clone, Debug)]
pub enum Selection {
    /// The whole system, including remains of stacks that it no longer contains.
    All,
    /// Only these; the resources that they refer to in others are read and left untouched.
    Only(BTreeSet<StackName>),
    /// All but these.
    Except(BTreeSet<StackName>),
}

impl Selection {
    /// Whether a stack is selected.
    #[must_use]
    pub fn contains(&self, stack: &StackName) -> bool {
        match self {
            Self::All => true,
            Self::Only(stacks) => stacks.contains(stack),
            Self::Except(stacks) => !stacks.contains(stack),
        }
    }

    /// Whether no stack was named: then remains of stacks that the system no longer contains are
    /// covered as well.
    #[must_use]
    pub fn covers_whole_system(&self) -> bool {
        !matches!(self, Self::Only(_))
    }

    /// Whether it covers stacks that a graph does not have: remains of those that the system no longer
    /// contains.
    #[must_use]
    pub fn reaches_beyond(&self, graph: &Graph) -> bool {
        let described = |stack: &StackName| graph.nodes().any(|of| of.address.stack() == stack);
        match self {
            Self::All | Self::Except(_) => true,
            Self::Only(stacks) => !stacks.iter().all(described),
        }
    }

    /// The same selection without some stacks.
    #[must_use]
    pub fn without(self, stacks: &BTreeSet<StackName>) -> Self {
        match self {
            Self::All => Self::Except(stacks.clone()),
            Self::Only(selected) => Self::Only(selected.difference(stacks).cloned().collect()),
            Self::Except(left_out) => Self::Except(left_out.union(stacks).cloned().collect()),
        }
    }
}
