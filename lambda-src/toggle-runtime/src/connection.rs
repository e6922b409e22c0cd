//! A connection as stored in its table's item, and the URL for reaching it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use toggle_contract::{
    CONNECTION_CONTEXT as CONTEXT, CONNECTION_EXPIRY as EXPIRY, CONNECTION_KEY,
};

use crate::item::Item;

/// The attribute with the callback URL of the connection's stage.
pub const ENDPOINT: &str = "connectionEndpoint";
/// The attribute with the time of the connection, in milliseconds since the epoch.
pub const CONNECTED_AT: &str = "connectedAt";
/// The attribute with the time at which a connection that was not open yet was last left to a record
/// of its own, in milliseconds since the epoch.
pub const TRIED_AT: &str = "triedAt";

/// How long an item lives if `$disconnect`, which is best effort, is never called: a little more
/// than the two hours that API Gateway allows a connection.
pub const LIFETIME_SECONDS: u64 = 9_000;

/// One WebSocket connection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Connection {
    /// Its id in API Gateway.
    #[serde(rename = "connectionId")]
    pub id: String,
    /// The callback URL of its stage.
    #[serde(rename = "connectionEndpoint")]
    pub endpoint: String,
    /// When the connection manager stored it, in milliseconds since the epoch. Zero if the item
    /// does not say.
    #[serde(rename = "connectedAt")]
    pub connected_at: u64,
    /// When its item expires, in seconds since the epoch. `DynamoDB` deletes it up to days later:
    /// see the developer guide, `Working with expired items`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry: Option<u64>,
    /// What rules are evaluated for, in JSON: see [`CONTEXT`]. `None` if nothing is known of the client.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub context: Option<String>,
}

impl Connection {
    /// Reads a stored item in `DynamoDB` JSON; `None` if it lacks something that a post needs.
    #[must_use]
    pub fn from_item(item: &Item) -> Option<Self> {
        let text = |name: &str, kind: &str| item.get(name)?.get(kind).and_then(Value::as_str);
        let number = |name: &str| text(name, "N")?.parse().ok();
        Some(Self {
            id: text(CONNECTION_KEY, "S")?.to_owned(),
            endpoint: text(ENDPOINT, "S")?.to_owned(),
            connected_at: number(CONNECTED_AT).unwrap_or(0),
            expiry: number(EXPIRY),
            context: text(CONTEXT, "S").map(str::to_owned),
        })
    }
}

/// The location of a stage's `@connections` API.
#[derive(Debug, Clone)]
pub enum CallbackBase {
    /// On AWS, in a Region.
    Aws {
        /// The Region's name.
        region: String,
    },
    /// On an emulator, at its endpoint. `MiniStack` and `LocalStack` have the path form in common;
    /// their host form needs `*.localhost`, which glibc does not resolve.
    Emulator {
        /// The emulator's endpoint.
        endpoint: String,
    },
}

impl CallbackBase {
    /// From a function's environment: an endpoint for this service, one for all services, or AWS.
    #[must_use]
    pub fn from_environment(read: impl Fn(&str) -> Option<String>) -> Self {
        let endpoint =
            read("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI").or_else(|| read("AWS_ENDPOINT_URL"));
        match endpoint.filter(|endpoint| !endpoint.is_empty()) {
            Some(endpoint) => Self::Emulator { endpoint },
            None => Self::Aws {
                region: read("AWS_REGION").unwrap_or_default(),
            },
        }
    }

    /// The callback URL of a stage. Built from the API's id, never from the request's domain name:
    /// behind a custom domain the stage is hidden in a mapping, while the API's own domain always
    /// works.
    #[must_use]
    pub fn url(&self, api_id: &str, stage: &str) -> String {
        match self {
            Self::Aws { region } => {
                format!(
                    "https://{api_id}.execute-api.{region}.{}/{stage}",
                    dns_suffix(region)
                )
            }
            Self::Emulator { endpoint } => {
                format!(
                    "{}/_aws/execute-api/{api_id}/{stage}",
                    endpoint.trim_end_matches('/')
                )
            }
        }
    }
}

/// The DNS suffix of a Region's partition (the SDKs' `partitions.json`).
pub(crate) fn dns_suffix(region: &str) -> &'static str {
    match region.split_once('-').map_or("", |(prefix, _)| prefix) {
        "cn" => "amazonaws.com.cn",
        "eusc" => "amazonaws.eu",
        "us" if region.starts_with("us-isob-") => "sc2s.sgov.gov",
        "us" if region.starts_with("us-isof-") => "csp.hci.ic.gov",
        "us" if region.starts_with("us-iso-") => "c2s.ic.gov",
        "eu" if region.starts_with("eu-isoe-") => "cloud.adc-e.uk",
        _ => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(variables: &[(&str, &str)]) -> CallbackBase {
        let read = |name: &str| {
            variables
                .iter()
                .find(|(variable, _)| *variable == name)
                .map(|(_, value)| (*value).to_owned())
        };
        CallbackBase::from_environment(read)
    }

    #[test]
    fn aws_is_reached_at_the_apis_own_address() {
        let url = |region| base(&[("AWS_REGION", region)]).url("abc", "live");
        assert_eq!(
            url("eu-west-1"),
            "https://abc.execute-api.eu-west-1.amazonaws.com/live"
        );
        assert_eq!(
            url("cn-north-1"),
            "https://abc.execute-api.cn-north-1.amazonaws.com.cn/live"
        );
        assert_eq!(
            url("us-gov-west-1"),
            "https://abc.execute-api.us-gov-west-1.amazonaws.com/live"
        );
        assert_eq!(
            url("us-iso-east-1"),
            "https://abc.execute-api.us-iso-east-1.c2s.ic.gov/live"
        );
    }

    #[test]
    fn an_emulator_is_reached_at_its_path_form() {
        let all = ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566/");
        assert_eq!(
            base(&[all]).url("abc", "live"),
            "http://127.0.0.1:4566/_aws/execute-api/abc/live"
        );
        let own = (
            "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
            "http://localhost:1",
        );
        assert_eq!(
            base(&[all, own]).url("abc", "live"),
            "http://localhost:1/_aws/execute-api/abc/live"
        );
    }

    #[test]
    fn an_item_without_an_endpoint_is_no_connection() {
        let item: Item = serde_json::from_str(r#"{"connectionId": {"S": "c"}}"#).unwrap();
        assert_eq!(Connection::from_item(&item), None);
    }
}
