//! Clients whose answers are canned, and what they sent.

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use canned::Canned;
use serde_json::Value;

/// Credentials that sign for nobody.
pub(crate) fn credentials() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "tests"))
}

/// A configuration of clients that retry nothing.
pub(crate) fn configuration(canned: &Canned) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(credentials())
        .endpoint_url("https://canned")
        .retry_config(RetryConfig::disabled())
        .http_client(canned.client())
        .build()
}

/// `DynamoDB`.
pub(crate) fn tables(canned: &Canned) -> Client {
    Client::new(&configuration(canned))
}

/// The JSON bodies of the requests so far, which all have one.
pub(crate) fn bodies(canned: &Canned) -> Vec<Value> {
    let body = |name: &String| serde_json::from_str(&name[name.find('{').unwrap()..]).unwrap();
    canned.requests().iter().map(body).collect()
}
