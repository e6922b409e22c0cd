//! `AWS::CloudFront::ResponseHeadersPolicy`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::security_headers::SecurityHeadersConfig;
use super::service::SERVICE;
use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Text};

/// The facts of `AWS::CloudFront::ResponseHeadersPolicy`. AWS cannot tag it: its comment names its
/// owner.
pub const RESPONSE_HEADERS_POLICY: &ResourceType = &ResourceType {
    name: "AWS::CloudFront::ResponseHeadersPolicy",
    service: SERVICE,
    scope: Scope::Account,
    identity: &["ResponseHeadersPolicyConfig.Name"],
    create_only: &["ResponseHeadersPolicyConfig.Name"],
    renewed_by: &[],
    bound_to: None,
    replacement: Replacement::CreateFirst,
    holds_data: false,
    taggable: false,
    refers_to: &[],
};

/// Headers added to responses at the edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseHeadersPolicy<S = Text> {
    /// All of it.
    pub response_headers_policy_config: ResponseHeadersPolicyConfig<S>,
}

/// Headers added to responses.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseHeadersPolicyConfig<S = Text> {
    /// 1 to 128 of `[A-Za-z0-9_-]`, unique in the account. Changing it replaces the policy.
    pub name: S,
    /// A text for people. Together with the owner, which Frontage appends, up to 128 characters.
    pub comment: Option<String>,
    /// Which other origins may read the responses; absent means that the origin decides.
    pub cors_config: Option<CorsConfig<S>>,
    /// Custom headers; a set by name.
    pub custom_headers_config: Option<Items<CustomHeader<S>>>,
    /// Headers that are removed; a set.
    pub remove_headers_config: Option<Items<RemoveHeader>>,
    /// Restrictions for browsers.
    pub security_headers_config: Option<SecurityHeadersConfig<S>>,
    /// Whether responses say how they were served; absent means no.
    pub server_timing_headers_config: Option<ServerTimingHeadersConfig>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for ResponseHeadersPolicyConfig {
    fn default() -> Self {
        Self {
            name: Text::from(""),
            comment: None,
            cors_config: None,
            custom_headers_config: None,
            remove_headers_config: None,
            security_headers_config: None,
            server_timing_headers_config: None,
        }
    }
}

/// A list in the form that CloudFront uses here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Items<T> {
    /// Its items.
    pub items: Vec<T>,
}

impl<T> Items<T> {
    /// A list of these items.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        Self {
            items: items.into_iter().collect(),
        }
    }
}

/// Which other origins may read responses.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsConfig<S = Text> {
    /// Whether cookies are allowed.
    pub access_control_allow_credentials: bool,
    /// Headers allowed in a request, a set; `*` for all.
    pub access_control_allow_headers: Items<String>,
    /// Methods, a set.
    pub access_control_allow_methods: Items<CorsMethod>,
    /// Origins, a set; `*` for all.
    pub access_control_allow_origins: Items<S>,
    /// Headers that scripts may read, a set; absent means those that are always readable.
    pub access_control_expose_headers: Option<Items<String>>,
    /// Seconds that a browser remembers the answer; absent means that the header is omitted.
    pub access_control_max_age_sec: Option<i32>,
    /// Whether they override the origin's own headers.
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

/// A custom header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomHeader<S = Text> {
    /// Its name.
    pub header: String,
    /// Whether it overrides the origin's own.
    #[serde(rename = "Override")]
    pub overrides: bool,
    /// Its value.
    pub value: S,
}

/// A header that is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RemoveHeader {
    /// Its name.
    pub header: String,
}

/// Whether responses say how they were served.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServerTimingHeadersConfig {
    /// Whether it is enabled.
    pub enabled: bool,
    /// The percentage of responses; absent means none, unless a request asks for it.
    pub sampling_rate: Option<f64>,
}

impl<S: Serialize> Resource for ResponseHeadersPolicy<S> {
    const TYPE: &'static ResourceType = RESPONSE_HEADERS_POLICY;
}

impl<S> ResponseHeadersPolicy<S> {
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
