//! The names and addresses of things in the account.

use model::EDGE_REGION;

use super::Account;

impl Account {
    /// The ARN of a resource in this account and Region: `arn:P:SERVICE:R:A:RESOURCE`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        self.arn_in(self.region(), service, resource)
    }

    /// The same in another Region.
    pub(crate) fn arn_in(&self, region: &str, service: &str, resource: &str) -> String {
        let (partition, id) = (self.partition(), self.id());
        format!("arn:{partition}:{service}:{region}:{id}:{resource}")
    }

    /// The Region besides the system's in which resources of the system can be. `None` if the system is
    /// there itself, or in a partition that does not have it.
    pub(crate) fn edge_region(&self) -> Option<&'static str> {
        let is_another = self.partition() == "aws" && self.region() != EDGE_REGION;
        is_another.then_some(EDGE_REGION)
    }

    /// The endpoint that was set in place of AWS's, without a slash at the end.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.shared.endpoint.as_deref()
    }

    /// The URL that a WebSocket client connects to.
    ///
    /// On an emulator it is the path form that MiniStack and LocalStack share, since the host form
    /// does not resolve outside browsers.
    #[must_use]
    pub fn websocket_url(&self, api_endpoint: &str, api_id: &str, stage: &str) -> String {
        match &self.shared.endpoint {
            Some(endpoint) => {
                let host = endpoint.replacen("http", "ws", 1);
                format!("{host}/_aws/execute-api/{api_id}/{stage}")
            }
            None => format!("{api_endpoint}/{stage}"),
        }
    }

    /// The URL below which a client calls the stage `$default` of an HTTP API, without a slash at its end.
    ///
    /// On an emulator it is the path form, as that of [`Self::websocket_url`].
    #[must_use]
    pub fn http_url(&self, api_endpoint: &str, api_id: &str) -> String {
        match &self.shared.endpoint {
            Some(endpoint) => format!("{endpoint}/_aws/execute-api/{api_id}"),
            None => api_endpoint.to_owned(),
        }
    }

    /// The URL at which a browser finds a host with a name given by AWS, such as
    /// `d111111abcdef8.cloudfront.net`.
    ///
    /// On an emulator on this machine it is the same name below `localhost`, which browsers resolve
    /// to the loopback, at the endpoint's port: `http://d111111abcdef8.cloudfront.localhost:4566`.
    /// Elsewhere the endpoint's own host replaces the last label, as in LocalStack.
    #[must_use]
    pub fn site_url(&self, host: &str) -> String {
        let Some(endpoint) = &self.shared.endpoint else {
            return format!("https://{host}");
        };
        let (scheme, authority) = endpoint.split_once("://").unwrap_or(("http", endpoint));
        let authority = authority.split('/').next().unwrap_or_default();
        let (name, port) = authority
            .rsplit_once(':')
            .map_or((authority, String::new()), |(name, port)| {
                (name, format!(":{port}"))
            });
        let parent = if name.parse::<std::net::Ipv4Addr>().is_ok() {
            "localhost"
        } else {
            name
        };
        let labels = host.rsplit_once('.').map_or(host, |(labels, _)| labels);
        format!("{scheme}://{labels}.{parent}{port}")
    }
}
