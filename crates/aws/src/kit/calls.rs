//! What code calls, and on what: declarations next to that code, from which policies are made.
//!
//! A test compares each declaration with the operations that the code beside it names.

/// Calls that act on the same things, for the same purposes.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    /// What they are made for.
    pub purposes: &'static [Purpose],
    /// What they act on: `*`, or an ARN without `arn:PARTITION:`. It may contain `{region}`,
    /// `{account}`, `{path}` (of roles) and the names that [`Purpose`] describes: `{name}` for what
    /// is named `SYSTEM-STACK-NAME`, `{stack}` for what is named `SYSTEM-STACK`, `{system}`.
    ///
    /// It is `*` where IAM has no resource for the action. Source: Service Authorization Reference.
    pub on: &'static str,
    /// The operations, as `service:Operation`.
    pub operations: &'static [&'static str],
}

/// What a call is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// To read what is there. Its names are those of the whole system: stacks refer to each other.
    Read,
    /// To read with fewer calls. Without this permission, the [`Self::Read`] calls are used instead.
    ReadFaster,
    /// To create. Its names, as those of the following, are of the stacks that are written to.
    Create,
    /// To change in place, tags as well.
    Change,
    /// To delete, with what must be changed for that.
    Delete,
}

impl Calls {
    /// Calls that read.
    #[must_use]
    pub const fn reading(on: &'static str, operations: &'static [&'static str]) -> Self {
        Self::to(&[Purpose::Read], on, operations)
    }

    /// Calls for some purposes.
    #[must_use]
    pub const fn to(
        purposes: &'static [Purpose],
        on: &'static str,
        operations: &'static [&'static str],
    ) -> Self {
        Self {
            purposes,
            on,
            operations,
        }
    }
}
