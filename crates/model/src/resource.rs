//! What is true of every resource of one type.

use serde::Serialize;

use crate::service::Service;

/// The facts of one resource type that the engine plans with.
#[derive(Debug)]
pub struct ResourceType {
    /// CloudFormation's name of the type: `AWS::DynamoDB::Table`.
    pub name: &'static str,
    /// The service that its resources belong to.
    pub service: &'static Service,
    /// The paths of the properties by which a live resource is found; all of them are needed to
    /// read it. None where it is found by its address alone.
    pub identity: &'static [&'static str],
    /// Property paths that AWS cannot change in place (CloudFormation's create-only properties). A
    /// list to which AWS can add members, but whose members stay, is written `Schema[]`.
    pub create_only: &'static [&'static str],
    /// Attributes that an in-place change of a property makes anew: `(property, attribute)`.
    pub renewed_by: &'static [(&'static str, &'static str)],
    /// In which order a replacement is done.
    pub replacement: Replacement,
    /// Whether it keeps people's data: it is never replaced, and deleted only when told.
    pub holds_data: bool,
    /// Whether AWS can tag it. What it cannot is found under its parent, which keeps its
    /// fingerprint.
    pub taggable: bool,
    /// Types that a resource of this type may refer to, and so is deleted before.
    /// Orders the deletion of what is no longer in the model.
    pub refers_to: &'static [&'static str],
}

/// In which order the two steps of a replacement go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// The new one first, then what refers to it, then the old one goes: AWS makes the id.
    CreateFirst,
    /// The old one first: the name or natural key is taken until it is gone.
    DeleteFirst,
}

/// The properties of one resource type.
///
/// Implemented by the structs in [`crate::types`], each generic over its strings:
/// with [`super::Text`] in a stack, where they may be deferred, with `String` in a driver.
pub trait Resource: Serialize {
    /// The facts of the type.
    const TYPE: &'static ResourceType;
}
