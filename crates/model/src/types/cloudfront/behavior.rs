//! How a distribution serves a path.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// How what no pattern matches is served.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DefaultCacheBehavior<S = Text> {
    /// The methods that viewers may use, a set: GET and HEAD, these and OPTIONS, or all. Absent
    /// means GET and HEAD.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_methods: Vec<Method>,
    /// The methods whose answers are cached, a set: GET and HEAD, or these and OPTIONS. Absent
    /// means GET and HEAD.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cached_methods: Vec<Method>,
    /// What is cached, by what and for how long.
    pub cache_policy_id: S,
    /// Whether answers are compressed for viewers that take it; absent means no.
    pub compress: Option<bool>,
    /// Functions that see each request or answer; a set by event.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub function_associations: Vec<FunctionAssociation<S>>,
    /// What else the origin gets of a request; absent means no more than the cache policy says.
    pub origin_request_policy_id: Option<S>,
    /// Headers that answers get; absent means none.
    pub response_headers_policy_id: Option<S>,
    /// The [`super::Origin::id`] that it is served from.
    pub target_origin_id: String,
    /// What is done with plain HTTP.
    pub viewer_protocol_policy: ViewerProtocolPolicy,
}

// Derived, it would be of any strings, and a stack would have to say which.
impl Default for DefaultCacheBehavior {
    /// HTTPS alone, from no origin yet.
    fn default() -> Self {
        Self {
            allowed_methods: Vec::new(),
            cached_methods: Vec::new(),
            cache_policy_id: Text::from(""),
            compress: None,
            function_associations: Vec::new(),
            origin_request_policy_id: None,
            response_headers_policy_id: None,
            target_origin_id: String::new(),
            viewer_protocol_policy: ViewerProtocolPolicy::RedirectToHttps,
        }
    }
}

/// How what a pattern matches is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheBehavior<S = Text> {
    /// The paths, with `*` and `?`: `assets/*`.
    pub path_pattern: String,
    /// How.
    #[serde(flatten)]
    pub behavior: DefaultCacheBehavior<S>,
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
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

/// A function and when it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionAssociation<S = Text> {
    /// When it runs.
    pub event_type: EventType,
    /// A published function's ARN.
    #[serde(rename = "FunctionARN")]
    pub function_arn: S,
}

/// When a function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// Before the cache is asked.
    ViewerRequest,
    /// Before the answer leaves.
    ViewerResponse,
}

/// What is done with plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ViewerProtocolPolicy {
    /// It is served.
    AllowAll,
    /// It is refused.
    HttpsOnly,
    /// It is sent to HTTPS.
    RedirectToHttps,
}
