//! `AWS::CloudFront::Function`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::CloudFront::Function`.
pub const FUNCTION: &ResourceType = &ResourceType {
    name: "AWS::CloudFront::Function",
    service: SERVICE,
    scope: Scope::Account,
    identity: &["Name"],
    create_only: &["Name"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: false,
    taggable: true,
    refers_to: &[],
};

/// A function that runs at the edge for each request or response.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Function<S = Text> {
    /// 1 to 64 of `[A-Za-z0-9_-]`, unique in the account. Changing it replaces the function.
    pub name: S,
    /// Whether it is published, which is required before a distribution can name it; absent means
    /// no.
    pub auto_publish: Option<bool>,
    /// JavaScript, up to 10 KB.
    pub function_code: S,
    /// Its configuration.
    pub function_config: FunctionConfig<S>,
}

/// The configuration of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionConfig<S = Text> {
    /// A text for people, up to 128 characters.
    pub comment: String,
    /// Key-value stores that it may read, at most one.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub key_value_store_associations: Vec<KeyValueStoreAssociation<S>>,
    /// Its JavaScript runtime.
    pub runtime: FunctionRuntime,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for FunctionConfig {
    fn default() -> Self {
        Self {
            comment: String::new(),
            key_value_store_associations: Vec::new(),
            runtime: FunctionRuntime::CloudfrontJs2_0,
        }
    }
}

/// A key-value store that a function may read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyValueStoreAssociation<S = Text> {
    /// The store's ARN.
    #[serde(rename = "KeyValueStoreARN")]
    pub key_value_store_arn: S,
}

/// The JavaScript runtime of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FunctionRuntime {
    /// ECMAScript 5.1 with a few additions.
    #[serde(rename = "cloudfront-js-1.0")]
    CloudfrontJs1_0,
    /// ECMAScript 5.1 with many features of later versions, including asynchronous functions.
    #[serde(rename = "cloudfront-js-2.0")]
    CloudfrontJs2_0,
}

impl<S: Serialize> Resource for Function<S> {
    const TYPE: &'static ResourceType = FUNCTION;
}

impl<S> Function<S> {
    /// The function's ARN, which a distribution names once the function is published.
    pub const ARN: Attribute<Self> = Attribute::new("FunctionARN");
}

impl Handle<Function> {
    /// A reference to [`Function::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Function::ARN)
    }
}
