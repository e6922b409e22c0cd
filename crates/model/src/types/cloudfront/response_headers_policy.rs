//! `AWS::CloudFront::ResponseHeadersPolicy`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::security_headers::SecurityHeadersConfig;
use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Text};

/// The facts of `AWS::CloudFront::ResponseHeadersPolicy`. AWS cannot tag it: its owner stands in
/// its comment.
pub const RESPONSE_HEADERS_POLICY: &ResourceType = &ResourceType {
    name: "AWS::CloudFront::ResponseHeadersPolicy",
    service: SERVICE,
    identity: &["ResponseHeadersPolicyConfig.Name"],
    create_only: &["ResponseHeadersPolicyConfig.Name"],
    renewed_by: &[],
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[],
};

/// Headers that answers get at the edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseHeadersPolicy<S = Text> {
    /// All of it.
    pub response_headers_policy_config: ResponseHeadersPolicyConfig<S>,
}

/// Headers that answers get.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseHeadersPolicyConfig<S = Text> {
    /// 1 to 128 of `[A-Za-z0-9_-]`, unique in the account. Changing it replaces the policy.
    pub name: String,
    /// A text for people. With the owner, whom Frontage writes behind it, up to 128 characters.
    pub comment: Option<String>,
    /// Who may read the answers from another origin; absent means what the origin says.
    pub cors_config: Option<CorsConfig<S>>,
    /// Headers of one's own; a set by name.
    pub custom_headers_config: Option<Items<CustomHeader<S>>>,
    /// Headers that are taken away; a set.
    pub remove_headers_config: Option<Items<RemoveHeader>>,
    /// What browsers must not do.
    pub security_headers_config: Option<SecurityHeadersConfig<S>>,
    /// Whether answers tell how they were served; absent means no.
    pub server_timing_headers_config: Option<ServerTimingHeadersConfig>,
}

// Derived, it would be of any strings, and a stack would have to say which.
impl Default for ResponseHeadersPolicyConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            comment: None,
            cors_config: None,
            custom_headers_config: None,
            remove_headers_config: None,
            security_headers_config: None,
            server_timing_headers_config: None,
        }
    }
}

/// A list, as CloudFront writes one here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Items<T> {
    /// What is in it.
    pub items: Vec<T>,
}

impl<T> Items<T> {
    /// A list of these.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        Self {
            items: items.into_iter().collect(),
        }
    }
}

/// Who may read answers from another origin.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsConfig<S = Text> {
    /// Whether with cookies.
    pub access_control_allow_credentials: bool,
    /// Headers that a request may have, a set; `*` for all.
    pub access_control_allow_headers: Items<String>,
    /// Methods, a set.
    pub access_control_allow_methods: Items<CorsMethod>,
    /// Origins, a set; `*` for all.
    pub access_control_allow_origins: Items<S>,
    /// Headers that may be read, a set; absent means those that are always readable.
    pub access_control_expose_headers: Option<Items<String>>,
    /// Seconds that a browser remembers; absent means that it is not said.
    pub access_control_max_age_sec: Option<i32>,
    /// Whether the origin's own headers give way.
    pub origin_override: bool,
}

/// A method that another origin may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CorsMethod {
    /// All.
    All,
    /// DELETE.
    Delete,
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// OPTIONS.
    Options,
    /// PATCH.
    Patch,
    /// POST.
    Post,
    /// PUT.
    Put,
}

/// A header of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomHeader<S = Text> {
    /// Its name.
    pub header: String,
    /// Whether the origin's own gives way.
    #[serde(rename = "Override")]
    pub overrides: bool,
    /// Its value.
    pub value: S,
}

/// A header that is taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RemoveHeader {
    /// Its name.
    pub header: String,
}

/// Whether answers tell how they were served.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServerTimingHeadersConfig {
    /// Whether they do.
    pub enabled: bool,
    /// How many of a hundred do; absent means that none does unasked.
    pub sampling_rate: Option<f64>,
}

impl<S: Serialize> Resource for ResponseHeadersPolicy<S> {
    const TYPE: &'static ResourceType = RESPONSE_HEADERS_POLICY;
}

impl ResponseHeadersPolicy {
    /// The generated id.
    pub const ID: Attribute<Self> = Attribute::new("Id");
}

impl Handle<ResponseHeadersPolicy> {
    /// A reference to [`ResponseHeadersPolicy::ID`].
    #[must_use]
    pub fn id(&self) -> Text {
        self.attribute(ResponseHeadersPolicy::ID)
    }
}
