//! `AWS::CloudFront::OriginAccessControl`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::CloudFront::OriginAccessControl`. AWS cannot tag it: its description names
/// its owner.
pub const ORIGIN_ACCESS_CONTROL: &ResourceType = &ResourceType {
    name: "AWS::CloudFront::OriginAccessControl",
    service: SERVICE,
    scope: Scope::Account,
    identity: &["OriginAccessControlConfig.Name"],
    create_only: &["OriginAccessControlConfig.Name"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[],
};

/// How a distribution signs its requests to an origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginAccessControl<S = Text> {
    /// All of it.
    pub origin_access_control_config: OriginAccessControlConfig<S>,
}

/// How requests to an origin are signed.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginAccessControlConfig<S = Text> {
    /// 1 to 64 characters, unique in the account. Changing it replaces the resource.
    pub name: S,
    /// A text for people. Together with the owner, which Frontage appends, up to 256 characters.
    pub description: Option<String>,
    /// The kind of origin.
    pub origin_access_control_origin_type: OriginType,
    /// Which requests are signed.
    pub signing_behavior: SigningBehavior,
    /// The signing protocol.
    pub signing_protocol: SigningProtocol,
}

impl<S> OriginAccessControlConfig<S> {
    /// Signs every request to a bucket.
    #[must_use]
    pub fn s3(name: impl Into<S>) -> Self {
        Self {
            name: name.into(),
            description: None,
            origin_access_control_origin_type: OriginType::S3,
            signing_behavior: SigningBehavior::Always,
            signing_protocol: SigningProtocol::Sigv4,
        }
    }
}

/// The kind of origin whose requests are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OriginType {
    /// A function's URL.
    Lambda,
    /// A `MediaPackage` v2 channel.
    MediaPackageV2,
    /// A `MediaStore` container.
    MediaStore,
    /// A bucket.
    S3,
}

/// Which requests are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SigningBehavior {
    /// All; a viewer's own signature is replaced.
    Always,
    /// None.
    Never,
    /// Those that a viewer did not sign.
    NoOverride,
}

/// The signing protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SigningProtocol {
    /// AWS Signature Version 4.
    Sigv4,
}

impl<S: Serialize> Resource for OriginAccessControl<S> {
    const TYPE: &'static ResourceType = ORIGIN_ACCESS_CONTROL;
}

impl<S> OriginAccessControl<S> {
    /// The generated id.
    pub const ID: Attribute<Self> = Attribute::new("Id");
}

impl Handle<OriginAccessControl> {
    /// A reference to [`OriginAccessControl::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(OriginAccessControl::ID)
    }
}
