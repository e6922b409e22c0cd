//! The stack `edge`: what all sites share at CloudFront. An account may have 20 cache policies and
//! 20 response headers policies, and each can be used by 100 distributions, as can an origin access
//! control: so there is one of each, and not one per site.

use model::types::cloudfront::{
    CachePolicy, CachePolicyConfig, Items, OriginAccessControl, OriginAccessControlConfig,
    ParametersInCacheKeyAndForwardedToOrigin, ResponseHeadersPolicy,
};
use model::{Graph, Handle, StackBuilder, StackName, Text};

use crate::sites::headers;

/// The stack's name.
pub const STACK: &str = "edge";

/// Seconds in a year: the longest caching time.
const YEAR: i64 = 31_536_000;

/// The files are modules that the shell loads; a browser displays none of them by itself.
const TEAM_CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What sites share.
pub(crate) struct Edge {
    /// Signs the requests to buckets.
    pub(crate) access_control: Handle<OriginAccessControl>,
    /// How files are cached.
    pub(crate) cache_policy: Handle<CachePolicy>,
    /// The headers of the teams' sites. The shell has its own: its content security policy differs.
    pub(crate) team_headers: Handle<ResponseHeadersPolicy>,
}

/// Adds the stack to the graph.
pub(crate) fn add(graph: &mut Graph) -> Edge {
    let stack = &mut graph.stack(StackName::new(STACK));
    let access_control = OriginAccessControl {
        origin_access_control_config: OriginAccessControlConfig::s3(
            stack.account_wide_name("access-control"),
        ),
    };
    Edge {
        access_control: stack.add("access-control", access_control),
        cache_policy: cache_policy(stack),
        team_headers: team_headers(stack),
    }
}

/// Files are cached by path only, and each file's headers say for how long.
fn cache_policy(stack: &mut StackBuilder<'_>) -> Handle<CachePolicy> {
    let config = CachePolicyConfig {
        name: stack.account_wide_name("cache-policy"),
        comment: None,
        default_ttl: Some(0),
        max_ttl: Some(YEAR),
        min_ttl: 0,
        parameters_in_cache_key_and_forwarded_to_origin:
            ParametersInCacheKeyAndForwardedToOrigin::path_alone(),
    };
    stack.add(
        "cache-policy",
        CachePolicy {
            cache_policy_config: config,
        },
    )
}

fn team_headers(stack: &mut StackBuilder<'_>) -> Handle<ResponseHeadersPolicy> {
    let mut headers = headers::strict(
        stack.account_wide_name("team-headers"),
        Text::from(TEAM_CONTENT_SECURITY_POLICY),
    );
    headers.cors_config = Some(headers::readable_anywhere());
    headers.custom_headers_config = Some(Items::new([headers::custom(
        "Cross-Origin-Resource-Policy",
        "cross-origin",
    )]));
    stack.add(
        "team-headers",
        ResponseHeadersPolicy {
            response_headers_policy_config: headers,
        },
    )
}
