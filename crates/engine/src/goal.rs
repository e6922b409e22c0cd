//! What a run is for, and which stacks it covers.

use std::collections::BTreeSet;

use model::StackName;

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The account is as the model says.
    Converge,
    /// Nothing of the selected stacks is left.
    Destroy {
        /// Whether what holds people's data goes too.
        delete_data: bool,
    },
}

/// The stacks that a run speaks of.
#[derive(Clone, Debug)]
pub enum Selection {
    /// All of the system, and what is left of stacks that it no longer has.
    All,
    /// These alone; what they refer to in others is read and not touched.
    Only(BTreeSet<StackName>),
    /// All but these.
    Except(BTreeSet<StackName>),
}

impl Selection {
    /// Whether a stack is spoken of.
    #[must_use]
    pub fn contains(&self, stack: &StackName) -> bool {
        match self {
            Self::All => true,
            Self::Only(stacks) => stacks.contains(stack),
            Self::Except(stacks) => !stacks.contains(stack),
        }
    }

    /// Whether no stack was named: then what is left of stacks that the system no longer has is
    /// spoken of too.
    #[must_use]
    pub fn covers_whole_system(&self) -> bool {
        !matches!(self, Self::Only(_))
    }

    /// The same selection but for some stacks.
    #[must_use]
    pub fn without(self, stacks: &BTreeSet<StackName>) -> Self {
        match self {
            Self::All => Self::Except(stacks.clone()),
            Self::Only(selected) => Self::Only(selected.difference(stacks).cloned().collect()),
            Self::Except(left_out) => Self::Except(left_out.union(stacks).cloned().collect()),
        }
    }
}
