//! Behaviors: how a distribution serves a path.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Text;

/// How paths that match no pattern are served.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DefaultCacheBehavior<S = Text> {
    /// The methods that viewers may use, a set: GET and HEAD, these and OPTIONS, or all. Absent
    /// means GET and HEAD.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_methods: Vec<Method>,
    /// The methods whose responses are cached, a set: GET and HEAD, or these and OPTIONS. Absent
    /// means GET and HEAD.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cached_methods: Vec<Method>,
    /// The cache policy: cache key and durations.
    pub cache_policy_id: S,
    /// Whether responses are compressed for viewers that accept it; absent means no.
    pub compress: Option<bool>,
    /// Functions that process each request or response; a set by event.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub function_associations: Vec<FunctionAssociation<S>>,
    /// The parts of a request that the origin gets in addition; absent means only those of the
    /// cache policy.
    pub origin_request_policy_id: Option<S>,
    /// Headers added to responses; absent means none.
    pub response_headers_policy_id: Option<S>,
    /// The [`super::Origin::id`] of its origin.
    pub target_origin_id: String,
    /// How plain HTTP is handled.
    pub viewer_protocol_policy: ViewerProtocolPolicy,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for DefaultCacheBehavior {
    /// HTTPS only, without an origin so far.
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

/// How paths that match a pattern are served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheBehavior<S = Text> {
    /// The paths, with `*` and `?`: `assets/*`.
    pub path_pattern: String,
    /// The behavior.
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

/// A function and its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionAssociation<S = Text> {
    /// The event that runs it.
    pub event_type: EventType,
    /// A published function's ARN.
    #[serde(rename = "FunctionARN")]
    pub function_arn: S,
}

/// The event that runs a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// Before the cache lookup.
    ViewerRequest,
    /// Before the response is sent.
    ViewerResponse,
}

/// How plain HTTP is handled.
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
