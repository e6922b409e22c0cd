//! An attribute that AWS assigns.

use std::marker::PhantomData;

/// An attribute that AWS assigns to a resource of the type `R`: its ARN, its id, its URL.
///
/// Each type in [`crate::types`] has a constant per attribute. The stacks refer to an attribute by
/// it and the drivers set the attribute by it, so neither can misspell what the other means.
#[derive(Debug)]
pub struct Attribute<R> {
    /// CloudFormation's name of the attribute: `Arn`, `StreamArn`.
    pub name: &'static str,
    resource: PhantomData<R>,
}

// Not derived: that would require the same of `R`.
impl<R> Clone for Attribute<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Attribute<R> {}

impl<R> Attribute<R> {
    /// The attribute that CloudFormation gives this name.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            resource: PhantomData,
        }
    }
}
