//! `AWS::Cognito::ManagedLoginBranding`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

use super::service::SERVICE;
use crate::{Attribute, Replacement, Resource, ResourceType, Text};

/// The facts of `AWS::Cognito::ManagedLoginBranding`.
pub const MANAGED_LOGIN_BRANDING: &ResourceType = &ResourceType {
    name: "AWS::Cognito::ManagedLoginBranding",
    service: SERVICE,
    identity: &["UserPoolId", "ClientId"],
    // An update adds pictures to those that are there and takes none away.
    create_only: &["UserPoolId", "ClientId", "Assets"],
    renewed_by: &[],
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: false,
    refers_to: &["AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"],
};

/// How managed login looks for a client. A client that an API call made has no sign-in page until
/// it has a style.
///
/// `CloudFormation`'s `ReturnMergedResources` is left out: it changes what is read, not what is.
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
    /// Whether it looks as Cognito has it, without settings and assets; absent means no, unless
    /// there are neither.
    pub use_cognito_provided_values: Option<bool>,
    /// What differs from Cognito's own, as its branding editor has it.
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
    /// What it is for, such as `FORM_LOGO`, `FAVICON_ICO`, `PAGE_BACKGROUND`.
    pub category: String,
    /// `LIGHT`, `DARK` or `DYNAMIC`.
    pub color_mode: String,
    /// `ICO`, `JPEG`, `PNG`, `SVG` or `WEBP`.
    pub extension: String,
    /// The file in base64.
    pub bytes: Option<String>,
    /// The id of an asset that is there already.
    pub resource_id: Option<String>,
}

impl<S: Serialize> Resource for ManagedLoginBranding<S> {
    const TYPE: &'static ResourceType = MANAGED_LOGIN_BRANDING;
}

impl ManagedLoginBranding {
    /// The style's id.
    pub const ID: Attribute<Self> = Attribute::new("ManagedLoginBrandingId");
}
