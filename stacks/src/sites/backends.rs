//! Servers that a site's distribution reaches besides its bucket: the teams' APIs, at paths of the
//! shell's own origin, so that a page needs neither CORS nor another origin in its policy.

use model::types::cloudfront::{
    CacheBehavior, CustomOriginConfig, DefaultCacheBehavior, EventType, Function,
    FunctionAssociation, FunctionConfig, FunctionRuntime, Method, Origin, OriginProtocolPolicy,
    ResponseHeadersPolicy, SslProtocol, ViewerProtocolPolicy,
};
use model::{Handle, StackBuilder, Text};

use super::headers;
use crate::description::{Api, System};

/// AWS's managed cache policy `Managed-CachingDisabled`. Source: *Use managed cache policies* in the
/// CloudFront developer guide.
const NOT_CACHED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

/// AWS's managed origin request policy `Managed-AllViewerExceptHostHeader`: the server gets all that
/// the browser sent, under its own name. Source: *Use managed origin request policies* in the
/// CloudFront developer guide.
const ALL_BUT_HOST: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

/// What a server answers is data: a page among it would be one of the shell's origin.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// `/api/shipping/orders` is `/orders` at the server.
const STRIP: &str = "\
function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\\/api\\/[^/]+/, '');
  return request;
}
";

/// The servers of a site, by the names in their paths.
pub(crate) struct Backends {
    servers: Vec<(String, Api)>,
    strip: Handle<Function>,
    headers: Handle<ResponseHeadersPolicy>,
}

impl Backends {
    /// Adds what the teams' APIs share; `None` if no team has one.
    pub(crate) fn add(stack: &mut StackBuilder<'_>, system: &System) -> Option<Self> {
        let named = |name: &str, api: &Option<Api>| Some((name.to_owned(), api.clone()?));
        let teams = system.teams.iter();
        let servers: Vec<_> = teams
            .filter_map(|team| named(team.name.as_str(), &team.api))
            .collect();
        if servers.is_empty() {
            return None;
        }
        let strip = Function {
            name: stack.account_wide_name("api-paths"),
            auto_publish: Some(true),
            function_code: Text::from(STRIP),
            function_config: FunctionConfig {
                comment: "Leaves /api/NAME out of the paths that a team's API gets".to_owned(),
                key_value_store_associations: Vec::new(),
                runtime: FunctionRuntime::CloudfrontJs2_0,
            },
        };
        let name = stack.account_wide_name("api-headers");
        let policy = ResponseHeadersPolicy {
            response_headers_policy_config: headers::strict(name, Text::from(POLICY)),
        };
        Some(Self {
            servers,
            strip: stack.add("api-paths", strip),
            headers: stack.add("api-headers", policy),
        })
    }

    pub(super) fn origins(&self) -> impl Iterator<Item = Origin> {
        let server = |api: &Api| CustomOriginConfig {
            http_port: None,
            https_port: Some(i32::from(api.port)),
            ip_address_type: None,
            origin_keepalive_timeout: None,
            origin_protocol_policy: OriginProtocolPolicy::HttpsOnly,
            origin_read_timeout: None,
            origin_ssl_protocols: vec![SslProtocol::Tls1_2],
        };
        self.servers.iter().map(move |(name, api)| Origin {
            id: id(name),
            domain_name: Text::from(api.host.as_str()),
            origin_path: api.path.clone(),
            custom_origin_config: Some(server(api)),
            ..Origin::default()
        })
    }

    pub(super) fn behaviors(&self) -> impl Iterator<Item = CacheBehavior> {
        self.servers.iter().map(|(name, _)| CacheBehavior {
            path_pattern: format!("/api/{name}/*"),
            behavior: DefaultCacheBehavior {
                allowed_methods: vec![
                    Method::Delete,
                    Method::Get,
                    Method::Head,
                    Method::Options,
                    Method::Patch,
                    Method::Post,
                    Method::Put,
                ],
                cached_methods: vec![Method::Get, Method::Head],
                cache_policy_id: Text::from(NOT_CACHED),
                compress: Some(true),
                function_associations: vec![FunctionAssociation {
                    event_type: EventType::ViewerRequest,
                    function_arn: self.strip.arn(),
                }],
                origin_request_policy_id: Some(Text::from(ALL_BUT_HOST)),
                response_headers_policy_id: Some(self.headers.id()),
                target_origin_id: id(name),
                // A request with a body, or a token, is not sent twice.
                viewer_protocol_policy: ViewerProtocolPolicy::HttpsOnly,
            },
        })
    }
}

fn id(name: &str) -> String {
    format!("api-{name}")
}
