//! The facts that all resources of a type share.

use serde::Serialize;

use crate::service::Service;

/// The facts about a resource type that the engine needs for planning.
#[derive(Debug)]
pub struct ResourceType {
    /// The CloudFormation type: `AWS::DynamoDB::Table`.
    pub name: &'static str,
    /// The service that its resources belong to.
    pub service: &'static Service,
    /// The namespace that its resources share.
    pub scope: Scope,
    /// The paths of the properties by which a live resource is found; all of them are needed to
    /// read it. Empty if it is found by its address alone.
    pub identity: &'static [&'static str],
    /// Property paths that AWS cannot change in place (CloudFormation's create-only properties). A
    /// list whose members AWS can add but not change or remove is written `Schema[]`.
    pub create_only: &'static [&'static str],
    /// Attributes that an in-place change of a property renews: `(property, attribute)`.
    pub renewed_by: &'static [(&'static str, &'static str)],
    /// The property whose referent AWS binds the resource to by more than its name, and the attribute
    /// that tells the referent from one that is created again under that name.
    pub bound_to: Option<(&'static str, &'static str)>,
    /// The order of a replacement's steps.
    pub replacement: Replacement,
    /// Whether it holds people's data: it is never replaced, and deleted only on request. A driver
    /// may narrow that to the resources that hold some now.
    pub holds_data: bool,
    /// Whether AWS can tag it. Otherwise it is found under its parent, which stores its
    /// fingerprint.
    pub taggable: bool,
    /// Types that a resource of this type may refer to, and before which it is therefore deleted.
    /// Orders the deletion of resources that are no longer in the model.
    pub refers_to: &'static [&'static str],
}

/// The namespace that the resources of a type share, which their identity must be as wide as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A Region: a system that is applied in two Regions has two, which cannot meet.
    Regional,
    /// The account: a system that is applied in two Regions sees both of them from each. So the
    /// record of the owner contains the Region, and so does the name, unless a user chose it.
    Account,
    /// The Region that the property `Region` names, or the system's if there is none. One that names a
    /// Region meets those of the system that is applied there, so it is as one of [`Self::Account`].
    Stated,
}

/// The order of the two steps of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Create the new one, update the resources that refer to it, delete the old one: AWS assigns
    /// the id.
    CreateFirst,
    /// Delete the old one first: the name or natural key is taken until it is deleted.
    DeleteFirst,
}

/// The properties of one resource type.
///
/// Implemented by the structs in [`crate::types`], each generic over its strings:
/// with [`super::Text`] in a stack, where they may be deferred, with `String` in a driver.
pub trait Resource: Serialize {
    /// The facts of the type.
    const TYPE: &'static ResourceType;

    /// The paths of properties that contain secrets, such as `ProviderDetails.client_secret`. They
    /// are compared like all others, but a plan never shows their values.
    const SENSITIVE: &'static [&'static str] = &[];
}
