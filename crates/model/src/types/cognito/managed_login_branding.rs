//! `AWS::Cognito::ManagedLoginBranding`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

use super::service::SERVICE;
use crate::{Attribute, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::Cognito::ManagedLoginBranding`.
pub const MANAGED_LOGIN_BRANDING: &ResourceType = &ResourceType {
    name: "AWS::Cognito::ManagedLoginBranding",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["UserPoolId", "ClientId"],
    // An update adds pictures to the existing ones and removes none.
    create_only: &["UserPoolId", "ClientId", "Assets"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &["AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"],
};

/// The appearance of managed login for a client. A client created by an API call has no sign-in
/// page until it has a style.
///
/// `CloudFormation`'s `ReturnMergedResources` is omitted: it changes only what is read.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "PascalCase",
    bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>")
)]
pub struct ManagedLoginBranding<S = Text> {
    /// The pool. Changing it replaces the style.
    pub user_pool_id: S,
    /// The client. Changing it replaces the style.
    pub client_id: S,
    /// Whether it uses Cognito's own appearance, without settings and assets; absent means no,
    /// unless there are neither.
    pub use_cognito_provided_values: Option<bool>,
    /// The differences from Cognito's own style, in the format of its branding editor.
    pub settings: Option<Value>,
    /// Pictures, at most 40; a set. Changing them replaces the style.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<Asset>,
}

/// A picture.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Asset {
    /// Its use, such as `FORM_LOGO`, `FAVICON_ICO`, `PAGE_BACKGROUND`.
    pub category: String,
    /// `LIGHT`, `DARK` or `DYNAMIC`.
    pub color_mode: String,
    /// `ICO`, `JPEG`, `PNG`, `SVG` or `WEBP`.
    pub extension: String,
    /// The file in base64.
    pub bytes: Option<String>,
    /// The id of an existing asset.
    pub resource_id: Option<String>,
}

impl<S: Serialize> Resource for ManagedLoginBranding<S> {
    const TYPE: &'static ResourceType = MANAGED_LOGIN_BRANDING;
}

impl<S> ManagedLoginBranding<S> {
    /// The style's id.
    pub const ID: Attribute<Self> = Attribute::new("ManagedLoginBrandingId");
}
